/** Softmax in integers. */
import type { SoftmaxOperation } from '../model/trusted-operations.js';
import { clamp, roundedDivision } from './rounding.js';

/** Softmax over the last axis of length `width`; see `SoftmaxOperation`. */
export function softmax(x: readonly bigint[], width: number, how: SoftmaxOperation): bigint[] {
  const result: bigint[] = [];
  for (let start = 0; start < x.length; start += width) {
    const row = x.slice(start, start + width);
    const largest = row.reduce((top, value) => (value > top ? value : top));
    const exponentials = row.map((value) => BigInt(how.exponentials[Number(largest - value)]!));
    const sum = exponentials.reduce((total, value) => total + value, 0n);
    for (const value of exponentials) {
      result.push(clamp(roundedDivision(value * BigInt(how.unit), sum), how.minimum, how.maximum));
    }
  }
  return result;
}
