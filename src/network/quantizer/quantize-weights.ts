/** Weights as 8-bit integers, symmetric and per output channel; biases in the units of the accumulator. */
import { ModelError } from '../errors.js';

/** weight = scales[channel] * w, and bias = inputScale * scales[channel] * b. */
export interface QuantizedWeights {
  readonly weights: Int16Array;
  readonly scales: Float64Array;
  readonly bias: Int32Array;
}

/** Codes are -127 to 127: without -128 the range is symmetric and nothing needs a zero point. */
const LARGEST_CODE = 127;
/**
 * Biases stay this small, so that |L(x)| + |bias| fits 32 bits with room. Only channels with weights that hardly matter
 * beside their bias get a coarser scale from it.
 */
const LARGEST_BIAS = 2 ** 26;
/** No channel's scale is further below the coarsest one: requantization multipliers share one shift and need bits. */
const SCALE_SPREAD = 2 ** 16;

/** What a layer's input can be, and what its sums may be. */
export interface SumLimit {
  /** The largest |x| of the layer's input. */
  readonly largestInput: number;
  /** |L(x)| stays at or below this, by coarser weights in the channels that would exceed it. */
  readonly largestSum: number;
}

/** A positive scale for every channel, also for one whose weights are all zero. */
function channelScales(weights: Float32Array, bias: Float32Array, inputScale: number, limit: SumLimit): Float64Array {
  const terms = weights.length / bias.length;
  const natural = Float64Array.from(bias, (offset, c) => {
    const row = weights.subarray(c * terms, (c + 1) * terms);
    let largest = 0;
    for (let index = 0; index < terms; index++) largest = Math.max(largest, Math.abs(row[index]!));
    const scale = Math.max(largest / LARGEST_CODE, Math.abs(offset) / (inputScale * LARGEST_BIAS));
    return coarseEnough(row, scale, limit);
  });
  const coarsest = natural.reduce((largest, scale) => Math.max(largest, scale), 0);
  return natural.map((scale) => Math.max(scale, coarsest / SCALE_SPREAD) || 1);
}

/** The sum of the sizes of the integers that a channel's weights become. */
function sumOfCodes(row: Float32Array, scale: number): number {
  let sum = 0;
  for (let index = 0; index < row.length; index++) sum += Math.abs(Math.round(row[index]! / scale));
  return sum;
}

/** `scale`, or the larger one at which the channel's sums stay within the limit. */
function coarseEnough(row: Float32Array, scale: number, { largestInput, largestSum }: SumLimit): number {
  let coarse = scale;
  while (coarse > 0) {
    const excess = (sumOfCodes(row, coarse) * largestInput) / largestSum;
    if (excess <= 1) break;
    // Sums shrink as the scale grows, but for rounding: hence the small extra step, and the loop.
    coarse *= excess * 1.0001;
  }
  return coarse;
}

/**
 * Quantizes one linear layer.
 * @param weights [channels][terms] @param bias [channels] @param inputScale real = inputScale * centred integer
 * @param name the layer's, for messages
 * @throws ModelError when a number is not finite
 */
export function quantizeWeights(
  weights: Float32Array,
  bias: Float32Array,
  inputScale: number,
  limit: SumLimit,
  name: string,
): QuantizedWeights {
  if (!weights.every(Number.isFinite) || !bias.every(Number.isFinite)) {
    throw new ModelError(`The layer "${name}" has weights that are not finite.`);
  }
  const terms = weights.length / bias.length;
  const scales = channelScales(weights, bias, inputScale, limit);
  const codes = Int16Array.from(weights, (weight, index) => Math.round(weight / scales[Math.floor(index / terms)]!));
  const offsets = Int32Array.from(bias, (offset, c) => Math.round(offset / (inputScale * scales[c]!)));
  return { weights: codes, scales, bias: offsets };
}
