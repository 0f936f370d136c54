/** The error of a run in a table, with the term that binds. */
import type { Rational, Soundness } from '../../protocol/index.js';
import { atMostBits, oneIn } from '../soundness/fractions.js';
import { html, type Markup } from './html.js';
import { type Cell, table } from './page.js';

const exact = ({ numerator, denominator }: Rational): Markup =>
  html`<code>${numerator.toString()}${denominator === 1n ? '' : `/${denominator}`}</code>`;

/** Errors per check, inference and session, then the terms. */
export function soundnessPart(soundness: Soundness, maximumInferences: number): Markup {
  const row = (label: string, error: Rational): Cell[] => [label, atMostBits(error), oneIn(error), exact(error)];
  const errors = table(
    ['a wrong result is accepted', 'at most', 'that is', 'exact bound'],
    [
      row('in one check of one layer', soundness.perCheck),
      row('in one inference', soundness.perInference),
      row(
        `ever in ${maximumInferences.toLocaleString('en')} inferences, the lifetime of the challenges`,
        soundness.perSession,
      ),
    ],
  );
  const terms = table(
    ['term of one inference', 'at most', ''],
    soundness.terms.map((term) => [
      term.label,
      atMostBits(term.error),
      term.name === soundness.binding.name && term.error.numerator > 0n ? html`<span class="binds">binds</span>` : '',
    ]),
  );
  return html`<div class="short">${errors}</div><h3>Terms</h3>${terms}<p class="soft">Calculated anew from the parameters in the file, which states the same.</p>`;
}
