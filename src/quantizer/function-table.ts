/** The table of a real function between two tensors of integers. */

/** What an integer stands for, and which integers there are. */
interface Codes {
  readonly scale: number;
  readonly minimum: number;
  readonly maximum: number;
}

/**
 * table[c - from.minimum] = f(from.scale * c) / to.scale, to the nearest integer (halves up) inside the range of `to`, for every integer
 * c of `from`; 0 where f has no value.
 */
export function functionTable(f: (x: number) => number, from: Codes, to: Codes): Int16Array {
  return Int16Array.from({ length: from.maximum - from.minimum + 1 }, (_, index) => {
    const value = Math.round(f(from.scale * (from.minimum + index)) / to.scale);
    return Number.isNaN(value) ? 0 : Math.max(to.minimum, Math.min(to.maximum, value));
  });
}
