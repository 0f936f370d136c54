/** What a float network computes. */

import { pad, take } from './arrangement.js';
import { evaluatorOf } from './composition.js';
import { convolve, multiplyMatrix } from './convolve.js';
import {
  asImage,
  entryCount,
  type FloatNetwork,
  type FloatOperation,
  type FloatTensor,
  type FloatTensorId,
  realWeights,
} from './float-network.js';
import { interpolate } from './interpolation.js';
import { activate, add, batchNorm, concat, layerNormalization, pool, softmax } from './layers.js';
import { combine } from './pairs.js';

function step(network: FloatNetwork, op: FloatOperation, value: (id: FloatTensorId) => Float32Array): Float32Array {
  const tensor = (id: FloatTensorId): FloatTensor => network.tensors[id]!;
  switch (op.kind) {
    case 'convolution':
      return activate(convolve(op, value(op.input), tensor(op.input), tensor(op.output)), op.activation);
    case 'dense':
      return activate(multiplyMatrix(realWeights(op.weights, op.bias.length), op.bias, value(op.input)), op.activation);
    case 'batchNorm':
      return batchNorm(value(op.input), op);
    case 'activation':
      return activate(value(op.input).slice(), op.activation);
    case 'add':
      return activate(add(value(op.inputs[0]), value(op.inputs[1])), op.activation);
    case 'averagePool':
    case 'maxPool':
      return pool(value(op.input), tensor(op.input).shape, op);
    case 'concat': {
      const shapes = op.inputs.map((id) => tensor(id).shape);
      return concat(op.inputs.map(value), shapes, op.axis);
    }
    case 'reshape':
    case 'store':
      return value(op.input);
    case 'read': {
      const factor = op.scale / (tensor(op.input).format?.scale ?? op.scale);
      return factor === 1 ? value(op.input) : value(op.input).map((entry) => factor * entry);
    }
    case 'function':
      return value(op.input).map(evaluatorOf(op.function));
    case 'multiply':
    case 'subtract':
    case 'larger':
    case 'smaller':
      return activate(combine(value(op.inputs[0]), value(op.inputs[1]), op.kind), op.activation);
    case 'take':
      return take(value(op.input), op.offsets);
    case 'pad': {
      const { width, channels } = asImage(tensor(op.input).shape);
      return pad(value(op.input), width, channels, op.padding);
    }
    case 'interpolate': {
      const { width, channels } = asImage(tensor(op.input).shape);
      return interpolate(value(op.input), width, channels, op);
    }
    case 'layerNormalization':
      return layerNormalization(value(op.input), op);
    case 'softmax':
      return softmax(value(op.input), tensor(op.output).shape.at(-1)!, op);
  }
}

/**
 * Evaluates the network and keeps every tensor.
 * @param input as many real numbers as the input tensor has entries
 * @returns the entries of tensor i at index i; tensors no operation computes are absent
 * @throws RangeError when the input has the wrong length or an operation reads a tensor before it is computed
 */
export function evaluateFloat(network: FloatNetwork, input: Float32Array): readonly (Float32Array | undefined)[] {
  const expected = entryCount(network.tensors[network.input]!.shape);
  if (input.length !== expected) throw new RangeError(`the input needs ${expected} numbers, not ${input.length}`);
  const values: (Float32Array | undefined)[] = new Array(network.tensors.length).fill(undefined);
  values[network.input] = Float32Array.from(input);
  const value = (id: FloatTensorId): Float32Array => {
    const found = values[id];
    if (found === undefined) throw new RangeError(`tensor ${id} is used before it is computed`);
    return found;
  };
  for (const op of network.operations) values[op.output] = step(network, op, value);
  return values;
}
