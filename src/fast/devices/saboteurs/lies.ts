/** Devices whose numbers are wrong: each lie is a function of the honest answer, and every one of them changes it. */

import { outputChannels } from '../../../model/linear-map.js';
import type { DeviceOutput } from '../../../protocol/device.js';
import type { Mode } from '../wasm/messages.js';
import type { Kind, Kinds } from './kind.js';

/** What a lie may use. */
export interface Situation {
  readonly mode: Mode;
  /** Output channels: consecutive entries that make one row (an output pixel). */
  readonly channels: number;
  /** How often this map was applied before. */
  readonly calls: number;
  /** The honest answer that this map gave last time. */
  readonly previous: DeviceOutput | undefined;
  /** The honest answer that any other map gave last. */
  readonly other: DeviceOutput | undefined;
}

type Lie = (honest: DeviceOutput, situation: Situation) => unknown;

/** value + step, inside the set of canonical answers. */
function moved(value: number, step: 1 | -1, mode: Mode): number {
  if (mode !== 'integers') return (value + step + mode) % mode;
  const next = value + step;
  return next > 2 ** 31 - 1 || next < -(2 ** 31) ? value - step : next;
}

function changedAt(honest: DeviceOutput, index: number, value: number): DeviceOutput {
  const lie = honest.slice();
  lie[index] = value;
  return lie;
}

/** One entry off by one. */
function one(honest: DeviceOutput, { mode }: Situation): DeviceOutput {
  const index = honest.length >> 1;
  return changedAt(honest, index, moved(honest[index]!, 1, mode));
}

/** The lie, or an entry off by one if the lie happens to be the truth. */
function unlike(lie: DeviceOutput, honest: DeviceOutput, situation: Situation): DeviceOutput {
  return honest.every((value, i) => value === lie[i]) ? one(honest, situation) : lie;
}

/** An answer of another length, cut or filled up with ones. */
function fitted(answer: DeviceOutput | undefined, honest: DeviceOutput): DeviceOutput {
  const lie = honest.slice().fill(1);
  if (answer !== undefined) lie.set(answer.subarray(0, lie.length));
  return lie;
}

/** Exchanges entries i and j of `count` pairs, `step` apart. */
function exchanged(honest: DeviceOutput, i: number, j: number, count: number, step: number): DeviceOutput {
  const lie = honest.slice();
  for (let n = 0; n < count; n++) {
    lie[i + n * step] = honest[j + n * step]!;
    lie[j + n * step] = honest[i + n * step]!;
  }
  return lie;
}

/** The first of `candidates` exchanges that changes anything. */
function swap(honest: DeviceOutput, situation: Situation, what: 'channels' | 'rows'): DeviceOutput {
  const { channels } = situation;
  const rows = Math.floor(honest.length / channels);
  const candidates = what === 'channels' ? channels : rows;
  for (let k = 1; k < candidates; k++) {
    const lie =
      what === 'channels' ? exchanged(honest, 0, k, rows, channels) : exchanged(honest, 0, k * channels, channels, 1);
    if (lie.some((value, i) => value !== honest[i])) return lie;
  }
  return one(honest, situation);
}

/** Honest at first; then ±1, at a place and with a sign that follow from what was answered before. */
function adaptive(honest: DeviceOutput, { mode, calls, previous }: Situation): DeviceOutput {
  if (calls === 0 || previous === undefined) return honest;
  const step = previous[0]! % 2 === 0 ? 1 : -1;
  const index = (calls * calls - 1) % honest.length;
  return changedAt(honest, index, moved(honest[index]!, step, mode));
}

/** One residue too large by p; over the integers, one entry off by 2^31 - 1, which a check modulo q alone cannot see. */
function noncanonical(honest: DeviceOutput, { mode }: Situation): DeviceOutput {
  const index = honest.length >> 1;
  const value = honest[index]!;
  const step = mode === 'integers' ? (value > 0 ? -(2 ** 31 - 1) : 2 ** 31 - 1) : mode;
  return changedAt(honest, index, value + step);
}

function longer(honest: DeviceOutput): DeviceOutput {
  const lie = honest instanceof Int32Array ? new Int32Array(honest.length + 1) : new Uint32Array(honest.length + 1);
  lie.set(honest);
  return lie;
}

/** A well-told lie: of everything that a device gives, only the numbers are wrong. */
function telling(does: string, lie: Lie): Kind {
  return {
    does: `answers ${does}`,
    outcome: 'IntegrityError',
    hooks: () => {
      let previous: DeviceOutput | undefined;
      let other: DeviceOutput | undefined;
      return {
        overheard: (y) => {
          other = y.slice();
        },
        async apply({ honest, mode, map, calls }) {
          const y = await honest();
          const situation = { mode, channels: outputChannels(map), calls, previous, other };
          previous = y.slice();
          return lie(y, situation);
        },
      };
    },
  };
}

/** See `SABOTAGES`. */
export const LIES = {
  one: telling('with one entry plus one, still canonical', one),
  swap: telling('with two output channels exchanged at every pixel', (y, situation) => swap(y, situation, 'channels')),
  zero: telling('zeros, or ones if the truth is zero', (y) => y.slice().fill(y.every((value) => value === 0) ? 1 : 0)),
  replay: telling("this map's previous answer", (y, situation) => {
    const { previous, other } = situation;
    return unlike(fitted(previous?.length === y.length ? previous : other, y), y, situation);
  }),
  noncanonical: telling('with one residue plus p', noncanonical),
  short: telling('one entry less', (y) => y.slice(0, -1)),
  long: telling('one entry more', longer),
  'wrong-type': telling('in floats', (y) => Float64Array.from(y)),
  nan: telling('in floats, one of them no number', (y) =>
    Float64Array.from(y).fill(Number.NaN, y.length >> 1, (y.length >> 1) + 1),
  ),
  'other-layer': telling("another map's answer", (y, situation) => unlike(fitted(situation.other, y), y, situation)),
  adaptive: telling('the truth at first, then an entry off by one where and how earlier answers decide', adaptive),
  'swap-rows': telling('with two output pixels exchanged', (y, situation) => swap(y, situation, 'rows')),
} satisfies Kinds;
