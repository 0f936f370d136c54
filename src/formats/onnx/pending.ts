/** Real values of a quantized model that no tensor holds yet: what they become is decided by the QuantizeLinear after them. */

import type { FloatPair, RealFunction } from '../../graph/index.js';
import type { LinearMap } from '../../model/linear-map.js';
import type { TensorId } from '../../model/tensor.js';
import type { Pooling } from '../shared/target/target.js';

/** Where a clamp lets a real value lie; both ends may be infinite. */
export interface Limits {
  readonly minimum: number;
  readonly maximum: number;
}

/** A tensor of the network, read as real = scale * centred integer, or as the stored codes. */
export interface Stored {
  readonly kind: 'stored';
  readonly id: TensorId;
  readonly scale: number;
  readonly real: boolean;
  readonly shape: readonly number[];
}

/** The model's input before its quantization is known. */
export interface Unread {
  readonly kind: 'unread';
  readonly shape: readonly number[];
}

/** accumulatorScales[c] * L(x) + bias[c], clamped. */
export interface PendingLinear extends Limits {
  readonly kind: 'linear';
  readonly input: TensorId;
  readonly map: LinearMap;
  readonly accumulatorScales: Float64Array;
  readonly bias: Float64Array;
  readonly shape: readonly number[];
}

/** a + b, clamped. */
export interface PendingSum extends Limits {
  readonly kind: 'sum';
  readonly a: Stored;
  readonly b: Stored;
  readonly shape: readonly number[];
}

/** factor * x, clamped; the factor is positive. */
export interface PendingScaled extends Limits {
  readonly kind: 'scaled';
  readonly x: Stored;
  readonly factor: number;
  readonly shape: readonly number[];
}

export interface PendingAverage extends Limits {
  readonly kind: 'average';
  readonly x: Stored;
  readonly how: Pooling;
  readonly shape: readonly number[];
}

/** f(x), clamped. */
export interface PendingFunction extends Limits {
  readonly kind: 'function';
  readonly x: Stored;
  readonly function: RealFunction;
  readonly shape: readonly number[];
}

/** a * b, a - b, the larger or the smaller, clamped. */
export interface PendingPair extends Limits {
  readonly kind: 'pair';
  readonly how: FloatPair['kind'];
  readonly a: Stored;
  readonly b: Stored;
  readonly shape: readonly number[];
}

export interface PendingConcat {
  readonly kind: 'joined';
  readonly parts: readonly Stored[];
  readonly axis: number;
  readonly shape: readonly number[];
}

/** Entries of a value in other places. */
export interface PendingTaken {
  readonly kind: 'taken';
  readonly value: PendingLinear;
  readonly offsets: readonly Int32Array[];
  readonly shape: readonly number[];
}

export interface PendingSoftmax {
  readonly kind: 'softmax';
  readonly x: Stored;
  readonly shape: readonly number[];
}

/** Of rows of as many entries as the arrays have. */
export interface PendingLayerNormalization {
  readonly kind: 'layerNormalization';
  readonly x: Stored;
  readonly scale: Float32Array;
  readonly offset: Float32Array;
  readonly epsilon: number;
  readonly shape: readonly number[];
}

export type Pending =
  | Stored
  | Unread
  | PendingLinear
  | PendingSum
  | PendingScaled
  | PendingAverage
  | PendingFunction
  | PendingPair
  | PendingConcat
  | PendingTaken
  | PendingLayerNormalization
  | PendingSoftmax;

export const NO_LIMITS: Limits = { minimum: Number.NEGATIVE_INFINITY, maximum: Number.POSITIVE_INFINITY };

/** Both clamps one after the other: the later decides where they do not meet. */
export function limited(first: Limits, then: Limits): Limits {
  const into = (value: number): number => Math.min(then.maximum, Math.max(then.minimum, value));
  return { minimum: into(first.minimum), maximum: into(first.maximum) };
}

export function isLimited({ minimum, maximum }: Limits): boolean {
  return minimum !== Number.NEGATIVE_INFINITY || maximum !== Number.POSITIVE_INFINITY;
}

/** How real values are stored: code = zeroPoint + centred integer, real = scale * centred integer. */
export interface CodeFormat {
  readonly scale: number;
  readonly zeroPoint: number;
  /** Of the centred integers. */
  readonly minimum: number;
  readonly maximum: number;
}
