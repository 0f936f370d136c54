/** A quantized network is checked once, when it is opened: shapes, ranges and integer widths, so that nothing later can wrap. */

import { NoWrapError } from '../model/errors.js';
import { aLinearMap, inputLength, outputChannels, outputLength } from '../model/linear-map.js';
import { CHECK_MODULUS } from '../model/modulus.js';
import type { LinearOperation, Operation, QuantizedNetwork, Requantization } from '../model/quantized-network.js';
import { fail, require } from '../model/requirement.js';
import { elementCount, type Tensor, type TensorId } from '../model/tensor.js';
import type { TrustedOperation } from '../model/trusted-operations.js';
import { noWrapBound, reachableBound } from '../protocol/certificate.js';
import { operationInputs } from './graph.js';
import { rulesOf } from './operations.js';
import { requireClamp, requireRange, requireShift } from './requirements.js';

function requireTensor(tensor: Tensor, index: number): void {
  const where = `tensor ${index} (${tensor.name})`;
  const sane = tensor.shape.length > 0 && tensor.shape.every((size) => Number.isSafeInteger(size) && size >= 1);
  require(sane && elementCount(tensor) <= 2 ** 28, where, `the shape [${tensor.shape}] is empty or too large`);
  if (tensor.kind === 'accumulator') {
    require(tensor.scales.length === tensor.shape.at(-1), where, 'there must be one scale per channel');
    const positive = tensor.scales.every((scale) => Number.isFinite(scale) && scale > 0);
    require(positive, where, 'scales must be positive');
    return;
  }
  const { scale, zeroPoint, minimum, maximum } = tensor;
  require(Number.isFinite(scale) && scale > 0, where, `the scale must be positive, not ${scale}`);
  require(Number.isSafeInteger(zeroPoint), where, `the zero point must be a whole number, not ${zeroPoint}`);
  const inOrder = Number.isInteger(minimum) && Number.isInteger(maximum) && minimum <= 0 && maximum >= 0;
  require(inOrder && minimum >= -32768 && maximum <= 32767, where, `the range [${minimum}, ${maximum}] does not fit`);
}

function requireRequantization(how: Requantization, channels: number, output: Tensor, where: string): void {
  require(how.multipliers.length === channels, where, 'there must be one multiplier per output channel');
  requireShift(how.shift, how.multipliers, where);
  requireClamp(how, where);
  requireRange(output, how, where);
}

type Get = (id: TensorId) => Tensor;

/** The layer's bound, or an error that says what to do about it. */
function certifiedBound({ name, map }: LinearOperation, where: string): number {
  try {
    return noWrapBound(map);
  } catch {
    const bound = reachableBound(map);
    throw new NoWrapError(
      `${where} does not fit: its sums can reach B = ${bound}, and 2B must stay below 2^31 - 1 = ${CHECK_MODULUS}, so that no ` +
        'modulus holds them. Give it smaller weights or a narrower input range (a float model: import it with --calibrate, ' +
        'which makes them fit), or split its inputs over two layers whose results are added.',
      name,
      bound,
    );
  }
}

function requireLinear(operation: Operation & { kind: 'linear' }, tensor: Get, where: string): void {
  const { map, bias, requantization } = operation;
  const input = tensor(operation.input);
  const output = tensor(operation.output);
  try {
    aLinearMap(map);
  } catch (error) {
    fail(where, error instanceof Error ? error.message : String(error));
  }
  const bound = certifiedBound(operation, where);
  require(elementCount(input) ===
    inputLength(map), where, `takes ${inputLength(map)} inputs, gets ${elementCount(input)}`);
  require(elementCount(output) ===
    outputLength(map), where, `gives ${outputLength(map)} outputs, not ${elementCount(output)}`);
  if (input.kind !== 'activation') fail(where, 'the input must be an activation tensor');
  const { minimum, maximum } = input;
  const declared = map.inputRange.minimum <= minimum && maximum <= map.inputRange.maximum;
  require(declared, where, 'the input tensor can leave the declared input range');
  require(bias.length === outputChannels(map), where, 'there must be one bias per output channel');
  const largestBias = bias.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  require(bound + largestBias <
    2 ** 31, where, `outputs with their bias can reach ${bound + largestBias}, beyond 32 bits`);
  if (requantization === null)
    require(output.kind === 'accumulator', where, 'the output must be an accumulator tensor');
  else requireRequantization(requantization, bias.length, output, where);
}

function requireTrusted(operation: TrustedOperation, tensor: Get, where: string): void {
  const rules = rulesOf(operation);
  const output = tensor(operation.output);
  const inputs = rules.inputs(operation).map((id) => {
    const input = tensor(id);
    return input.kind === 'activation' ? input : fail(where, 'inputs must be activation tensors');
  });
  rules.check(operation, inputs, output, where);
  const entries = rules.entries(operation, inputs, where);
  require(entries ===
    elementCount(output), where, `it gives ${entries} entries, its tensor has ${elementCount(output)}`);
  requireRange(output, rules.reach(operation, inputs), where);
}

/**
 * Returns `network` unchanged if it is well formed and every integer in it is certified to fit.
 * @throws ModelError one sentence naming the operation and what is wrong with it
 */
export function aQuantizedNetwork(network: QuantizedNetwork): QuantizedNetwork {
  const { tensors, operations } = network;
  tensors.forEach(requireTensor);
  const tensor = (id: TensorId): Tensor => tensors[id] ?? fail('the graph', `there is no tensor ${id}`);
  require(tensor(network.input).kind === 'activation', 'the graph', 'the input must be an activation tensor');
  const known = new Set<TensorId>([network.input]);
  operations.forEach((operation, index) => {
    const where = `operation ${index} (${operation.kind} ${operation.name})`;
    for (const id of operationInputs(operation))
      require(known.has(id), where, `tensor ${id} is used before it is computed`);
    require(!known.has(operation.output), where, `tensor ${operation.output} is written twice`);
    if (operation.kind === 'linear') requireLinear(operation, tensor, where);
    else requireTrusted(operation, tensor, where);
    known.add(operation.output);
  });
  require(network.outputs.length > 0, 'the graph', 'there is no output');
  for (const id of network.outputs) require(known.has(id), 'the graph', `output tensor ${id} is never computed`);
  require(operations.some(({ kind }) => kind === 'linear'), 'the graph', 'there is no linear layer');
  return network;
}
