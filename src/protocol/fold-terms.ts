/** How many products of the fold a 64-bit lane takes: a fact that the kernels rely on and the calculator reports. */

/**
 * Products s * y, 0 <= s < q and |y| <= bound, that fit one int64 lane: n * (q - 1) * bound <= 2^63 - 1.
 * BigInt, because 2^63 - 1 is not a float64. At least 2, since bound <= 2^31 - 1; at most 2^30, since the kernel counts
 * in int32.
 */
export function foldTerms(bound: number): number {
  const terms = (2n ** 63n - 1n) / ((2n ** 31n - 2n) * BigInt(Math.max(bound, 1)));
  return Number(terms < 2n ** 30n ? terms : 2n ** 30n);
}
