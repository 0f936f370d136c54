/**
 * Every number that exactness rests on, with its proof.
 *
 * A backend is asked for one thing, `matMul` in float32, and may round its inputs to TF32, float16 or bfloat16, may sum in
 * any order, may fuse or split sums, and may keep its accumulators in the narrowest hardware that is called float32. All of
 * that is exact here because inputs are small integers and every partial sum is a small integer too. Accumulators narrower
 * than float32, and algorithms that add inputs before multiplying (Strassen), are what the self-test refuses.
 */
import type { Modulus } from '../../../model/modulus.js';
import { P24 } from '../../../model/modulus.js';
import type { Mode } from '../wasm/messages.js';

/**
 * Digits have base 256 and are balanced: every digit but the last is in [-128, 127], and the last is whatever is left.
 *
 * Whole numbers up to 2^8 have at most 8 significant bits (2^8 itself has one), so they are exact in bfloat16, which has 8,
 * and in float16 and TF32, which have 11.
 */
export const LARGEST_DIGIT = 256;

/** The largest digit where there are several: see `residueDigits` and `integerDigits`. */
const LARGEST_OF_SEVERAL = 128;

/**
 * Sums stay below 2^24, so they are exact in 24 bits of significand even if a unit aligns every addend to the largest one and
 * truncates. A partial sum of some of an output's products, in any grouping, is at most the sum of all |products|.
 */
export const LARGEST_SUM = 2 ** 24 - 1;

/** Terms are taken in steps of this many. One step always fits: 64 * 256 * 256 = 2^22. */
export const TERM_STEP = 64;

/** The largest operand in entries: 64 MiB, below the smallest limit on one binding that backends have (128 MiB). */
export const LARGEST_OPERAND = 2 ** 24;

/**
 * How many digits a balanced residue |b| <= (p - 1) / 2 takes: 3 for P24, 4 for M31.
 * The last digit is (b - lower) / 256^n with |lower| <= 128 * (256^n - 1) / 255 < 256^n * 0.503, so for P24 at most
 * (2^23 + 2^15.1) / 2^16 < 129 and for M31 at most (2^30 + 2^23.1) / 2^24 < 65: both are at most 128.
 */
export function residueDigits(modulus: Modulus): number {
  return modulus === P24 ? 3 : 4;
}

/**
 * How many digits a whole number |v| <= largest <= 2^15 takes: itself up to 256; above, the last of two is at most
 * (2^15 + 128) / 256 < 129, so at most 128.
 */
export function integerDigits(largest: number): number {
  return largest <= LARGEST_DIGIT ? 1 : 2;
}

/** The largest |digit| of numbers up to `largest` in that many digits. */
export function largestDigit(largest: number, digits: number): number {
  return digits === 1 ? largest : LARGEST_OF_SEVERAL;
}

/**
 * What a sum of digit products counts for: entry k is 256^k, or for a modulus what is congruent to it and at most 2^24:
 * modulo P24 = 2^24 - 3, 256^3 is 3; modulo M31 = 2^31 - 1, 256^3 is 2^24 and 256^4 is 2.
 */
export function digitFactors(mode: Mode, count: number): number[] {
  const factors = [1];
  while (factors.length < count) {
    const next = factors.at(-1)! * 256;
    factors.push(mode === 'integers' ? next : next % mode);
  }
  return factors;
}

/**
 * How many chunks may be added up before the sums are reduced modulo p. One chunk adds at most LARGEST_SUM times the sum of
 * the factors over all pairs of digits; a float64 counts exactly to 2^53, and half of that leaves room for a residue.
 * The worst case, M31 with weights of two digits, has factors 1 + 2 * (2^8 + 2^16 + 2^24) + 2 < 2^25.01: 2^52 / 2^49.01 >= 7.
 *
 * Over the integers nothing is reduced: a number is at least a third of what its digits' absolute values count for
 * (worst is 128 = 256 - 128), so all sums together are at most 9 * 2^31.
 */
export function chunksPerReduction(mode: Mode, inputDigits: number, weightDigits: number): number {
  if (mode === 'integers') return Number.POSITIVE_INFINITY;
  const factors = digitFactors(mode, inputDigits + weightDigits - 1);
  let sum = 0;
  for (let d = 0; d < inputDigits; d++) for (let e = 0; e < weightDigits; e++) sum += factors[d + e]!;
  return Math.floor(2 ** 52 / (sum * LARGEST_SUM));
}

/**
 * True if a sum of `largestWeightSum` = sum |w| over entries up to `largestInput` is exact in float64 as it is. Otherwise it
 * is reduced modulo p after every product: 2^15 * 2^30 + 2^31 < 2^46.
 */
export function sumsFit(largestWeightSum: number, largestInput: number): boolean {
  return largestWeightSum * largestInput <= 2 ** 52;
}
