/** Exact fractions: a guarantee never goes through a float. */

/** An exact non-negative fraction, not necessarily reduced. */
export interface Rational {
  /** At least 0. */
  readonly numerator: bigint;
  /** At least 1. */
  readonly denominator: bigint;
}

/** No error. */
export const ZERO: Rational = { numerator: 0n, denominator: 1n };

/** A probability that bounds nothing. */
export const ONE: Rational = { numerator: 1n, denominator: 1n };

/** floor(-log2(error)): the largest b with error <= 2^-b. An error of one or more has 0 bits, no error Infinity. */
export function soundnessBits(error: Rational): number {
  const { numerator, denominator } = error;
  if (numerator === 0n) return Infinity;
  if (numerator >= denominator) return 0;
  let bits = denominator.toString(2).length - numerator.toString(2).length;
  if (numerator << BigInt(bits) > denominator) bits--;
  return bits;
}

/** A probability: `value`, or one if it is more. */
export function atMostOne(value: Rational): Rational {
  return value.numerator >= value.denominator ? ONE : value;
}

/** min(1, count * error): a union bound over `count` events. */
export function union(error: Rational, count: bigint): Rational {
  return atMostOne({ numerator: error.numerator * count, denominator: error.denominator });
}

/** error^exponent: all of `exponent` independent events. */
export function power({ numerator, denominator }: Rational, exponent: number): Rational {
  return { numerator: numerator ** BigInt(exponent), denominator: denominator ** BigInt(exponent) };
}

/** min(1, the sum): a union bound over events of different kinds. */
export function total(errors: readonly Rational[]): Rational {
  const nonzero = errors.filter(({ numerator }) => numerator > 0n);
  if (nonzero.length === 0) return ZERO;
  return nonzero.reduce((a, b) =>
    atMostOne(
      reduced({
        numerator: a.numerator * b.denominator + b.numerator * a.denominator,
        denominator: a.denominator * b.denominator,
      }),
    ),
  );
}

/** The same fraction in lowest terms. */
export function reduced({ numerator, denominator }: Rational): Rational {
  let [a, b] = [denominator, numerator];
  while (b !== 0n) [a, b] = [b, a % b];
  return { numerator: numerator / a, denominator: denominator / a };
}

/** True if a > b. */
export function exceeds(a: Rational, b: Rational): boolean {
  return a.numerator * b.denominator > b.numerator * a.denominator;
}
