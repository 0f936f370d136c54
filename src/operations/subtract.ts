/** The difference of two tensors, each with a scale of its own. */
import type { SubtractOperation } from '../model/trusted-operations.js';
import { clampTo, multiplier, pair, shift, tuple } from './fields.js';
import { scaled } from './ranges.js';
import { pairEntries, requireClamp, requireShift } from './requirements.js';
import type { OperationRules } from './rules.js';

/**
 * |a m0 - b m1| < 2^15 * 2^31 * 2 = 2^47. From a shift of 49 on, half a unit, 2^(shift - 1), is larger than that, and the result
 * is 0; below, the sum with half a unit is below 2^48 and a division by a power of two loses nothing.
 */
function run(a: Int16Array, b: Int16Array, how: SubtractOperation, out: Int16Array): void {
  const { multipliers, shift: bits, minimum, maximum } = how;
  const [left, right] = multipliers;
  const half = 2 ** (bits - 1);
  for (let index = 0; index < a.length; index++) {
    const rounded = bits >= 49 ? 0 : Math.floor((a[index]! * left - b[index]! * right + half) / (2 * half));
    out[index] = Math.max(minimum, Math.min(maximum, rounded));
  }
}

export const subtract: OperationRules<SubtractOperation> = {
  inputs: ({ inputs }) => inputs,
  entries: pairEntries,
  reach(how, [a, b]) {
    const [left, right] = how.multipliers.map(BigInt) as [bigint, bigint];
    return scaled(
      [BigInt(a!.minimum) * left - BigInt(b!.maximum) * right, BigInt(a!.maximum) * left - BigInt(b!.minimum) * right],
      how,
    );
  },
  check(operation, _inputs, _output, where) {
    requireShift(operation.shift, operation.multipliers, where);
    requireClamp(operation, where);
  },
  fields: { ...pair, multipliers: tuple(multiplier, 2), shift, ...clampTo },
  run: (operation, { inputs, out }) => run(inputs[0]!, inputs[1]!, operation, out),
  epilogue: null,
};
