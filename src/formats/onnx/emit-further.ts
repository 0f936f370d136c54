/** Turns pending functions, products, differences and extremes into operations. */

import { evaluatorOf } from '../../graph/index.js';
import type { TensorId } from '../../model/tensor.js';
import { tableRange } from '../../operations/lookup.js';
import { functionTable } from '../../quantizer/function-table.js';
import { layerNormalization } from '../../quantizer/quantize-normalization.js';
import { addTensor, clampOf, type Emission, emitScaled, formatOf, multipliers } from './emit.js';
import type { CodeFormat, PendingFunction, PendingLayerNormalization, PendingPair, Stored } from './pending.js';

export function emitFunction(into: Emission, value: PendingFunction, to: CodeFormat, name: string): TensorId {
  const { x, shape } = value;
  const { minimum, maximum } = formatOf(into.tensors[x.id]!);
  const limits = { scale: to.scale, ...clampOf(value, to) };
  const table = functionTable(evaluatorOf(value.function), { scale: x.scale, minimum, maximum }, limits);
  const output = addTensor(into, name, shape, to, tableRange(table));
  into.operations.push({ kind: 'lookup', name, input: x.id, output, table });
  return output;
}

export function emitPair(into: Emission, value: PendingPair, to: CodeFormat, name: string): TensorId {
  const { how, a, b, shape } = value;
  const range = clampOf(value, to);
  const done = (inputs: readonly [TensorId, TensorId]) => ({
    name,
    inputs,
    output: addTensor(into, name, shape, to, range),
    ...range,
  });
  if (how === 'multiply') {
    const { multipliers: single, shift } = multipliers([(a.scale * b.scale) / to.scale]);
    into.operations.push({ kind: how, ...done([a.id, b.id]), multiplier: single[0]!, shift });
  } else if (how === 'subtract') {
    const { multipliers: two, shift } = multipliers([a.scale / to.scale, b.scale / to.scale]);
    into.operations.push({ kind: how, ...done([a.id, b.id]), multipliers: [two[0]!, two[1]!], shift });
  } else {
    const scaled = (x: Stored, part: string): TensorId => {
      const pending = { kind: 'scaled', x, factor: 1, minimum: -Infinity, maximum: Infinity, shape: x.shape } as const;
      return emitScaled(into, pending, to, `${name}/${part}`);
    };
    const inputs = [scaled(a, 'left'), scaled(b, 'right')] as const;
    into.operations.push({ kind: how, ...done(inputs) });
  }
  return into.operations.at(-1)!.output;
}

export function emitLayerNormalization(
  into: Emission,
  value: PendingLayerNormalization,
  to: CodeFormat,
  name: string,
): TensorId {
  const { x, shape } = value;
  const how = layerNormalization(value, x, to, name);
  const output = addTensor(into, name, shape, to, to);
  into.operations.push({ ...how, name, input: x.id, output });
  return output;
}
