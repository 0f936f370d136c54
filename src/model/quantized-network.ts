/** What a quantized network *is*: tensors of centred integers (`tensor.ts`) and the operations between them. */
import type { LinearMap } from './linear-map.js';
import type { Tensor, TensorId } from './tensor.js';
import type { Clamped, TrustedOperation, UnaryOperation } from './trusted-operations.js';

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
