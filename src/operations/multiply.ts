/** The product of two tensors, entry by entry. */
import type { MultiplyOperation } from '../model/trusted-operations.js';
import { clampTo, multiplier, pair, shift } from './fields.js';
import { corners, scaled } from './ranges.js';
import { pairEntries, requireClamp, requireShift } from './requirements.js';
import type { OperationRules } from './rules.js';

export const multiply: OperationRules<MultiplyOperation> = {
  inputs: ({ inputs }) => inputs,
  entries: pairEntries,
  reach: (how, [a, b]) =>
    scaled(
      corners(a!, b!).map((product) => product * BigInt(how.multiplier)),
      how,
    ),
  check(operation, _inputs, _output, where) {
    requireShift(operation.shift, [operation.multiplier], where);
    requireClamp(operation, where);
  },
  fields: { ...pair, multiplier, shift, ...clampTo },
  run: (operation, { inputs, out, arithmetic }) => arithmetic.multiply(inputs[0]!, inputs[1]!, operation, out),
  epilogue: null,
};
