/** Intervals of integers, for `reach`: exact, whatever the size of what comes between. */
import type { InputRange } from '../model/shapes.js';

/** How a fixed-point operation ends. */
interface FixedPoint extends InputRange {
  readonly shift: number;
}

/** floor((a + 2^(shift - 1)) / 2^shift). */
const rounded = (a: bigint, shift: number): bigint => (a + (1n << BigInt(shift - 1))) >> BigInt(shift);

const cut = (a: bigint, { minimum, maximum }: InputRange): number => {
  if (a < BigInt(minimum)) return minimum;
  return a > BigInt(maximum) ? maximum : Number(a);
};

/** What is left of a range when every entry is cut to a clamp. */
export function clamped(range: InputRange, clamp: InputRange): InputRange {
  return { minimum: cut(BigInt(range.minimum), clamp), maximum: cut(BigInt(range.maximum), clamp) };
}

/** What clamp(roundedShift(a, shift)) reaches for a between the smallest and the largest of the given values: it never falls as a grows. */
export function scaled(values: readonly bigint[], how: FixedPoint): InputRange {
  const ends = values.map((value) => cut(rounded(value, how.shift), how));
  return { minimum: Math.min(...ends), maximum: Math.max(...ends) };
}

/** The products of the ends of two ranges: every product of two entries lies between the smallest and the largest of them. */
export function corners(a: InputRange, b: InputRange): bigint[] {
  const ends = ({ minimum, maximum }: InputRange): bigint[] => [BigInt(minimum), BigInt(maximum)];
  return ends(a).flatMap((x) => ends(b).map((y) => x * y));
}

/** The least range that has all of them in it. */
export function hull(ranges: readonly InputRange[]): InputRange {
  return {
    minimum: Math.min(...ranges.map(({ minimum }) => minimum)),
    maximum: Math.max(...ranges.map(({ maximum }) => maximum)),
  };
}
