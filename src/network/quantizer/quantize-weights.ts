/** Weights as 8-bit integers, symmetric and per output channel; biases in the units of the accumulator. */
import { smallestModulus } from '../../protocol/modulus.js';
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

/** A positive scale for every channel, also for one whose weights are all zero. */
function channelScales(weights: Float32Array, bias: Float32Array, inputScale: number): Float64Array {
  const terms = weights.length / bias.length;
  const natural = Float64Array.from(bias, (offset, c) => {
    let largest = 0;
    for (let index = c * terms; index < (c + 1) * terms; index++)
      largest = Math.max(largest, Math.abs(weights[index]!));
    return Math.max(largest / LARGEST_CODE, Math.abs(offset) / (inputScale * LARGEST_BIAS));
  });
  const coarsest = natural.reduce((largest, scale) => Math.max(largest, scale), 0);
  return natural.map((scale) => Math.max(scale, coarsest / SCALE_SPREAD) || 1);
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
  name: string,
): QuantizedWeights {
  if (!weights.every(Number.isFinite) || !bias.every(Number.isFinite)) {
    throw new ModelError(`The layer "${name}" has weights that are not finite.`);
  }
  const terms = weights.length / bias.length;
  const scales = channelScales(weights, bias, inputScale);
  const codes = Int16Array.from(weights, (weight, index) => Math.round(weight / scales[Math.floor(index / terms)]!));
  const offsets = Int32Array.from(bias, (offset, c) => Math.round(offset / (inputScale * scales[c]!)));
  return { weights: codes, scales, bias: offsets };
}

/**
 * Refuses a layer whose accumulators could leave 32 bits, or whose certificate B fits no pad modulus.
 * @param largestInput the largest |x| of the layer's input
 */
export function requireFit(layer: QuantizedWeights, largestInput: number, name: string): void {
  const { weights, bias } = layer;
  const terms = weights.length / bias.length;
  bias.forEach((offset, c) => {
    let sum = 0;
    for (let index = c * terms; index < (c + 1) * terms; index++) sum += Math.abs(weights[index]!);
    const bound = sum * largestInput;
    try {
      smallestModulus(bound);
    } catch {
      throw new ModelError(`The layer "${name}" has too many terms: its sums may reach ${bound}.`);
    }
    if (bound + Math.abs(offset) >= 2 ** 31) throw new ModelError(`The layer "${name}" does not fit 32-bit sums.`);
  });
}
