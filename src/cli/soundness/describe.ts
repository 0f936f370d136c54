/** A calculation in tables and sentences. */

import type { Calculation } from '../../calculator/index.js';
import { M31, P24, type Rational } from '../../protocol/index.js';
import type { Section } from '../sections.js';
import { bytes, milliseconds } from '../table.js';
import { atMostBits, oneIn } from './fractions.js';

const count = (value: number | bigint): string => value.toLocaleString('en');
const time = (value: number | null): string => (value === null ? '' : milliseconds(value));

function modulus(value: number): string {
  if (value === M31) return '2^31 - 1';
  return value === P24 ? '2^24 - 3' : String(value);
}

function duration(seconds: number): string {
  if (seconds < 120) return `${Math.floor(seconds)} seconds`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} minutes`;
  return seconds < 172800 ? `${Math.floor(seconds / 3600)} hours` : `${count(Math.floor(seconds / 86400))} days`;
}

/** Sections in the order in which a person asks. */
export function describe(result: Calculation): Section[] {
  return [
    parameters(result),
    errors(result),
    terms(result),
    answers(result),
    widths(result),
    ...costs(result),
    notes(result),
  ];
}

function parameters({ parameters: chosen, certificate }: Calculation): Section {
  const { checkModulus, challengeSet, structure, repetitions, privacy, onReject, inferences } = chosen;
  const set = challengeSet === checkModulus ? 'all residues modulo q' : `${count(challengeSet)} residues`;
  const p = certificate.padModulus;
  return {
    title: 'parameters',
    header: ['parameter', 'value'],
    rows: [
      ['check modulus q', modulus(checkModulus)],
      ['challenges', `${structure}, coordinates from ${set}`],
      ['repetitions k', String(repetitions)],
      ['pad modulus p', privacy ? (p === null ? 'chosen by the network' : modulus(p)) : 'none, privacy is off'],
      ['after a reject', onReject === 'poison' ? 'the session ends' : 'the session goes on'],
      ['inferences per session', count(inferences)],
    ],
  };
}

function errors({ perCheck, perInference, perSession }: Calculation): Section {
  const row = (label: string, { error }: { readonly error: Rational }): string[] => [
    label,
    atMostBits(error),
    oneIn(error),
  ];
  return {
    title: 'a wrong result is accepted',
    header: ['where', 'at most', 'that is'],
    rows: [
      row('in one check of one layer', perCheck),
      row('in one inference', perInference),
      row('ever in a session', perSession),
    ],
  };
}

function terms({ soundness }: Calculation): Section {
  return {
    title: 'terms of one inference',
    header: ['term', 'at most', ''],
    rows: soundness.terms.map((term) => [
      term.label,
      atMostBits(term.error),
      term === soundness.binding && term.error.numerator > 0n ? 'binds' : '',
    ]),
  };
}

function answers({ parameters: chosen, target, smallestRepetitions, rotation }: Calculation): Section {
  const { targetBits, targetPer, sessionTargetBits } = chosen;
  const bits = Number.isFinite(target.bits) ? `${target.bits} bits` : 'no error at all';
  const sentences = [
    `Target of ${targetBits} bits per ${targetPer}: ${target.bitsMet ? 'met' : 'MISSED'}, ${bits}.`,
    smallestRepetitions === null
      ? 'No number of repetitions up to 16 meets the target.'
      : `The fewest repetitions that meet the target: ${smallestRepetitions}.`,
  ];
  if (target.sessionMet !== null) {
    sentences.splice(1, 0, `Target of ${sessionTargetBits} bits per session: ${target.sessionMet ? 'met' : 'MISSED'}.`);
  }
  if (rotation.inferences === null) {
    sentences.push(
      chosen.layerCount === 0
        ? 'Challenges need never be rotated: there is nothing to check.'
        : 'The error of a session does not grow with its inferences, since the first reject ends it: rotating challenges (opening a new session) is hygiene.',
    );
  } else {
    const after = rotation.seconds === null ? '' : `, ${duration(rotation.seconds)} at this rate`;
    sentences.push(
      rotation.inferences === 0n
        ? `Not even one inference keeps ${rotation.bits} bits per session.`
        : `To keep ${rotation.bits} bits per session, rotate challenges (open a new session) after ${count(rotation.inferences)} inferences${after}.`,
    );
  }
  return { title: 'answers', sentences };
}

function widths({ certificate, lanes, parameters: chosen }: Calculation): Section {
  const { bound, layer, check, pads } = certificate;
  const title = 'do the integers fit?';
  if (bound === null) {
    const ours = lanes.some(({ name, condition }) => name === 'kernels' && condition === 'holds');
    return {
      title,
      sentences: [
        'Not known without a network: 2B < q is assumed. With --network it is certified from the weights.',
        ours ? 'This library has kernels for these parameters.' : 'This library has no kernels for these parameters.',
      ],
    };
  }
  const rows = [
    [`2B < q, so that no error vanishes: the largest B is ${count(bound)}, in layer ${layer}`, check],
    ['2B < p, so that honest answers are unblinded right', pads],
    ...lanes.map(({ label, condition }) => [label, condition]),
  ];
  if (!chosen.privacy) rows.splice(1, 1);
  return { title, header: ['condition', ''], rows };
}

function costs({ costs: all, padSupply, parameters: chosen }: Calculation): Section[] {
  if (all === null) return [];
  const { challenges, pads, trusted, device, moved } = all;
  const rows = [
    [
      'offline, per session',
      'challenges',
      `${count(challenges.macs)} MACs, ${count(challenges.drawn)} residues drawn`,
      bytes(challenges.bytes),
      time(challenges.ms),
    ],
    [
      'online, trusted',
      'passes',
      `${count(trusted.entries)} entries, ${count(trusted.foldProducts)} products`,
      '',
      time(trusted.ms),
    ],
    ['online, device', 'linear layers', `${count(device.macs)} MACs`, '', time(device.ms)],
    [
      'online, between',
      'messages',
      `${bytes(moved.bytesToDevice)} there, ${bytes(moved.bytesFromDevice)} back`,
      bytes(moved.bytesToDevice + moved.bytesFromDevice),
      time(moved.ms),
    ],
  ];
  if (chosen.privacy) {
    rows.splice(1, 0, [
      'offline, per inference',
      'pads',
      `${count(pads.macs)} MACs, ${count(pads.drawn)} residues drawn`,
      bytes(pads.bytes),
      time(pads.ms),
    ]);
  }
  const sentences: string[] = [];
  if (padSupply !== null) {
    const { waiting, storageBytes, macsPerSecond, busy } = padSupply;
    const share = busy === null ? '' : `, ${(100 * busy).toFixed(1)} % of this trusted side`;
    sentences.push(
      `Pads for ${chosen.padsPerSecond} inferences a second: ${macsPerSecond.toExponential(2)} MACs a second${share}.`,
    );
    if (waiting !== null)
      sentences.push(`Pads for ${count(waiting)} inferences wait at any time: ${bytes(storageBytes!)}.`);
  }
  return [{ title: 'costs', header: ['when', 'what', 'how much', 'size', 'time'], rows, sentences }];
}

function notes(result: Calculation): Section {
  return { title: 'notes', sentences: result.notes };
}
