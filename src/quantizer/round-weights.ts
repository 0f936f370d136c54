/**
 * Rounds one channel's weights so that their sum survives. Rounding each to nearest lets the errors add up to several
 * steps; inputs after a ReLU are never negative and neighbours are alike, so such a sum shifts the whole channel. Moving
 * the few weights that were nearest to the other integer takes the shift away, and costs almost nothing elsewhere.
 */

/** Codes are -127 to 127: without -128 the range is symmetric and nothing needs a zero point. */
export const LARGEST_CODE = 127;

/** Of the weights that were rounded in this direction, the one that was rounded furthest; -1 if there is none. */
function furthest(weights: Float32Array, scale: number, codes: Int16Array, direction: number): number {
  let found = -1;
  let most = 0;
  for (let index = 0; index < weights.length; index++) {
    const error = direction * (codes[index]! - weights[index]! / scale);
    if (error > most && Math.abs(codes[index]! - direction) <= LARGEST_CODE) {
      most = error;
      found = index;
    }
  }
  return found;
}

/**
 * Writes integers with |codes[i] - weights[i] / scale| <= 1 and |sum of that| <= 1/2, as near as floats allow.
 * @param weights at most `LARGEST_CODE * scale` in size @param codes as many entries as weights
 * @returns the sum of |codes[i]|
 */
export function roundWeights(weights: Float32Array, scale: number, codes: Int16Array): number {
  let excess = 0;
  for (let index = 0; index < weights.length; index++) {
    const exact = weights[index]! / scale;
    codes[index] = Math.round(exact);
    excess += codes[index]! - exact;
  }
  const direction = Math.sign(excess);
  for (let left = Math.round(Math.abs(excess)); left > 0; left--) {
    const index = furthest(weights, scale, codes, direction);
    if (index < 0) break;
    codes[index]! -= direction;
  }
  let size = 0;
  for (let index = 0; index < codes.length; index++) size += Math.abs(codes[index]!);
  return size;
}
