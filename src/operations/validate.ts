/** A quantized network is checked once, when it is opened: shapes, ranges and integer widths, so that nothing later can wrap. */
import { noWrapBound, reachableBound } from '../protocol/certificate.js';
import { CHECK_MODULUS } from '../model/modulus.js';
import type {
  LinearOperation,
  Operation,
  QuantizedNetwork,
  Requantization,
  Tensor,
  TensorId,
} from '../reference/index.js';
import { aLinearMap, inputLength, outputChannels, outputLength, pooledShape } from '../reference/index.js';
import { NoWrapError } from '../model/errors.js';
import { elementCount, operationInputs, rowsColumnsChannels } from './graph.js';
import { fail, require } from '../model/requirement.js';
import { requireInterpolate, requireLookup, requireSoftmax, requireTake, tableRange } from './validate-tables.js';

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

function requireRange(output: Tensor, minimum: number, maximum: number, where: string): void {
  if (output.kind !== 'activation') fail(where, 'the output must be an activation tensor');
  const inside = output.minimum <= minimum && minimum <= maximum && maximum <= output.maximum;
  require(inside, where, `results in [${minimum}, ${maximum}] do not fit the output tensor's range`);
}

function requireShift(shift: number, multipliers: ArrayLike<number>, where: string): void {
  require(Number.isInteger(shift) && shift >= 1 && shift <= 62, where, `the shift must be from 1 to 62, not ${shift}`);
  const fits = Array.from(multipliers).every((value) => Number.isInteger(value) && value >= 0 && value < 2 ** 31);
  require(fits, where, 'multipliers must be from 0 to 2^31 - 1');
}

function requireRequantization(how: Requantization, channels: number, output: Tensor, where: string): void {
  require(how.multipliers.length === channels, where, 'there must be one multiplier per output channel');
  requireShift(how.shift, how.multipliers, where);
  requireRange(output, how.minimum, how.maximum, where);
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

function requireConcat(axis: number, inputs: readonly Tensor[], output: Tensor, where: string): void {
  const rank = output.shape.length;
  require(Number.isInteger(axis) && axis >= 0 && axis < rank, where, `there is no axis ${axis}`);
  const rest = ({ shape }: Tensor): string => shape.map((size, at) => (at === axis ? '*' : size)).join();
  const same = inputs.length > 0 && inputs.every((input) => rest(input) === rest(output));
  const length = inputs.reduce((sum, { shape }) => sum + (shape[axis] ?? 0), 0);
  require(same && length === output.shape[axis], where, 'the shapes do not fit together');
}

function requireTrusted(operation: Exclude<Operation, { kind: 'linear' }>, tensor: Get, where: string): void {
  const inputs = operationInputs(operation).map(tensor);
  const output = tensor(operation.output);
  for (const input of inputs) require(input.kind === 'activation', where, 'inputs must be activation tensors');
  const activations = inputs as (Tensor & { kind: 'activation' })[];
  const total = activations.reduce((sum, input) => sum + elementCount(input), 0);
  switch (operation.kind) {
    case 'add':
      require(activations.every((input) => elementCount(input) === elementCount(output)), where, 'shapes differ');
      requireShift(operation.shift, operation.multipliers, where);
      break;
    case 'rescale':
      require(total === elementCount(output), where, 'shapes differ');
      requireShift(operation.shift, [operation.multiplier], where);
      break;
    case 'averagePool':
    case 'maxPool': {
      const { height, width, channels } = pooledShape(rowsColumnsChannels(activations[0]!), operation);
      require(height >= 1 && width >= 1, where, 'the window is larger than the padded image');
      require(height * width * channels === elementCount(output), where, 'the output shape is wrong');
      const { window, padding } = operation;
      const covered = padding.top < window.height && padding.bottom < window.height;
      const coveredToo = padding.left < window.width && padding.right < window.width;
      require(covered && coveredToo, where, 'a window lies wholly in the padding');
      break;
    }
    case 'softmax':
      requireSoftmax(operation, activations[0]!, where);
      require(total === elementCount(output), where, 'shapes differ');
      break;
    case 'take':
      requireTake(operation.offsets, activations[0]!, output, where);
      break;
    case 'multiply':
    case 'subtract':
    case 'larger':
    case 'smaller':
      require(activations.every((input) => elementCount(input) === elementCount(output)), where, 'shapes differ');
      if (operation.kind === 'multiply') requireShift(operation.shift, [operation.multiplier], where);
      else if (operation.kind === 'subtract') requireShift(operation.shift, operation.multipliers, where);
      break;
    case 'interpolate':
      requireInterpolate(operation, activations[0]!, output, where);
      break;
    case 'lookup':
      requireLookup(operation.table, activations[0]!, where);
      require(total === elementCount(output), where, 'shapes differ');
      break;
    case 'concat':
      requireConcat(operation.axis, activations, output, where);
      break;
    case 'reshape':
      require(total === elementCount(output), where, 'the output shape is wrong');
      break;
    case 'pad': {
      const { height, width, channels } = rowsColumnsChannels(activations[0]!);
      const { top, bottom, left, right } = operation.padding;
      require(Math.min(top, bottom, left, right) >= 0, where, 'padding must not be negative');
      const padded = (height + top + bottom) * (width + left + right) * channels;
      require(padded === elementCount(output), where, 'the output shape is wrong');
      break;
    }
  }
  const written = operation.kind === 'lookup' ? [tableRange(operation.table)] : activations;
  const ranges = 'minimum' in operation ? [operation] : written;
  for (const { minimum, maximum } of ranges) requireRange(output, minimum, maximum, where);
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
