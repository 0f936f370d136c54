/** Weights as 8-bit integers, symmetric and per output channel. */
import type { CodedWeights, Reals } from '../graph/index.js';
import { ModelError } from '../model/errors.js';
import { LARGEST_CODE, roundWeights } from './round-weights.js';

/**
 * Biases stay this small, so that |L(x)| + |bias| fits 32 bits with room. Only channels with weights that hardly matter
 * beside their bias get a coarser scale from it.
 */
export const LARGEST_BIAS = 2 ** 26;
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
function channelScales(weights: Float32Array, bias: Reals, inputScale: number): Float64Array {
  const terms = weights.length / bias.length;
  const natural = Float64Array.from(bias, (offset, c) => {
    const row = weights.subarray(c * terms, (c + 1) * terms);
    let largest = 0;
    for (let index = 0; index < terms; index++) largest = Math.max(largest, Math.abs(row[index]!));
    return Math.max(largest / LARGEST_CODE, Math.abs(offset) / (inputScale * LARGEST_BIAS));
  });
  const coarsest = natural.reduce((largest, scale) => Math.max(largest, scale), 0);
  return natural.map((scale) => Math.max(scale, coarsest / SCALE_SPREAD) || 1);
}

/** Fills in a channel's codes and returns `scale`, or the larger one at which its sums stay within the limit. */
function roundWithin(row: Float32Array, scale: number, limit: SumLimit, codes: Int16Array): number {
  let coarse = scale;
  for (;;) {
    const excess = (roundWeights(row, coarse, codes) * limit.largestInput) / limit.largestSum;
    if (excess <= 1) return coarse;
    // Sums shrink as the scale grows, but for rounding: hence the small extra step, and the loop.
    coarse *= excess * 1.0001;
  }
}

/**
 * Quantizes one linear layer.
 * @param weights [channels][terms] @param bias [channels] @param inputScale real = inputScale * centred integer
 * @param limit what the integers L(x) may reach @param name the layer's, for messages
 * @throws ModelError when a number is not finite
 */
export function quantizeWeights(
  weights: Float32Array,
  bias: Reals,
  inputScale: number,
  limit: SumLimit,
  name: string,
): CodedWeights {
  if (!weights.every(Number.isFinite) || bias.some((offset) => !Number.isFinite(offset))) {
    throw new ModelError(`The layer "${name}" has weights that are not finite.`);
  }
  const terms = weights.length / bias.length;
  const codes = new Int16Array(weights.length);
  const scales = channelScales(weights, bias, inputScale).map((scale, c) => {
    const row = weights.subarray(c * terms, (c + 1) * terms);
    return roundWithin(row, scale, limit, codes.subarray(c * terms, (c + 1) * terms));
  });
  return { codes, scales };
}
