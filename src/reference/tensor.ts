/**
 * Tensors of centred integers. Centred means that the zero point is already subtracted: an entry c stands for the real
 * number `scale * c`, and the code a file format would store is `c + zeroPoint`. Zero points therefore appear only where
 * data enters or leaves.
 */

/** An 8-bit (at most 16-bit) activation tensor: real = scale * c, minimum <= c <= maximum, stored code = c + zeroPoint. */
export interface ActivationTensor {
  readonly kind: 'activation';
  readonly name: string;
  /** Without the batch axis: [height, width, channels] or [length]. Row-major. */
  readonly shape: readonly number[];
  readonly scale: number;
  readonly zeroPoint: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** A tensor of 32-bit accumulators that is read out, not fed on: real = scales[channel] * a, channels last. */
export interface AccumulatorTensor {
  readonly kind: 'accumulator';
  readonly name: string;
  readonly shape: readonly number[];
  readonly scales: Float64Array;
}

export type Tensor = ActivationTensor | AccumulatorTensor;

/** The index of a tensor in `QuantizedNetwork.tensors`. */
export type TensorId = number;
