/**
 * Every decision of the kind "how many terms before a reduction" or "does it fit", in one place. The kernels take the
 * numbers as arguments and rely on them: no sum ever leaves its lane, so nothing anywhere depends on wrap-around.
 *
 * Notation: W the largest |weight| of a map (at most 2^15), D its depth (terms per sum), p <= 2^31 - 1 the modulus.
 */

export { foldTerms } from '../../../protocol/freivalds.js';

const INT32_MAX = 2 ** 31 - 1;

/** How residues are cut into 16-bit words, and how many products of two terms an int32 lane may take. */
export interface LimbPlan {
  readonly limbs: 1 | 2 | 3;
  /** The low limbs have this many bits, sign included. */
  readonly bits: number;
  /** A multiple of 4. */
  readonly pairsPerSpill: number;
}

/** Depths are padded with zeros to a multiple of this, so that kernels may take four pairs at a time. */
export const DEPTH_STEP = 8;

/** The depth as the kernels see it. */
export function paddedDepth(depth: number): number {
  return Math.ceil(depth / DEPTH_STEP) * DEPTH_STEP;
}

/** The largest |weight| for which two 16-bit limbs are the better choice; above it sums would be spilled too often. */
const TWO_LIMB_WEIGHT = 2 ** 11;

/**
 * The limbs for weights up to W.
 *
 * Ranges. A balanced residue has |b| <= (p - 1) / 2 < 2^30. Two limbs of 16 bits: |low| <= 2^15 and
 * |high| = |b - low| / 2^16 <= (2^30 + 2^15) / 2^16 < 2^14 + 1. Three limbs of 11 bits: |limb 0|, |limb 1| <= 2^10 and
 * |limb 2| <= (2^30 / 2^11 + 1 + 2^10) / 2^11 < 2^8 + 2. So every limb is an int16 and at most M = 2^15 or M = 2^10.
 *
 * Lanes. The sum of n products is at most n * W * M, whatever their order or grouping, so n = floor((2^31 - 1) / (W * M))
 * terms always fit; two products that are added inside one instruction are two of the n.
 * W <= 2^11, M = 2^15: n >= 31. W <= 2^15, M = 2^10: n >= 63. Either way at least one step of 8 terms fits.
 *
 * After a spill the sums are int64: at most D * W * M <= 2^31 * 2^15 * 2^15 = 2^61, which `shrink` takes.
 */
export function limbPlan(largestWeight: number, depth: number): LimbPlan {
  const limbs = largestWeight <= TWO_LIMB_WEIGHT ? 2 : 3;
  const bits = limbs === 2 ? 16 : 11;
  const magnitude = 2 ** (bits - 1);
  const terms = Math.floor(INT32_MAX / (Math.max(largestWeight, 1) * magnitude));
  const steps = Math.floor(Math.min(terms, paddedDepth(depth)) / DEPTH_STEP);
  return { limbs, bits, pairsPerSpill: Math.max(steps, 1) * (DEPTH_STEP / 2) };
}

/** The plan over the integers: the entries are their own single limb, and `integersFit` says that nothing is spilled. */
export function integerPlan(depth: number): LimbPlan {
  return { limbs: 1, bits: 16, pairsPerSpill: paddedDepth(depth) / 2 };
}

/**
 * A depthwise sum takes residues as they are: taps * (p - 1) * W <= 2^15 * 2^31 * 2^15 = 2^61 in one int64 lane,
 * which `shrink` takes. The same holds for the transpose: an input entry is used at most once per tap.
 */
export function depthwiseFits(taps: number): boolean {
  return taps <= 2 ** 15;
}

/**
 * Vectors of 8 entries that an int32 lane of `foldInputs` takes, for |x| <= largest <= 2^15: each adds two products with limbs
 * of at most 2^15, so n * 2 * largest * 2^15 <= 2^31 - 1. For |x| = 2^15 one vector alone may reach 2^31; the kernel reads that
 * lane right, and n is 1. Theorems packed_lane_fits and spilled_lane_right.
 */
export function inputSteps(largest: number): number {
  return Math.max(1, Math.floor(INT32_MAX / (Math.max(largest, 1) * 2 ** 16)));
}

/** Entries of an average that fit an int32 lane: n * 2^15 <= 2^31 - 1. */
export const POOL_TERMS = 2 ** 16 - 1;

/** |value * multiplier| is at most 2^62 for int32 values, 2^46 for int16, 2^47 for a sum of two such, 2^61 for a product of two. */
export const PRODUCT_BITS = { requantize: 62, rescale: 46, add: 47, product: 61 } as const;

/**
 * True if every rounded shift fits int32, so that clamping may go on in narrower lanes: from |product| <= 2^bits follows
 * |floor((product + 2^(shift - 1)) / 2^shift)| <= 2^(bits - shift) + 1 <= 2^30 + 1.
 */
export function shiftsToInt32(bits: number, shift: number): boolean {
  return bits - shift <= 30;
}

/**
 * How a kernel changes scale. 0: 64-bit lanes to the end, always right. 1: 64-bit products, rounded shifts that fit int32.
 * 2: no 64-bit lane after the products (requantize) or none at all (add, rescale).
 */
export type ScaleForm = 0 | 1 | 2;

function formOf(short: boolean, bits: number, shift: number): ScaleForm {
  if (short) return 2;
  return shiftsToInt32(bits, shift) ? 1 : 0;
}

/**
 * High words suffice when the rounding term 2^(shift - 1) is a multiple of 2^32. They are at most 2^30 in magnitude, plus
 * 2^(shift - 33) <= 2^29: theorem high_words_right.
 */
export function requantizeForm(shift: number): ScaleForm {
  return formOf(shift >= 33, PRODUCT_BITS.requantize, shift);
}

/** m = high * 2^16 + low with low in [-2^15, 2^15). */
function limbsOf(multiplier: number): { readonly low: number; readonly high: number } {
  const low = (multiplier << 16) >> 16;
  return { low, high: (multiplier - low) / 2 ** 16 };
}

/**
 * Two int16 limbs per multiplier and int32 lanes. With |a|, |b| <= 2^15: |L| <= 2^15 (|low1| + |low2|) must fit int32, then
 * |floor(L / 2^16)| <= 2^15, and |H| + 2^15 + 2^(shift - 17) <= 2^15 (|high1| + |high2|) + 2^15 + 2^(shift - 17) must fit
 * too. A high limb of 2^15 would not be an int16. Shifts are at most 47, so that 2^16 less is a shift of int32. Theorem
 * two_limb_scale_right.
 */
export function addForm(first: number, second: number, shift: number): ScaleForm {
  const a = limbsOf(first);
  const b = limbsOf(second);
  const highs = Math.abs(a.high) + Math.abs(b.high);
  const fits =
    shift >= 17 &&
    shift <= 47 &&
    Math.max(a.high, b.high) <= 2 ** 15 - 1 &&
    2 ** 15 * (Math.abs(a.low) + Math.abs(b.low)) <= INT32_MAX &&
    2 ** 15 * highs + 2 ** 15 + 2 ** (shift - 17) <= INT32_MAX;
  return formOf(fits, PRODUCT_BITS.add, shift);
}

/** The same with the rounding term as the second product: 1 or 2^14 times a limb, which must be an int16, so shift <= 45. */
export function rescaleForm(multiplier: number, shift: number): ScaleForm {
  const fits = shift <= 45 && addForm(multiplier, 0, shift) === 2;
  return formOf(fits, PRODUCT_BITS.rescale, shift);
}
