/** A change of scale. */

import { elementCount } from '../model/tensor.js';
import type { RescaleOperation } from '../model/trusted-operations.js';
import { clampTo, multiplier, shift, unary } from './fields.js';
import { scaled } from './ranges.js';
import { requireClamp, requireShift } from './requirements.js';
import type { OperationRules } from './rules.js';

export const rescale: OperationRules<RescaleOperation> = {
  inputs: ({ input }) => [input],
  entries: (_, [input]) => elementCount(input!),
  reach: (how, [x]) =>
    scaled([BigInt(x!.minimum) * BigInt(how.multiplier), BigInt(x!.maximum) * BigInt(how.multiplier)], how),
  check(operation, _inputs, _output, where) {
    requireShift(operation.shift, [operation.multiplier], where);
    requireClamp(operation, where);
  },
  fields: { ...unary, multiplier, shift, ...clampTo },
  run: (operation, { inputs, out, arithmetic }) => arithmetic.rescale(inputs[0]!, operation, out),
  epilogue: { fits: () => true, ends: false, followUp: (how) => ({ kind: 'rescale', how }) },
};
