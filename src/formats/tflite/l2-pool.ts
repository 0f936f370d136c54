/** L2_POOL_2D, the root of the mean of squares: squares of 15 bits, an average pool, and a table of roots. */

import { tableRange } from '../../operations/lookup.js';
import { functionTable } from '../../quantizer/function-table.js';
import { integerMultipliers } from '../../quantizer/multiplier.js';
import { pooledWindows } from './pooling.js';
import type { Step } from './step.js';

const LARGEST = 32767;

export function importL2Pool(step: Step): void {
  const { x, window, stride, padding, output, limit } = pooledWindows(step);
  const most = Math.max(-x.tensor.minimum, x.tensor.maximum) ** 2;
  // The whole of 15 bits, and no more.
  const factor = LARGEST / Math.max(1, most);
  const { multipliers, shift } = step.checked(() => integerMultipliers([factor]));
  const range = { minimum: 0, maximum: LARGEST };
  const square = {
    ...x.tensor,
    ...range,
    scale: x.tensor.scale ** 2 / factor,
    zeroPoint: 0,
    name: `${step.name}/squares`,
  };
  const squares = step.insert(square, (id) => ({
    kind: 'multiply',
    name: square.name,
    inputs: [x.id, x.id],
    output: id,
    multiplier: multipliers[0]!,
    shift,
    ...range,
  }));
  const mean = { ...square, name: `${step.name}/mean`, shape: output.shape };
  const means = step.insert(mean, (id) => ({
    kind: 'averagePool',
    name: mean.name,
    input: squares.id,
    output: id,
    window,
    stride,
    padding,
    ...range,
  }));
  const table = functionTable(Math.sqrt, mean, { scale: output.scale, ...limit });
  const reached = tableRange(table);
  const kept = { minimum: Math.min(0, reached.minimum), maximum: Math.max(0, reached.maximum) };
  step.finish({ ...output, ...kept }, (id) => ({
    kind: 'lookup',
    name: step.name,
    input: means.id,
    output: id,
    table,
  }));
}
