/** The normal distribution, cut at both ends: what quantized activations are taken to follow. */

/** P(Z < z) for a standard normal Z, within 1e-7 (Abramowitz and Stegun 7.1.26). */
export function normalShare(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = 0.5 * series * Math.exp(-x * x);
  return z < 0 ? tail : 1 - tail;
}

const STEPS = 64;

/**
 * Mean and variance of the largest of `count` independent normal variables, clamped to [minimum, maximum]:
 * E = minimum + integral of P(value > x), and E of the square likewise, by the midpoint rule.
 * @param count 1 for a clamped variable itself; it need not be whole
 */
export function clampedNormal(
  mean: number,
  spread: number,
  minimum: number,
  maximum: number,
  count = 1,
): { mean: number; variance: number } {
  if (spread <= 0) return { mean: Math.min(maximum, Math.max(minimum, mean)), variance: 0 };
  const width = (maximum - minimum) / STEPS;
  let first = 0;
  let second = 0;
  for (let at = 0; at < STEPS; at++) {
    const above = (at + 0.5) * width;
    const share = normalShare((minimum + above - mean) / spread);
    const beyond = 1 - (count === 1 ? share : share ** count);
    first += beyond * width;
    second += 2 * above * beyond * width;
  }
  return { mean: minimum + first, variance: Math.max(0, second - first * first) };
}
