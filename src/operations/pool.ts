/** Averages and maxima over windows. */
import { pooledShape, rowsColumnsChannels } from '../model/image-shape.js';
import { require } from '../model/requirement.js';
import type { PoolOperation } from '../model/trusted-operations.js';
import { poolsByRows } from '../protocol/passes.js';
import { axes, clampTo, padding, sides, unary } from './fields.js';
import { clamped } from './ranges.js';
import { requireClamp } from './requirements.js';
import type { OperationRules } from './rules.js';

export const pool: OperationRules<PoolOperation> = {
  inputs: ({ input }) => [input],
  entries(operation, [input], where) {
    const { height, width, channels } = pooledShape(rowsColumnsChannels(input!), operation);
    require(height >= 1 && width >= 1, where, 'the window is larger than the padded image');
    return height * width * channels;
  },
  reach: (how, [x]) => clamped(x!, how),
  check(operation, _inputs, _output, where) {
    const { window, padding: border } = operation;
    const covered = border.top < window.height && border.bottom < window.height;
    const coveredToo = border.left < window.width && border.right < window.width;
    require(covered && coveredToo, where, 'a window lies wholly in the padding');
    requireClamp(operation, where);
  },
  fields: { ...unary, window: sides, stride: axes, padding, ...clampTo },
  run(operation, { inputs, tensors, out, arithmetic }) {
    arithmetic.pool(inputs[0]!, rowsColumnsChannels(tensors[0]!), operation, out);
  },
  epilogue: {
    fits: poolsByRows,
    ends: true,
    followUp: (how, { tensor }) => ({ kind: 'pool', how, shape: rowsColumnsChannels(tensor) }),
  },
};
