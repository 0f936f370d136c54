/**
 * The two passes of the online phase, and what is done in them. Everything that must touch each entry of a layer's input
 * is one pass on the way out; everything that must touch each entry of its output is one pass on the way in.
 */

import type { ImageShape } from '../model/image-shape.js';
import { pooledShape } from '../model/image-shape.js';
import type { Modulus } from '../model/modulus.js';
import type { Requantization } from '../model/quantized-network.js';
import type { InputRange } from '../model/shapes.js';
import type { AddOperation, PoolOperation, RescaleOperation } from '../model/trusted-operations.js';

/** How many entries a packed vector has: whole groups of eight. */
export function packedLength(length: number): number {
  return Math.ceil(length / 8) * 8;
}

/** What inputs are blinded with. */
export interface Blinding {
  /** One pad of |X| residues per image. */
  readonly rho: readonly Uint32Array[];
  /** p. */
  readonly modulus: Modulus;
  /** True: the pass overwrites rho with zeros behind itself, whatever it returns; these pads are spent then. */
  readonly wipe?: boolean;
}

/** What answers are unblinded with. */
export interface Unblinding {
  /** One unblinding factor of |Y| residues per image. */
  readonly u: readonly Uint32Array[];
  /** p. */
  readonly modulus: Modulus;
  /** True: the pass overwrites u with zeros behind itself, whatever it returns. */
  readonly wipe?: boolean;
}

/** What is done with `images` inputs, back to back, on their way to the device. */
export interface Outgoing {
  /** How many inputs lie back to back. */
  readonly images: number;
  /** Every entry must lie in it. */
  readonly range: InputRange;
  /** One pad rho of |X| residues per image; null when the device sees x itself. */
  readonly blinding: Blinding | null;
  /** k folded challenges as `packFolded` gives them. */
  readonly folded: readonly Uint32Array[];
}

/** The part of an addition that does not say which tensors are added. */
export type Addition = Pick<AddOperation, 'multipliers' | 'shift' | 'minimum' | 'maximum'>;

/** A trusted operation that is done to the requantized output in the same pass. */
export type FollowUp = RescaleFollowUp | AddFollowUp | LookupFollowUp | PoolFollowUp;

/** A change of scale in the pass. */
export interface RescaleFollowUp {
  /** Tells follow-ups apart. */
  readonly kind: 'rescale';
  /** Its multiplier, shift and clamp. */
  readonly how: RescaleOperation;
}

/** An addition in the pass: the output is the first operand. */
export interface AddFollowUp {
  /** Tells follow-ups apart. */
  readonly kind: 'add';
  /** Its multipliers, shift and clamp. */
  readonly how: Addition;
  /** The second operand: as many entries, and complete before the pass. */
  readonly other: Int16Array;
}

/** A function of one entry in the pass, as a table. */
export interface LookupFollowUp {
  /** Tells follow-ups apart. */
  readonly kind: 'lookup';
  /** One entry for every integer from `minimum` on that the operation before can give. */
  readonly table: Int16Array;
  /** The integer whose entry is the first. */
  readonly minimum: number;
}

/** Pooling in the pass: only the last follow-up, over windows that do not overlap from row to row and need no padding above or below. */
export interface PoolFollowUp {
  /** Tells follow-ups apart. */
  readonly kind: 'pool';
  /** Its windows. */
  readonly how: PoolOperation;
  /** Of the image that is pooled. */
  readonly shape: ImageShape;
}

/** What becomes of y: y + bias, or its requantization and then the follow-ups, in order. */
export interface Finish {
  /** One entry per channel. */
  readonly bias: Int32Array;
  /** Null: the accumulators y + bias are the result, and there is no follow-up. */
  readonly requantization: Requantization | null;
  /** In the order in which they are done. */
  readonly followUps: readonly FollowUp[];
}

/** What is done with `images` outputs, back to back. */
export interface Incoming {
  /** How many outputs lie back to back. */
  readonly images: number;
  /** One unblinding factor of |Y| residues per image; null when the answer is y itself. */
  readonly unblinding: Unblinding | null;
  /** B: |y| may be at most that. */
  readonly bound: number;
  /** k challenges of |Y| residues. None: the answer is not checked, and y is cut to [-B, B] so that what follows cannot overflow. */
  readonly challenges: readonly Uint32Array[];
  /** Null: the result is y. */
  readonly finish: Finish | null;
}

/** True if a pool can be done row by row in the pass: every input row belongs to at most one row of windows. */
export function poolsByRows(how: PoolOperation): boolean {
  const { window, stride, padding } = how;
  return window.height <= stride.y && padding.top === 0 && padding.bottom === 0;
}

/** How many entries the result of one image has, when the map gives `outputs`. */
export function finishedLength(finish: Finish | null, outputs: number): number {
  const last = finish?.followUps.at(-1);
  if (last?.kind !== 'pool') return outputs;
  const { height, width, channels } = pooledShape(last.shape, last.how);
  return height * width * channels;
}
