/**
 * Turns real scale factors into the integer multipliers of `Requantization`: factor ~ multiplier / 2^shift.
 * This is the only place where a real number becomes part of a quantized network's meaning.
 */

/** Factors that share one shift. */
export interface Multipliers {
  /** One entry per factor, each from 0 to 2^31 - 1. */
  readonly multipliers: Int32Array;
  /** From 1 to 62, the same for all. */
  readonly shift: number;
}

const LARGEST_SHIFT = 62;

/**
 * The largest shift for which every multiplier still fits 31 bits, and the multipliers, rounded to nearest.
 * The largest factor keeps at least 30 significant bits; a factor 2^20 times smaller still keeps 10.
 * @throws RangeError when a factor is negative, not finite, or 2^30 or more.
 */
export function integerMultipliers(factors: ArrayLike<number>): Multipliers {
  let largest = 0;
  for (let index = 0; index < factors.length; index++) {
    const factor = factors[index]!;
    if (!Number.isFinite(factor) || factor < 0 || factor >= 2 ** 30) {
      throw new RangeError(`scale factor ${index} must be finite, not negative and below 2^30, not ${factor}`);
    }
    largest = Math.max(largest, factor);
  }
  let shift = LARGEST_SHIFT;
  while (shift > 1 && Math.round(largest * 2 ** shift) >= 2 ** 31) shift--;
  return { multipliers: Int32Array.from(factors, (factor) => Math.round(factor * 2 ** shift)), shift };
}
