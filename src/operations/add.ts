/** The sum of two tensors, each with a scale of its own. */
import type { AddOperation } from '../model/trusted-operations.js';
import { clampTo, multiplier, pair, shift, tuple } from './fields.js';
import { scaled } from './ranges.js';
import { pairEntries, requireClamp, requireShift } from './requirements.js';
import type { OperationRules } from './rules.js';

export const add: OperationRules<AddOperation> = {
  inputs: ({ inputs }) => inputs,
  entries: pairEntries,
  reach(how, [a, b]) {
    const [left, right] = how.multipliers.map(BigInt) as [bigint, bigint];
    const sum = (end: 'minimum' | 'maximum'): bigint => BigInt(a![end]) * left + BigInt(b![end]) * right;
    return scaled([sum('minimum'), sum('maximum')], how);
  },
  check(operation, _inputs, _output, where) {
    requireShift(operation.shift, operation.multipliers, where);
    requireClamp(operation, where);
  },
  fields: { ...pair, multipliers: tuple(multiplier, 2), shift, ...clampTo },
  run: (operation, { inputs, out, arithmetic }) => arithmetic.add(inputs[0]!, inputs[1]!, operation, out),
  epilogue: {
    fits: () => true,
    ends: false,
    followUp(operation, { id }, other) {
      const [first, second] = operation.multipliers;
      // The layer's output is the first operand there, whichever it is here.
      const how = operation.inputs[0] === id ? operation : { ...operation, multipliers: [second, first] as const };
      return { kind: 'add', how, other: other! };
    },
  },
};
