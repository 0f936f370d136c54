/**
 * Layer normalization in integers: gamma * (x - mean) / sqrt(variance + epsilon) + beta over each row of n entries.
 *
 * The mean and the variance would be fractions, so the distance from the mean is taken n times and the variance n^2 times, both exact
 * integers. For n <= 2^14 and 16-bit x, with W = n * Q - S^2 = n^2 * variance:
 *
 * - |S| <= 2^29, |d| < 2^30, n * Q <= 2^58, so R < 2^59 and 2^15 < r <= 2^45;
 * - |d| <= sqrt(W * (n - 1)), since the d of a row add up to 0 and their squares to n * W; so |d * r| < 2^52 and |z| <= 2^27;
 * - sums of z * factor, bias and half a unit stay below 2^53, or the network is refused.
 *
 * So 64-bit integers hold every value, and doubles hold every value but W and r^2 * R exactly.
 *
 * How many bits are right: r lies less than 1 below 2^45 / sqrt(R), so z / 2^20 is within 2^-21 + n * (maximum - minimum) * 2^-45 of
 * d / sqrt(R), where [minimum, maximum] is the range of x. That is 2^-20 for rows of any length of up to 10 bits, and 2^-15 at worst. A result, before it
 * is cut, is within half a unit and factor / 2^(shift - 20) times that of the real number.
 */
import { LAYER_NORMALIZATION, type LayerNormalizationOperation } from '../model/trusted-operations.js';
import { clamp, roundedShift } from './rounding.js';

const { rootBits, normalBits, biasBits } = LAYER_NORMALIZATION;

/** The largest integer whose square is not above a, for a >= 1: Newton's method from above. */
export function integerRoot(a: bigint): bigint {
  let root = 1n << BigInt(Math.ceil(a.toString(2).length / 2));
  for (;;) {
    const next = (root + a / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** See `LayerNormalizationOperation`; x is made of whole rows. A row of equal entries gives its biases, rounded, whatever epsilon is. */
export function layerNormalization(
  x: readonly bigint[],
  how: Pick<LayerNormalizationOperation, 'factors' | 'bias' | 'shift' | 'epsilon' | 'minimum' | 'maximum'>,
): bigint[] {
  const n = how.factors.length;
  const result: bigint[] = [];
  for (let start = 0; start < x.length; start += n) {
    const row = x.slice(start, start + n);
    const sum = row.reduce((total, value) => total + value, 0n);
    const squares = row.reduce((total, value) => total + value * value, 0n);
    const spread = BigInt(n) * squares - sum * sum + BigInt(how.epsilon);
    // floor(2^45 / sqrt(R)), since a root of a fraction and that of its floor have the same floor.
    const reciprocal = integerRoot((1n << BigInt(2 * rootBits)) / (spread > 1n ? spread : 1n));
    row.forEach((value, index) => {
      const normal = roundedShift((BigInt(n) * value - sum) * reciprocal, rootBits - normalBits);
      const bias = BigInt(how.bias[index]!) << BigInt(how.shift - biasBits);
      const exact = normal * BigInt(how.factors[index]!) + bias;
      result.push(clamp(roundedShift(exact, how.shift), how.minimum, how.maximum));
    });
  }
  return result;
}
