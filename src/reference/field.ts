/** Arithmetic modulo a prime, in BigInt. A residue is canonical when it lies in [0, p). */

/** 2^24 - 3: the smaller pad modulus. */
export const P24 = 2n ** 24n - 3n;
/** 2^31 - 1: the larger pad modulus, and q, the modulus of Freivalds' check. */
export const M31 = 2n ** 31n - 1n;

/** The canonical representative of `a` modulo `p`: the r in [0, p) with r congruent to a. */
export function modulo(a: bigint, p: bigint): bigint {
  const remainder = a % p;
  return remainder < 0n ? remainder + p : remainder;
}

/** The balanced representative of `a` modulo an odd `p`: the r in [-(p-1)/2, (p-1)/2] with r congruent to a. */
export function balanced(a: bigint, p: bigint): bigint {
  const residue = modulo(a, p);
  return residue > (p - 1n) / 2n ? residue - p : residue;
}

/** a + b mod p. */
export const add = (a: bigint, b: bigint, p: bigint): bigint => modulo(a + b, p);
/** a - b mod p. */
export const subtract = (a: bigint, b: bigint, p: bigint): bigint => modulo(a - b, p);
/** a * b mod p. */
export const multiply = (a: bigint, b: bigint, p: bigint): bigint => modulo(a * b, p);

/** a^exponent mod p, for exponent >= 0. */
export function power(a: bigint, exponent: bigint, p: bigint): bigint {
  let result = 1n;
  let square = modulo(a, p);
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = multiply(result, square, p);
    square = multiply(square, square, p);
  }
  return result;
}

/**
 * The b with a * b = 1 mod p, by Fermat's little theorem (p prime).
 * @throws RangeError for a = 0 mod p.
 */
export function inverse(a: bigint, p: bigint): bigint {
  if (modulo(a, p) === 0n) throw new RangeError('zero has no inverse');
  return power(a, p - 2n, p);
}

/** True for 0 <= a < p. */
export const isCanonical = (a: bigint, p: bigint): boolean => a >= 0n && a < p;

/** <a, b> mod p, for vectors of the same length. */
export function innerProduct(a: readonly bigint[], b: readonly bigint[], p: bigint): bigint {
  if (a.length !== b.length) throw new RangeError(`inner product of ${a.length} and ${b.length} entries`);
  return modulo(
    a.reduce((sum, value, index) => sum + value * b[index]!, 0n),
    p,
  );
}

/** Returns `value` if it is a canonical residue modulo `p`. */
export function aResidue(value: bigint, p: bigint, name: string): bigint {
  if (typeof value !== 'bigint') throw new TypeError(`${name} must be a bigint`);
  if (!isCanonical(value, p)) throw new RangeError(`${name} must be at least 0 and below ${p}`);
  return value;
}
