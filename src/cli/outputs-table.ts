/** What `slalom run` shows of networks whose answer is no single class: the ranges of their outputs. */

import type { QuantizedNetwork } from '../model/quantized-network.js';
import type { Output } from '../session/network-session.js';
import { table } from './table.js';

/** Whether the only output is one list of at least two numbers: a number for every class. */
export function isClassifier({ outputs, tensors }: QuantizedNetwork): boolean {
  const { shape } = tensors[outputs[0]!]!;
  const count = shape.reduce((product, size) => product * size, 1);
  return outputs.length === 1 && count === shape.at(-1) && count > 1;
}

function range({ tensor, values }: Output): [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let at = 0; at < values.length; at++) {
    const scale = tensor.kind === 'activation' ? tensor.scale : tensor.scales[at % tensor.scales.length]!;
    least = Math.min(least, values[at]! * scale);
    most = Math.max(most, values[at]! * scale);
  }
  return [least, most];
}

/** One row per output: its name, its shape, and between which real numbers it lies. `--json` has every entry. */
export function outputsTable(outputs: readonly Output[]): string {
  const rows = outputs.map((output) => {
    const { name, shape } = output.tensor;
    return [name, shape.join(' × '), ...range(output).map((value) => value.toPrecision(5))];
  });
  return table(['output', 'shape', 'smallest', 'largest'], rows);
}
