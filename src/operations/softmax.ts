/** Softmax over the last axis. */
import { descriptor } from '../boundary/array-bytes.js';
import { wholeNumber } from '../boundary/codecs.js';
import { require } from '../model/requirement.js';
import { elementCount } from '../model/tensor.js';
import type { SoftmaxOperation } from '../model/trusted-operations.js';
import { roundedDivision } from '../reference/rounding.js';
import { clampTo, unary } from './fields.js';
import { clamped } from './ranges.js';
import { requireClamp } from './requirements.js';
import type { OperationRules } from './rules.js';

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
    for (let index = start; index < start + width; index++) {
      // In BigInt, because a rounded quotient of doubles could fall on the wrong side of a half.
      const share = roundedDivision(BigInt(exponentials[largest - x[index]!]!) * BigInt(unit), BigInt(sum));
      out[index] = Math.max(minimum, Math.min(maximum, Number(share)));
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
