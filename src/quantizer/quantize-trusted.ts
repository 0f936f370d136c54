/** The operations that are not linear maps, from floats to integers. */

import type {
  FloatActivation,
  FloatAdd,
  FloatConcat,
  FloatOperation,
  FloatPair,
  FloatSoftmax,
} from '../graph/index.js';
import type {
  AddOperation,
  RescaleOperation,
  SoftmaxOperation,
  TrustedOperation,
} from '../model/trusted-operations.js';
import { type Quantization, sameScale } from './activation-quantization.js';
import { changeScale } from './change-scale.js';
import { functionOf, interpolate, multiply, subtract } from './quantize-further.js';
import { clampOf } from './quantize-linear.js';
import { layerNormalization } from './quantize-normalization.js';
import type { TensorFacts } from './tensor-facts.js';

/** Everything that the trusted side does by itself. */
export type FloatTrusted = Exclude<FloatOperation, { kind: 'convolution' | 'dense' | 'batchNorm' }>;

/** exp(0) in the integers of the softmax table. */
const ONE = 2 ** 30;

function add(operation: FloatAdd, facts: TensorFacts): AddOperation {
  const { name, inputs, output, activation } = operation;
  const to = facts.quantization(output);
  const { multipliers, shift } = changeScale(
    inputs.map((id) => facts.quantization(id).scale),
    to.scale,
    name,
  );
  const pair: [number, number] = [multipliers[0]!, multipliers[1]!];
  return { kind: 'add', name, inputs, output, multipliers: pair, shift, ...clampOf(activation, to) };
}

function rescale(
  operation: Pick<FloatActivation, 'name' | 'input' | 'output' | 'activation'>,
  from: Quantization,
  to: Quantization,
): RescaleOperation {
  const { name, input, output, activation } = operation;
  const { multipliers, shift } = changeScale([from.scale], to.scale, name);
  return { kind: 'rescale', name, input, output, multiplier: multipliers[0]!, shift, ...clampOf(activation, to) };
}

function softmax(operation: FloatSoftmax, facts: TensorFacts): SoftmaxOperation {
  const { name, input, output, beta } = operation;
  const from = facts.quantization(input);
  const to = facts.quantization(output);
  const exponentials = Uint32Array.from({ length: from.maximum - from.minimum + 1 }, (_, distance) =>
    Math.round(ONE * Math.exp(-beta * from.scale * distance)),
  );
  const unit = Math.round(1 / to.scale);
  return { kind: 'softmax', name, input, output, exponentials, unit, minimum: to.minimum, maximum: to.maximum };
}

/** The inputs in the scale of the output, and the changes of scale that this takes. */
function inOneScale(operation: FloatConcat | FloatPair, facts: TensorFacts) {
  const to = facts.quantization(operation.output);
  const changes: RescaleOperation[] = [];
  const inputs = operation.inputs.map((input, index) => {
    const from = facts.quantization(input);
    if (sameScale(from, to)) return input;
    const name = `${operation.name}/part${index}`;
    const output = facts.extraTensor(name, input, to);
    changes.push(rescale({ name, input, output, activation: 'none' }, from, to));
    return output;
  });
  return { changes, inputs };
}

/** One operation, or several where a tensor must change its scale first. */
export function quantizeTrusted(operation: FloatTrusted, facts: TensorFacts): TrustedOperation[] {
  switch (operation.kind) {
    case 'activation':
      return [rescale(operation, facts.quantization(operation.input), facts.quantization(operation.output))];
    case 'add':
      return [add(operation, facts)];
    case 'averagePool':
    case 'maxPool': {
      const { minimum, maximum } = facts.quantization(operation.output);
      return [{ ...operation, minimum, maximum }];
    }
    case 'concat': {
      const { changes, inputs } = inOneScale(operation, facts);
      return [...changes, { ...operation, inputs }];
    }
    case 'larger':
    case 'smaller': {
      const { changes, inputs } = inOneScale(operation, facts);
      const { activation, ...pair } = operation;
      const range = clampOf(activation, facts.quantization(operation.output));
      return [...changes, { ...pair, kind: operation.kind, inputs: [inputs[0]!, inputs[1]!], ...range }];
    }
    case 'multiply':
      return [multiply(operation, facts)];
    case 'subtract':
      return [subtract(operation, facts)];
    case 'function':
      return [functionOf(operation, facts)];
    case 'interpolate':
      return [interpolate(operation)];
    case 'pad':
    case 'reshape':
    case 'take':
      return [operation];
    case 'layerNormalization': {
      const { name, input, output } = operation;
      const how = layerNormalization(operation, facts.quantization(input), facts.quantization(output), name);
      return [{ ...how, name, input, output }];
    }
    case 'softmax':
      return [softmax(operation, facts)];
  }
}
