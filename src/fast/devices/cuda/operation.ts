/** What a loaded map is to the rest of the device: something that can be queued in a lane. */

import type { LinearMap } from '../../../model/linear-map.js';
import type { Modulus } from '../../../model/modulus.js';
import { digitPlan } from './bounds.js';
import type { CudaContext } from './context.js';
import type { Variant } from './kernels/arithmetic.js';
import type { Pointer } from './koffi.js';
import type { Lane } from './lane.js';

/** What a map is loaded for. */
export type Mode = Modulus | 'integers';

/** A map whose weights are on the card. */
export interface Operation {
  /** How many inputs fit the scratch memory at once; at least 1. */
  readonly inputsPerPiece: number;
  /** Queues L for `count` inputs that lie back to back at `x` on the card; the answers will lie at the returned address. */
  enqueue(lane: Lane, x: Pointer, count: number): Pointer;
  /** Frees the weights. Nothing queued may still use them. */
  free(): void;
}

/** What making an operation takes. */
export interface Workplace {
  readonly context: CudaContext;
  readonly lane: Lane;
  /** Resolves when the lane is empty. */
  readonly settle: () => Promise<void>;
  /** How much scratch memory one piece of work should take in a lane. */
  readonly scratchBytes: number;
}

/** How this map's inputs are written on the card: the kernels' variant, and the offset that is taken off first. */
export function inputVariant(map: LinearMap, mode: Mode): { readonly variant: Variant; readonly offset: number } {
  if (mode !== 'integers') return { variant: mode === 2 ** 31 - 1 ? 'm31' : 'p24', offset: 0 };
  const { digits, offset } = digitPlan(map.inputRange.minimum, map.inputRange.maximum);
  return { variant: `int16x${digits}`, offset };
}

/** Digits of an input entry. */
export const DIGITS: Readonly<Record<Variant, number>> = { int16x1: 1, int16x2: 2, p24: 3, m31: 4 };
