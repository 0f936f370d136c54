/** How often values fall into equal parts of a range, and whether that looks uniform. */

/** Parts of the range. */
export const BINS = 64;

/**
 * Pearson's statistic of `BINS` equally likely bins stays below this but once in 10^9 times (63 degrees of freedom; the
 * chi-square distribution's tail beyond 157 is 6e-10).
 */
export const UNIFORM_BELOW = 157;

/** Counts over [minimum, minimum + BINS * width). */
export interface Histogram {
  readonly minimum: number;
  /** One past the largest value there may be. */
  readonly end: number;
  readonly counts: readonly number[];
  readonly total: number;
}

/** Counts whole numbers in [minimum, end). */
export function histogram(values: ArrayLike<number>, minimum: number, end: number): Histogram {
  const counts = new Array<number>(BINS).fill(0);
  const scale = BINS / (end - minimum);
  for (let i = 0; i < values.length; i++) counts[Math.floor((values[i]! - minimum) * scale)]!++;
  return { minimum, end, counts, total: values.length };
}

/**
 * Pearson's chi-square against the uniform distribution over whole numbers. Where the range is no multiple of the bins,
 * bins differ by one value in how many they hold, and so in what is expected of them.
 */
export function chiSquare({ minimum, end, counts, total }: Histogram): number {
  const values = end - minimum;
  let sum = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    const first = Math.ceil((bin * values) / BINS);
    const next = Math.ceil(((bin + 1) * values) / BINS);
    const expected = (total * (next - first)) / values;
    if (expected > 0) sum += (counts[bin]! - expected) ** 2 / expected;
    else if (counts[bin]! > 0) return Number.POSITIVE_INFINITY;
  }
  return sum;
}
