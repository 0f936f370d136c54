/** Softmax over the last axis. */
import { descriptor } from '../boundary/array-bytes.js';
import { wholeNumber } from '../boundary/codecs.js';
import { require } from '../model/requirement.js';
import { elementCount } from '../model/tensor.js';
import type { SoftmaxOperation } from '../model/trusted-operations.js';
import { clampTo, unary } from './fields.js';
import { clamped } from './ranges.js';
import { requireClamp } from './requirements.js';
import type { OperationRules } from './rules.js';

/**
 * floor(a / b + 1/2) = floor(n / d) with n = 2a + b at most 2^53 and d = 2b. The quotient of two doubles is exact enough: where n / d lies
 * below an integer m, it does so by at least 1 / d, and half a step of doubles below m is at most m 2^-54, which is less, since
 * m d < n + d < 2^54.
 */
function roundedQuotient(a: number, b: number): number {
  return Math.floor((2 * a + b) / (2 * b));
}

function run(
  { exponentials, unit, minimum, maximum }: SoftmaxOperation,
  x: Int16Array,
  width: number,
  out: Int16Array,
): void {
  for (let start = 0; start < x.length; start += width) {
    let largest = x[start]!;
    for (let index = start; index < start + width; index++) largest = Math.max(largest, x[index]!);
    let sum = 0;
    for (let index = start; index < start + width; index++) sum += exponentials[largest - x[index]!]!;
    // An exponential is at most the sum of its row, so this bounds what is divided.
    const small = sum * (2 * unit + 1) <= 2 ** 53;
    for (let index = start; index < start + width; index++) {
      const one = exponentials[largest - x[index]!]!;
      const share = small
        ? roundedQuotient(one * unit, sum)
        : Number((2n * BigInt(one) * BigInt(unit) + BigInt(sum)) / (2n * BigInt(sum)));
      out[index] = Math.max(minimum, Math.min(maximum, share));
    }
  }
}

export const softmax: OperationRules<SoftmaxOperation> = {
  inputs: ({ input }) => [input],
  entries: (_, [input]) => elementCount(input!),
  // A share is at most one, which is `unit`.
  reach: (how) => clamped({ minimum: 0, maximum: how.unit }, how),
  check(operation, [input], _output, where) {
    const { exponentials, unit } = operation;
    const { minimum, maximum, shape } = input!;
    require(exponentials.length > maximum - minimum, where, 'the table of exponentials is too short');
    require(exponentials[0]! > 0, where, 'the table of exponentials must begin with a positive entry');
    // So that the sum of a row is an exact double.
    const small = exponentials.every((entry) => entry <= 2 ** 30) && (shape.at(-1) ?? 1) <= 2 ** 22;
    require(small, where, 'exponentials must be at most 2^30, and rows have at most 2^22 entries');
    require(Number.isSafeInteger(unit) && unit > 0, where, 'the unit must be a positive whole number');
    requireClamp(operation, where);
  },
  fields: { ...unary, exponentials: descriptor('u32'), unit: wholeNumber(1, 2 ** 31 - 1), ...clampTo },
  run: (operation, { inputs, tensors, out }) => run(operation, inputs[0]!, tensors[0]!.shape.at(-1) ?? 1, out),
  epilogue: null,
};
