/** What the entries of a linear map and its outputs are bounded by, in numbers that a double holds. */
import { type LinearMap, outputChannels, termsPerOutput } from './linear-map.js';

const INT32_MAX = 2 ** 31 - 1;

/** The largest |weight|. */
export function largestWeight(weights: Int16Array): number {
  let largest = 0;
  for (let i = 0; i < weights.length; i++) largest = Math.max(largest, Math.abs(weights[i]!));
  return largest;
}

/**
 * B = max over outputs of sum |w| * max |x|. Every sum of some of an output's products, in any grouping, is at most B.
 * Exact in float64: at most 2^31 * 2^15 * 2^15 terms and factors, and a sum of absolute values only grows, so a result
 * beyond 2^53 is beyond every limit that it is compared with.
 */
export function outputBound(map: LinearMap): number {
  const terms = termsPerOutput(map);
  const { minimum, maximum } = map.inputRange;
  let largest = 0;
  for (let row = 0, at = 0; row < outputChannels(map); row++) {
    let sum = 0;
    for (const end = at + terms; at < end; at++) sum += Math.abs(map.weights[at]!);
    largest = Math.max(largest, sum);
  }
  return largest * Math.max(-minimum, maximum);
}

/** Over the integers one int32 lane takes a whole output, so its bound must fit int32. */
export function integersFit(map: LinearMap): boolean {
  return outputBound(map) <= INT32_MAX;
}
