/** Two tensors of the same shape, combined entry by entry. */
import type { ExtremeOperation, MultiplyOperation, SubtractOperation } from '../model/trusted-operations.js';
import { clamp, roundedShift } from './rounding.js';

/** The entries of two tensors combined; see the operations. */
export function combine(
  a: readonly bigint[],
  b: readonly bigint[],
  how: MultiplyOperation | SubtractOperation | ExtremeOperation,
): bigint[] {
  const one = (left: bigint, right: bigint): bigint => {
    switch (how.kind) {
      case 'multiply':
        return roundedShift(left * right * BigInt(how.multiplier), how.shift);
      case 'subtract':
        return roundedShift(left * BigInt(how.multipliers[0]) - right * BigInt(how.multipliers[1]), how.shift);
      case 'larger':
        return left > right ? left : right;
      case 'smaller':
        return left < right ? left : right;
    }
  };
  return a.map((left, index) => clamp(one(left, b[index]!), how.minimum, how.maximum));
}
