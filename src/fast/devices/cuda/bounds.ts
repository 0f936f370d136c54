/**
 * Every "does it fit" of the CUDA device, in one place, with its proof. The kernels rely on these and check nothing.
 *
 * A digit is an int8: -128 to 127. R(n) = (256^n - 1) / 255 = 1 + 256 + … + 256^(n - 1), so n digits hold exactly the
 * 256^n integers from -128 * R(n) to 127 * R(n), each in one way.
 */
import { M31, type Modulus, P24 } from '../../../model/modulus.js';

/** An int8 row must start at a multiple of this many entries: what the tensor cores' fast paths ask of every leading dimension. */
export const DEPTH_STEP = 32;

/** The same for int32 rows and for the number of output channels. */
export const CHANNEL_STEP = 16;

/** A matrix product gets at least this many rows, and a multiple of it: libraries refuse int8 products with very few. */
export const ROW_STEP = 32;

/** `size` or the next multiple of `step`. */
export function roundUp(size: number, step: number): number {
  return Math.ceil(size / step) * step;
}

/**
 * How many products one int32 accumulator takes: |digit * digit| <= 2^14, and n * 2^14 <= 2^31 - 1 for n <= 131071; the
 * largest multiple of `DEPTH_STEP` below that. Every partial sum, in any order and grouping, obeys the same bound, so the
 * library's choice of tiles and of split sums does not matter. Deeper sums are cut, and their parts added in 64 bits.
 */
export const DEPTH_LIMIT = Math.floor(131071 / DEPTH_STEP) * DEPTH_STEP;

/** R(n). */
export function repunit(digits: number): number {
  return (256 ** digits - 1) / 255;
}

/** How a range of integers is written in digits: value = offset + sum over j of 256^j * digit[j]. */
export interface DigitPlan {
  readonly digits: 1 | 2;
  /** 0 unless the range is not where the digits are, such as [0, 255]. */
  readonly offset: number;
}

/**
 * The fewest digits for the int16 range [minimum, maximum], and the offset nearest to 0 that makes it fit:
 * minimum - offset >= -128 * R and maximum - offset <= 127 * R. An offset exists if maximum - minimum < 256^digits;
 * one digit covers 256 values and two cover 65536, which is all of int16. |offset| <= 32768 - 128.
 */
export function digitPlan(minimum: number, maximum: number): DigitPlan {
  const digits = maximum - minimum < 256 ? 1 : 2;
  const least = maximum - 127 * repunit(digits);
  const most = minimum + 128 * repunit(digits);
  return { digits, offset: Math.min(Math.max(0, least), most) };
}

/** How residues are written in digits. */
export interface ResiduePlan {
  readonly digits: 3 | 4;
  /** Residues up to this stand for themselves, the others for r - p. */
  readonly top: number;
}

/**
 * top = min(127 * R, p - 1). Residues above it become r - p, which is at least top + 1 - p.
 * P24, 3 digits: top = 8355711 and top + 1 - p = -8421501 >= -128 * 65793 = -8421504.
 * M31, 4 digits: top = 2139062143 and top + 1 - p = -8421503 >= -128 * 16843009.
 * Lifting to a *symmetric* interval would not do: (2^24 - 4) / 2 = 8388606 is more than three digits hold.
 */
export function residuePlan(p: Modulus): ResiduePlan {
  const digits = p === P24 ? 3 : 4;
  return { digits, top: Math.min(127 * repunit(digits), p - 1) };
}

/**
 * `reduce` on the card folds u = (u mod 2^b) + c * floor(u / 2^b), p = 2^b - c, three times and subtracts p at most once.
 * It takes |t| <= LIFT[p] by adding LIFT[p], a multiple of p near 2^62, so that u < 2^63.
 * P24 (b = 24, c = 3): u < 2^24 + 3 * 2^39 < 2^41; then < 2^24 + 3 * 2^17, so floor(u / 2^24) <= 1; then < 2^24 = p + 3.
 * M31 (b = 31, c = 1): u < 2^31 + 2^32 < 2^33; then < 2^31 + 4, so floor(u / 2^31) <= 1; then <= 2^31 - 1 = p.
 */
export const LIFT: Readonly<Record<Modulus, bigint>> = {
  [P24]: BigInt(P24) * 2n ** 38n,
  [M31]: BigInt(M31) * 2n ** 31n,
};

/**
 * Sums of digit products, recombined. One part of the depth: |sum over i of 256^i * C_i| < 2^31 * R(4) < 2^56: reduced.
 * At most 2^31 / DEPTH_LIMIT < 2^15 parts, each below 2^31: < 2^46. Two weight digits: < 2^46 * 257 < 2^55. The weights'
 * offset times a reduced row sum: < 2^16 * 2^31. All together below 2^56, which `reduce` takes. Over the integers there
 * are two input digits at most: < 2^31 * 257 * 2^15 * 257 < 2^63 in the middle, and the answer fits int32 at the end.
 *
 * Direct kernels: |w| <= 2^15 and a lifted residue below 2^31, so after `DIRECT_TERMS` products the sum is below
 * 2^15 * 2^46 + 2^31 < LIFT[p], and it is reduced.
 */
export const DIRECT_TERMS = 2 ** 15;

/** A divisor d as the kernels use it: floor(n / d) = (n * magic) >> shift in 64 bits. */
export interface Divisor {
  readonly magic: number;
  readonly shift: number;
}

/**
 * For 1 <= d < 2^31 and 0 <= n < 2^31. With 2^(l-1) < d <= 2^l and magic = ceil(2^(31 + l) / d) = (2^(31 + l) + e) / d,
 * 0 <= e < d: n * magic / 2^(31 + l) = n / d + n * e / (d * 2^(31 + l)), and the second term is below 1 / d because
 * n * e < 2^31 * 2^l. 2^31 <= magic < 2^32, so it fits u32 and the product fits u64.
 */
export function divisor(d: number): Divisor {
  if (!Number.isInteger(d) || d < 1 || d >= 2 ** 31) throw new RangeError(`${d} cannot be a divisor on the card`);
  const log = 32 - Math.clz32(d - 1);
  const numerator = 2n ** BigInt(31 + log);
  return { magic: Number((numerator + BigInt(d) - 1n) / BigInt(d)), shift: 31 + log };
}
