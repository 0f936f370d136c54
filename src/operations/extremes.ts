/** The larger or the smaller of two tensors' entries. */
import type { ExtremeOperation } from '../model/trusted-operations.js';
import { clampTo, pair } from './fields.js';
import { clamped } from './ranges.js';
import { pairEntries, requireClamp } from './requirements.js';
import type { OperationRules } from './rules.js';

export const extremes: OperationRules<ExtremeOperation> = {
  inputs: ({ inputs }) => inputs,
  entries: pairEntries,
  reach(how, [a, b]) {
    const one = how.kind === 'larger' ? Math.max : Math.min;
    return clamped({ minimum: one(a!.minimum, b!.minimum), maximum: one(a!.maximum, b!.maximum) }, how);
  },
  check: (operation, _inputs, _output, where) => requireClamp(operation, where),
  fields: { ...pair, ...clampTo },
  run({ kind, minimum, maximum }, { inputs, out }) {
    const [a, b] = inputs as [Int16Array, Int16Array];
    const larger = kind === 'larger';
    for (let index = 0; index < a.length; index++) {
      const [left, right] = [a[index]!, b[index]!];
      out[index] = Math.max(minimum, Math.min(maximum, left > right === larger ? left : right));
    }
  },
  epilogue: null,
};
