/**
 * Tensors of centred integers. Centred means that the zero point is already subtracted: an entry c stands for the real
 * number `scale * c`, and the code a file format would store is `c + zeroPoint`. Zero points therefore appear only where
 * data enters or leaves.
 */

/** How real numbers are stored as integers: real = scale * c, minimum <= c <= maximum, stored code = c + zeroPoint. */
export interface Quantization {
  /** The real number that 1 stands for, above 0. */
  readonly scale: number;
  /** The stored code that stands for real 0. */
  readonly zeroPoint: number;
  /** No entry is below; at most 0. */
  readonly minimum: number;
  /** No entry is above; at least 0. */
  readonly maximum: number;
}

/** A tensor of 8-bit (at most 16-bit) integers. */
export interface ActivationTensor extends Quantization {
  /** Tells the two kinds apart. */
  readonly kind: 'activation';
  /** What messages call it. */
  readonly name: string;
  /** Without the batch axis: [height, width, channels] or [length]. Row-major. */
  readonly shape: readonly number[];
}

/** A tensor of 32-bit accumulators that is read out, not fed on: real = scales[channel] * a, channels last. */
export interface AccumulatorTensor {
  /** Tells the two kinds apart. */
  readonly kind: 'accumulator';
  /** What messages call it. */
  readonly name: string;
  /** As of an activation. */
  readonly shape: readonly number[];
  /** One entry per channel: the real number that 1 stands for. */
  readonly scales: Float64Array;
}

/** Any tensor of a quantized network. */
export type Tensor = ActivationTensor | AccumulatorTensor;

/** The index of a tensor in `QuantizedNetwork.tensors`. */
export type TensorId = number;

/** Whether the last axes of a shape, some of them, have `count` entries together. */
export function endsIn(shape: readonly number[], count: number): boolean {
  let entries = 1;
  return shape.toReversed().some((size) => {
    entries *= size;
    return entries === count;
  });
}

/** How many entries a tensor has. */
export function elementCount(tensor: Tensor): number {
  return tensor.shape.reduce((product, size) => product * size, 1);
}
