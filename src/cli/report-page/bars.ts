/** Bars: pieces of one length side by side. Pure SVG, stretched to whatever width there is. */
import { html, type Markup } from './html.js';

/** What a piece of a bar stands for; also its colour. */
export type Kind = 'trusted' | 'inside' | 'device' | 'other';

/** A piece of a bar. */
export interface Piece {
  readonly kind: Kind;
  readonly from: number;
  readonly length: number;
}

/** Units across a bar, whatever its width in pixels. */
const WIDTH = 1000;

/** A bar of which `full` is the whole width. */
export function bar(pieces: readonly Piece[], full: number, label: string, more = ''): Markup {
  const across = (value: number): string => (full > 0 ? (WIDTH * value) / full : 0).toFixed(2);
  const rectangles = pieces
    .filter(({ length }) => length > 0)
    .map(
      ({ kind, from, length }) =>
        html`<rect class="${kind}" x="${across(from)}" y="0" width="${across(length)}" height="10"/>`,
    );
  return html`<svg class="bar ${more}" viewBox="0 0 ${WIDTH} 10" preserveAspectRatio="none" role="img" aria-label="${label}"><title>${label}</title>${rectangles}</svg>`;
}

/** Pieces one after another from `start`. */
export function sideBySide(parts: readonly (readonly [Kind, number])[], start = 0): Piece[] {
  let from = start;
  return parts.map(([kind, length]) => {
    const piece = { kind, from, length };
    from += length;
    return piece;
  });
}

/** What the colours mean. */
export function key(entries: readonly (readonly [Kind, string])[]): Markup {
  return html`<ul class="key">${entries.map(
    ([kind, meaning]) =>
      html`<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="${kind}" width="10" height="10"/></svg>${meaning}</li>`,
  )}</ul>`;
}
