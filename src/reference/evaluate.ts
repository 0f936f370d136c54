/** What a quantized network computes: the definition that every run, on any device, in any mode, must equal bit for bit. */

import { imageShape } from '../model/image-shape.js';
import type { Operation, QuantizedNetwork } from '../model/quantized-network.js';
import type { ActivationTensor, TensorId } from '../model/tensor.js';
import { apply } from './apply.js';
import { concat, pad, take } from './arrangement.js';
import { interpolate } from './interpolation.js';
import { layerNormalization } from './layer-normalization.js';
import { lookup } from './lookup.js';
import { combine } from './pairs.js';
import { pool } from './pooling.js';
import { add, addBias, requantize, rescale } from './scaling.js';
import { softmax } from './softmax.js';

function step(
  network: QuantizedNetwork,
  operation: Operation,
  value: (id: TensorId) => readonly bigint[],
): readonly bigint[] {
  const shape = (id: TensorId): readonly number[] => network.tensors[id]!.shape;
  switch (operation.kind) {
    case 'linear': {
      const y = apply(operation.map, value(operation.input));
      const how = operation.requantization;
      return how === null ? addBias(y, operation.bias) : requantize(y, operation.bias, how);
    }
    case 'add':
      return add(value(operation.inputs[0]), value(operation.inputs[1]), operation);
    case 'rescale':
      return rescale(value(operation.input), operation);
    case 'averagePool':
    case 'maxPool':
      return pool(value(operation.input), imageShape(shape(operation.input)), operation);
    case 'concat':
      return concat(operation.inputs.map(value), operation.inputs.map(shape), operation.axis);
    case 'pad':
      return pad(value(operation.input), imageShape(shape(operation.input)), operation.padding);
    case 'reshape':
      return value(operation.input);
    case 'take':
      return take(value(operation.input), operation);
    case 'multiply':
    case 'subtract':
    case 'larger':
    case 'smaller':
      return combine(value(operation.inputs[0]), value(operation.inputs[1]), operation);
    case 'interpolate': {
      const { width, channels } = imageShape(shape(operation.input));
      return interpolate(value(operation.input), width, channels, operation);
    }
    case 'lookup':
      // A network whose operations read anything but activations is not valid.
      return lookup(
        value(operation.input),
        (network.tensors[operation.input] as ActivationTensor).minimum,
        operation.table,
      );
    case 'layerNormalization':
      return layerNormalization(value(operation.input), operation);
    case 'softmax':
      return softmax(value(operation.input), shape(operation.input).at(-1) ?? 1, operation);
  }
}

/**
 * Evaluates the network in the clear.
 * @param input centred integers of the input tensor @returns one array of integers per output tensor, in order
 */
export function evaluate(network: QuantizedNetwork, input: readonly bigint[]): bigint[][] {
  const values = new Map<TensorId, readonly bigint[]>([[network.input, input]]);
  const value = (id: TensorId): readonly bigint[] => {
    const found = values.get(id);
    if (found === undefined) throw new RangeError(`tensor ${id} is used before it is computed`);
    return found;
  };
  for (const operation of network.operations) values.set(operation.output, step(network, operation, value));
  return network.outputs.map((id) => [...value(id)]);
}
