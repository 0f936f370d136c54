/** What a quantized network *is*: tensors of centred integers (`tensor.ts`) and the operations between them. */
import type { FurtherOperation } from '../reference/further-operations.js';
import type { LinearMap, Padding, Size, Steps } from './linear-map.js';
import type { Tensor, TensorId } from './tensor.js';

export type { AccumulatorTensor, ActivationTensor, Tensor, TensorId } from './tensor.js';

/** What is cut to a closed interval at the end; minimum <= 0 <= maximum, both fit 16 bits. */
export interface Clamped {
  /** The smallest value that is left. */
  readonly minimum: number;
  /** The largest. */
  readonly maximum: number;
}

/** What every operation has. */
export interface NamedOperation {
  /** What messages and reports call it. */
  readonly name: string;
  /** The tensor that it makes; no other operation makes it. */
  readonly output: TensorId;
}

/** An operation on one tensor. */
export interface UnaryOperation extends NamedOperation {
  /** The tensor that it reads. */
  readonly input: TensorId;
}

/** clamp(roundedShift(value * multiplier[channel], shift), minimum, maximum); see `rounding.ts`. */
export interface Requantization extends Clamped {
  /** One entry per channel (channels last), each from 0 to 2^31 - 1. */
  readonly multipliers: Int32Array;
  /** From 1 to 62. */
  readonly shift: number;
}

/** out = requantize(L(x) + bias), or the accumulator L(x) + bias itself when `requantization` is null. */
export interface LinearOperation extends UnaryOperation {
  /** Tells operations apart. */
  readonly kind: 'linear';
  /** L. */
  readonly map: LinearMap;
  /** One entry per output channel. */
  readonly bias: Int32Array;
  /** How accumulators become activations; null: they are the result. */
  readonly requantization: Requantization | null;
}

/** out = clamp(roundedShift(a * multipliers[0] + b * multipliers[1], shift), minimum, maximum). */
export interface AddOperation extends NamedOperation, Clamped {
  /** Tells operations apart. */
  readonly kind: 'add';
  /** The tensors a and b. */
  readonly inputs: readonly [TensorId, TensorId];
  /** Each from 0 to 2^31 - 1. */
  readonly multipliers: readonly [number, number];
  /** From 1 to 62. */
  readonly shift: number;
}

/** out = clamp(roundedShift(x * multiplier, shift), minimum, maximum): a change of scale, a ReLU, or both. */
export interface RescaleOperation extends UnaryOperation, Clamped {
  /** Tells operations apart. */
  readonly kind: 'rescale';
  /** From 0 to 2^31 - 1. */
  readonly multiplier: number;
  /** From 1 to 62. */
  readonly shift: number;
}

/**
 * Average or maximum over windows; windows are cut at the border, so an average divides by the entries really there.
 * Padding is smaller than the window on every side, so no window is empty.
 */
export interface PoolOperation extends UnaryOperation, Clamped {
  /** Tells operations apart. */
  readonly kind: 'averagePool' | 'maxPool';
  /** Rows and columns of a window. */
  readonly window: Size;
  /** From one window to the next. */
  readonly stride: Steps;
  /** How far windows reach over the border. */
  readonly padding: Padding;
}

/** Concatenation along one axis of tensors that share a scale (an importer inserts `rescale` where they do not). */
export interface ConcatOperation extends NamedOperation {
  /** Tells operations apart. */
  readonly kind: 'concat';
  /** The tensors, in order. */
  readonly inputs: readonly TensorId[];
  /** Along which index of the shape, from 0. */
  readonly axis: number;
}

/** A border of zeros (real 0, so centred 0) around an image tensor. */
export interface PadOperation extends UnaryOperation {
  /** Tells operations apart. */
  readonly kind: 'pad';
  /** The width of the border on each side. */
  readonly padding: Padding;
}

/** The same entries under another shape. */
export interface ReshapeOperation extends UnaryOperation {
  /** Tells operations apart. */
  readonly kind: 'reshape';
}

/**
 * Softmax over the last axis, in integers: with e[i] = exponentials[max(x) - x[i]] and S = sum of e,
 * out[i] = clamp(roundedDivision(e[i] * unit, S), minimum, maximum).
 */
export interface SoftmaxOperation extends UnaryOperation, Clamped {
  /** Tells operations apart. */
  readonly kind: 'softmax';
  /** exponentials[d] = round(2^30 * exp(-beta * scale * d)), d from 0 to the width of the input's range. */
  readonly exponentials: Uint32Array;
  /** The integer that stands for probability one: round(1 / output scale). */
  readonly unit: number;
}

/** The operations the trusted side does by itself, on values that were verified. */
export type TrustedOperation =
  | AddOperation
  | RescaleOperation
  | PoolOperation
  | ConcatOperation
  | PadOperation
  | ReshapeOperation
  | SoftmaxOperation
  | FurtherOperation;

/** Any operation. */
export type Operation = LinearOperation | TrustedOperation;

/** A directed acyclic graph, operations in an order in which they can be evaluated. */
export interface QuantizedNetwork {
  /** What messages and reports call it. */
  readonly name: string;
  /** All tensors; operations name them by their index. */
  readonly tensors: readonly Tensor[];
  /** In an order in which they can be evaluated. */
  readonly operations: readonly Operation[];
  /** The one tensor that no operation makes. */
  readonly input: TensorId;
  /** What a run returns, in order. */
  readonly outputs: readonly TensorId[];
}
