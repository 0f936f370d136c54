/** What a quantized network computes: the definition that every run, on any device, in any mode, must equal bit for bit. */

import { imageShape } from '../model/image-shape.js';
import type { LinearOperation, QuantizedNetwork } from '../model/quantized-network.js';
import type { ActivationTensor, Tensor, TensorId } from '../model/tensor.js';
import type { TrustedOperation } from '../model/trusted-operations.js';
import { apply } from './apply.js';
import { concat, pad, take } from './arrangement.js';
import { interpolate } from './interpolation.js';
import { layerNormalization } from './layer-normalization.js';
import { lookup } from './lookup.js';
import { combine } from './pairs.js';
import { pool } from './pooling.js';
import { add, addBias, requantize, rescale } from './scaling.js';
import { softmax } from './softmax.js';

/**
 * What a trusted operation gives.
 * @param inputs the values that it reads, in order @param tensors the tensors that these are values of
 */
export function operate(
  operation: TrustedOperation,
  inputs: readonly (readonly bigint[])[],
  tensors: readonly Tensor[],
): readonly bigint[] {
  // A network whose operations read fewer tensors, or anything but activations, is not valid.
  const [x, y] = inputs as [readonly bigint[], readonly bigint[]];
  const [{ shape, minimum }] = tensors as [ActivationTensor];
  switch (operation.kind) {
    case 'add':
      return add(x, y, operation);
    case 'rescale':
      return rescale(x, operation);
    case 'averagePool':
    case 'maxPool':
      return pool(x, imageShape(shape), operation);
    case 'concat':
      return concat(
        inputs,
        tensors.map((tensor) => tensor.shape),
        operation.axis,
      );
    case 'pad':
      return pad(x, imageShape(shape), operation.padding);
    case 'reshape':
      return x;
    case 'take':
      return take(x, operation);
    case 'multiply':
    case 'subtract':
    case 'larger':
    case 'smaller':
      return combine(x, y, operation);
    case 'interpolate': {
      const { width, channels } = imageShape(shape);
      return interpolate(x, width, channels, operation);
    }
    case 'lookup':
      return lookup(x, minimum, operation.table);
    case 'layerNormalization':
      return layerNormalization(x, operation);
    case 'softmax':
      return softmax(x, shape.at(-1) ?? 1, operation);
  }
}

function applyLayer({ map, bias, requantization }: LinearOperation, x: readonly bigint[]): readonly bigint[] {
  const y = apply(map, x);
  return requantization === null ? addBias(y, bias) : requantize(y, bias, requantization);
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
  for (const operation of network.operations) {
    const ids = 'inputs' in operation ? operation.inputs : [operation.input];
    const inputs = ids.map(value);
    const result =
      operation.kind === 'linear'
        ? applyLayer(operation, inputs[0]!)
        : operate(
            operation,
            inputs,
            ids.map((id) => network.tensors[id]!),
          );
    values.set(operation.output, result);
  }
  return network.outputs.map((id) => [...value(id)]);
}
