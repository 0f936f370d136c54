/**
 * The one rounding rule of the whole library: to the nearest integer, and halves up (towards plus infinity).
 * It commutes with adding an integer, so a zero point may be subtracted before or after rounding.
 */

/** The largest integer not above a / b, for b > 0 (BigInt division truncates towards zero instead). */
export function floorDivision(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

/** floor(a / b + 1/2) for b > 0. */
export function roundedDivision(a: bigint, b: bigint): bigint {
  return floorDivision(2n * a + b, 2n * b);
}

/** floor(a / 2^shift + 1/2) for shift >= 1. */
export function roundedShift(a: bigint, shift: number): bigint {
  return (a + (1n << BigInt(shift - 1))) >> BigInt(shift);
}

/** The nearest value to `a` in [minimum, maximum]. */
export function clamp(a: bigint, minimum: number, maximum: number): bigint {
  if (a < BigInt(minimum)) return BigInt(minimum);
  return a > BigInt(maximum) ? BigInt(maximum) : a;
}
