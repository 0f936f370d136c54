/**
 * Every decision of the kind "how many digits", "how many terms before a reduction", with its proof. WGSL has no 64-bit
 * integers; sums are i32, and the language defines their overflow: results are modulo 2^32. So an i32 expression whose
 * *exact* value is known to fit i32 is right whatever its intermediate values did. That is the only way wrap-around is used.
 *
 * Digits. A number b is cut into base-256 digits d_i in [-128, 127]: b = sum d_i 256^i. D digits reach exactly the integers
 * from -128 R to 127 R with R = 1 + 256 + ... + 256^(D-1), each in one way. The bytes of (b + 0x80808080) ^ 0x80808080,
 * modulo 2^32, are those digits in two's complement: the sum adds 128 to every digit without a carry, and the exclusive or
 * takes it away again; digits above the Dth are zero.
 */
import { M31, type Modulus, P24 } from '../../../model/modulus.js';
import type { InputRange } from '../../../model/shapes.js';

/** What a map is loaded for. */
export type Mode = Modulus | 'integers';

const INT32_MAX = 2 ** 31 - 1;

/** The most negative and the largest number of one and of two digits. */
const REACH = { 1: [-128, 127], 2: [-32896, 32639] } as const;

/** Numbers v are stored as v - shift, in this many digits. */
export interface Digits {
  readonly digits: 1 | 2 | 3 | 4;
  readonly shift: number;
}

/**
 * Digits for int16 numbers from `minimum` to `maximum`, 0 not necessarily among them: one digit if they are at most 255
 * apart, else two. A range that sticks out of what the digits reach is moved just so far that it does not; it cannot
 * stick out at the other end then, because it is no wider than the reach: 255 for one digit, 65535 for two.
 * With two digits |shift| <= 128, since int16 sticks out by at most 32767 - 32639.
 */
export function digitsOfRange(minimum: number, maximum: number): Digits {
  const digits = maximum - minimum <= 255 ? 1 : 2;
  const [least, greatest] = REACH[digits];
  const shift = maximum > greatest ? maximum - greatest : Math.min(minimum - least, 0);
  return { digits, shift };
}

/**
 * Digits of what is sent. Over the integers those of the declared range. For a modulus x̃ is replaced by the representative
 * at most `LARGEST_LIFT`: for P24 it lies in [8355712 - p, 8355711] = [-8421501, 8355711], which three digits reach
 * (-8421504 to 8355711); for M31 in [-(p-1)/2, (p-1)/2], of magnitude below 2^30, which four digits reach.
 */
export function inputDigits(mode: Mode, { minimum, maximum }: InputRange): Digits {
  if (mode === 'integers') return digitsOfRange(minimum, maximum);
  return { digits: mode === P24 ? 3 : 4, shift: 0 };
}

/** Residues above it stand for themselves minus p. */
export const LARGEST_LIFT = { [P24]: 8355711, [M31]: (M31 - 1) / 2 } as const;

/** The smallest and the largest weight. */
export function weightRange(weights: Int16Array): InputRange {
  let minimum = weights[0]!;
  let maximum = minimum;
  for (let i = 1; i < weights.length; i++) {
    const weight = weights[i]!;
    if (weight < minimum) minimum = weight;
    else if (weight > maximum) maximum = weight;
  }
  return { minimum, maximum };
}

/** What the weights of a matrix or vector kernel look like. */
export interface WeightPlan {
  readonly digits: 1 | 2;
  readonly shift: number;
  /** How many terms an i32 may sum before it is reduced modulo p. Not used over the integers. */
  readonly termsPerReduction: number;
}

/**
 * Weights w are stored as the digits of w - shift. The kernels compute, per input digit d and weight digit e,
 * sum d_k e_k, and add shift * sum d_k for the lowest e. So that sum's exact value is sum d_k (e_k + shift), of magnitude
 * at most n * 128 * W with W = max |w| for one digit, and W = 128 + |shift| for the lowest of two; for the highest it is at
 * most n * 128 * 128. n = floor((2^31 - 1) / (128 * max(W, 128))) terms therefore give values within ±(2^31 - 1).
 * W <= 2^15, so n >= 511, more than the 64 terms of a tile.
 *
 * Over the integers nothing is reduced: the kernels combine all sums modulo 2^32 into sum w x, whose exact value fits i32
 * because maps for which it may not are refused (`integersFit`).
 */
export function weightPlan(weights: Int16Array): WeightPlan {
  const { minimum, maximum } = weightRange(weights);
  const { digits, shift } = digitsOfRange(minimum, maximum);
  const largest = digits === 1 ? Math.max(-minimum, maximum) : 128 + Math.abs(shift);
  return {
    digits: digits === 1 ? 1 : 2,
    shift,
    termsPerReduction: Math.floor(INT32_MAX / (128 * Math.max(largest, 128))),
  };
}

/** How the direct kernel cuts lifted residues: into limbs of `bits` bits that are multiplied by whole weights. */
export interface LimbPlan {
  readonly bits: 8 | 16;
  readonly limbs: 2 | 3 | 4;
  readonly termsPerReduction: number;
}

/** Up to this |weight| 16-bit limbs leave room for at least 64 terms. */
const WIDE_LIMB_WEIGHT = 1023;

/**
 * Limbs of the direct kernel, balanced, for |weights| up to W <= 2^15. With |b| < 2^30: two limbs of 16 bits, |low| <= 2^15
 * and |high| <= (2^30 + 2^15) / 2^16 < 2^15; or digits as above, of magnitude at most 128. The sum of n products is at
 * most n * W * 2^15 or n * W * 2^7: n = floor((2^31 - 1) / that) is at least 64 for W <= 1023, and at least 511 for digits.
 */
export function limbPlan(modulus: Modulus, largestWeight: number): LimbPlan {
  const bits = largestWeight <= WIDE_LIMB_WEIGHT ? 16 : 8;
  const limbs = bits === 16 ? 2 : modulus === P24 ? 3 : 4;
  const termsPerReduction = Math.floor(INT32_MAX / (Math.max(largestWeight, 1) * 2 ** (bits - 1)));
  return { bits, limbs, termsPerReduction };
}
