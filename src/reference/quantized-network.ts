/** What a quantized network *is*: tensors of centred integers (`tensor.ts`) and the operations between them. */
import type { LinearMap, Padding } from './linear-map.js';
import type { Tensor, TensorId } from './tensor.js';

export type { AccumulatorTensor, ActivationTensor, Tensor, TensorId } from './tensor.js';

/** clamp(roundedShift(value * multiplier[channel], shift), minimum, maximum); see `rounding.ts`. */
export interface Requantization {
  /** One entry per channel (channels last), each from 0 to 2^31 - 1. */
  readonly multipliers: Int32Array;
  /** From 1 to 62. */
  readonly shift: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** out = requantize(L(x) + bias), or the accumulator L(x) + bias itself when `requantization` is null. */
export interface LinearOperation {
  readonly kind: 'linear';
  readonly name: string;
  readonly input: TensorId;
  readonly output: TensorId;
  readonly map: LinearMap;
  /** One entry per output channel. */
  readonly bias: Int32Array;
  readonly requantization: Requantization | null;
}

/** out = clamp(roundedShift(a * multipliers[0] + b * multipliers[1], shift), minimum, maximum). */
export interface AddOperation {
  readonly kind: 'add';
  readonly name: string;
  readonly inputs: readonly [TensorId, TensorId];
  readonly output: TensorId;
  readonly multipliers: readonly [number, number];
  readonly shift: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** out = clamp(roundedShift(x * multiplier, shift), minimum, maximum): a change of scale, a ReLU, or both. */
export interface RescaleOperation {
  readonly kind: 'rescale';
  readonly name: string;
  readonly input: TensorId;
  readonly output: TensorId;
  readonly multiplier: number;
  readonly shift: number;
  readonly minimum: number;
  readonly maximum: number;
}

/**
 * Average or maximum over windows; windows are cut at the border, so an average divides by the entries really there.
 * Padding is smaller than the window on every side, so no window is empty.
 */
export interface PoolOperation {
  readonly kind: 'averagePool' | 'maxPool';
  readonly name: string;
  readonly input: TensorId;
  readonly output: TensorId;
  readonly window: { readonly height: number; readonly width: number };
  readonly stride: { readonly y: number; readonly x: number };
  readonly padding: Padding;
  readonly minimum: number;
  readonly maximum: number;
}

/** Concatenation along one axis of tensors that share a scale (an importer inserts `rescale` where they do not). */
export interface ConcatOperation {
  readonly kind: 'concat';
  readonly name: string;
  readonly inputs: readonly TensorId[];
  readonly output: TensorId;
  readonly axis: number;
}

/** A border of zeros (real 0, so centred 0) around an image tensor. */
export interface PadOperation {
  readonly kind: 'pad';
  readonly name: string;
  readonly input: TensorId;
  readonly output: TensorId;
  readonly padding: Padding;
}

/** The same entries under another shape. */
export interface ReshapeOperation {
  readonly kind: 'reshape';
  readonly name: string;
  readonly input: TensorId;
  readonly output: TensorId;
}

/**
 * Softmax over the last axis, in integers: with e[i] = exponentials[max(x) - x[i]] and S = sum of e,
 * out[i] = clamp(roundedDivision(e[i] * unit, S), minimum, maximum).
 */
export interface SoftmaxOperation {
  readonly kind: 'softmax';
  readonly name: string;
  readonly input: TensorId;
  readonly output: TensorId;
  /** exponentials[d] = round(2^30 * exp(-beta * scale * d)), d from 0 to the width of the input's range. */
  readonly exponentials: Uint32Array;
  /** The integer that stands for probability one: round(1 / output scale). */
  readonly unit: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** The operations the trusted side does by itself, on values that were verified. */
export type TrustedOperation =
  | AddOperation
  | RescaleOperation
  | PoolOperation
  | ConcatOperation
  | PadOperation
  | ReshapeOperation
  | SoftmaxOperation;

export type Operation = LinearOperation | TrustedOperation;

/** A directed acyclic graph, operations in an order in which they can be evaluated. */
export interface QuantizedNetwork {
  readonly name: string;
  readonly tensors: readonly Tensor[];
  readonly operations: readonly Operation[];
  readonly input: TensorId;
  readonly outputs: readonly TensorId[];
}
