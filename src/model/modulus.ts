/** The two pad moduli and the check modulus, as the numbers that typed arrays can hold. */

/** 2^24 - 3, the largest prime whose residues fit a float32 significand. */
export const P24 = 16777213;
/** 2^31 - 1, a Mersenne prime. */
export const M31 = 2147483647;
/** q: Freivalds' check runs modulo 2^31 - 1 whatever the pad modulus is. */
export const CHECK_MODULUS = M31;

/** A pad modulus p. */
export type Modulus = typeof P24 | typeof M31;

/** The name people know it by. */
export function modulusName(modulus: Modulus): 'P24' | 'M31' {
  return modulus === P24 ? 'P24' : 'M31';
}

/**
 * The smallest pad modulus p with 2 * bound < p.
 * @throws RangeError when even M31 is too small.
 */
export function smallestModulus(bound: number): Modulus {
  if (typeof bound !== 'number') throw new TypeError('bound must be a number');
  if (!Number.isSafeInteger(bound) || bound < 0 || 2 * bound >= M31) {
    throw new RangeError(`no pad modulus fits the bound ${bound}: twice the bound must stay below 2^31 - 1`);
  }
  return 2 * bound < P24 ? P24 : M31;
}

/** Returns `value` if it is one of the two moduli. */
export function aModulus(value: number): Modulus {
  if (value !== P24 && value !== M31) throw new RangeError(`modulus must be ${P24} or ${M31}, not ${value}`);
  return value;
}
