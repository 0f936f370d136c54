/** Is a number prime? Exact for everything the calculator takes. */

/** With these bases the Miller-Rabin test is exact below 3.3 * 10^24 (Sorenson and Webster, 2015), so below 2^64. */
const BASES = [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n, 41n];

function powerModulo(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (let square = base % modulus, rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** @param value below 2^64 */
export function isPrime(value: bigint): boolean {
  if (value < 2n) return false;
  for (const prime of BASES) if (value % prime === 0n) return value === prime;
  let odd = value - 1n;
  let twos = 0;
  for (; (odd & 1n) === 0n; odd >>= 1n) twos++;
  return BASES.every((base) => {
    let power = powerModulo(base, odd, value);
    if (power === 1n || power === value - 1n) return true;
    for (let round = 1; round < twos; round++) {
      power = (power * power) % value;
      if (power === value - 1n) return true;
    }
    return false;
  });
}
