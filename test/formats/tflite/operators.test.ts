/** Imported operators of the trusted side against numbers worked out by hand. */
import * as assert from 'uvu/assert';
import { ActivationFunctionType } from '../../../src/formats/tflite/generated/activation-function-type.js';
import { BuiltinOperator } from '../../../src/formats/tflite/generated/builtin-operator.js';
import { Padding } from '../../../src/formats/tflite/generated/padding.js';
import { TensorType } from '../../../src/formats/tflite/generated/tensor-type.js';
import { importTflite } from '../../../src/formats/tflite/import.js';
import type { QuantizedNetwork } from '../../../src/model/quantized-network.js';
import type { ActivationTensor } from '../../../src/model/tensor.js';
import { evaluate } from '../../../src/reference/evaluate.js';
import { suite } from '../../suite.js';
import { buildTflite, codes, integers, type ModelSpec, type OperatorSpec, type TensorSpec } from './model-builder.js';
import { add, concat, plain, pool, softmax } from './operators.js';

const test = suite('tflite operators');
const { AVERAGE_POOL_2D, MAX_POOL_2D, MEAN, PAD, QUANTIZE, RELU, RELU6, RESHAPE, SQUEEZE } = BuiltinOperator;

function load(tensors: readonly TensorSpec[], operators: readonly OperatorSpec[], more: Partial<ModelSpec> = {}) {
  return importTflite(buildTflite({ tensors, operators, ...more }), 'test');
}

const kinds = (network: QuantizedNetwork): string[] => network.operations.map(({ kind }) => kind);

/** Stored codes in, stored codes out. Not validated: these networks have no linear layer. */
function run(network: QuantizedNetwork, input: readonly number[]): number[] {
  const tensor = (id: number): ActivationTensor => network.tensors[id] as ActivationTensor;
  const inputZero = tensor(network.input).zeroPoint;
  const [y] = evaluate(
    network,
    input.map((code) => BigInt(code - inputZero)),
  );
  const { zeroPoint, minimum, maximum, shape } = tensor(network.outputs[0]!);
  assert.is(
    y!.length,
    shape.reduce((product, size) => product * size, 1),
  );
  for (const c of y!) assert.ok(minimum <= Number(c) && Number(c) <= maximum, 'the tensor states a range it leaves');
  return y!.map((c) => Number(c) + zeroPoint);
}

test('add brings both inputs to the output scale with one rounding', () => {
  // out = (a - 10) * 0.5 + (b - 20) * 0.25 in units of 1, plus 100, where b is the ReLU of a: max(a - 10, 0) * 2 + 20.
  const network = load(
    [codes([1, 4], 0.5, 10), codes([1, 4], 0.25, 20), codes([1, 4], 1, 100)],
    [plain(RELU, [0], 1), add([0, 1], 2)],
  );
  assert.equal(kinds(network), ['rescale', 'add']);
  // a = 11: 0.5 + 0.5 = 1; a = 13: 1.5 + 1.5 = 3; a = 5: -2.5 rounds up to -2; a = 0: -5.
  assert.equal(run(network, [11, 13, 5, 0]), [101, 103, 98, 95]);
});

test('add clamps to its fused activation', () => {
  const network = load(
    [codes([1, 3], 0.5, 128), codes([1, 3], 0.5, 128)],
    [add([0, 0], 1, ActivationFunctionType.RELU6)],
  );
  // 2 * (3, -3, 100) / 0.5 units, and six is twelve units.
  assert.equal(run(network, [131, 125, 228]), [134, 128, 140]);
});

test('relu, relu6 and relu_n1_to_1 rescale and clamp', () => {
  const through = (code: BuiltinOperator): number[] =>
    run(load([codes([1, 4], 0.5, 100), codes([1, 4], 0.25, 50)], [plain(code, [0], 1)]), [90, 101, 108, 120]);
  assert.equal(through(RELU), [50, 52, 66, 90]);
  assert.equal(through(RELU6), [50, 52, 66, 74]);
  assert.equal(through(BuiltinOperator.RELU_N1_TO_1), [46, 52, 54, 54]);
});

test('quantize moves between uint8 and int8', () => {
  const network = load(
    [codes([1, 3], 0.5, 128), codes([1, 3], 0.5, 0, { type: TensorType.INT8 })],
    [plain(QUANTIZE, [0], 1)],
  );
  assert.equal(run(network, [0, 128, 255]), [-128, 0, 127]);
});

test('concatenation rescales only the inputs of another scale', () => {
  const network = load(
    [codes([1, 1, 2, 1], 0.5, 10), codes([1, 1, 2, 1], 0.25, 0), codes([1, 1, 2, 2], 0.5, 10)],
    [plain(RELU, [0], 1), concat([0, 1], 2, 3)],
  );
  assert.equal(kinds(network), ['rescale', 'rescale', 'concat']);
  // Entries of a column lie together: a, then ReLU(a) in half units again.
  assert.equal(run(network, [4, 30]), [4, 10, 30, 30]);
});

test('concatenation along rows, columns and a negative axis', () => {
  const at = (axis: number, shape: readonly number[]): QuantizedNetwork =>
    load([codes([1, 2, 2, 1], 1, 0), codes(shape, 1, 0)], [concat([0, 0], 1, axis)]);
  const input = [1, 2, 3, 4];
  assert.equal(run(at(1, [1, 4, 2, 1]), input), [1, 2, 3, 4, 1, 2, 3, 4]);
  assert.equal(run(at(2, [1, 2, 4, 1]), input), [1, 2, 1, 2, 3, 4, 3, 4]);
  assert.equal(run(at(-1, [1, 2, 2, 2]), input), [1, 1, 2, 2, 3, 3, 4, 4]);
});

const GRID = [1, 2, 3, 4, 5, 6, 7, 8, 9];

test('average pooling divides by the entries that are there', () => {
  const same = load(
    [codes([1, 3, 3, 1], 1, 0), codes([1, 2, 2, 1], 1, 0)],
    [pool(AVERAGE_POOL_2D, 0, 1, [2, 2], { stride: [2, 2] })],
  );
  // (1+2+4+5)/4 = 3, (3+6)/2 = 4.5, (7+8)/2 = 7.5, 9
  assert.equal(run(same, GRID), [3, 5, 8, 9]);
  const valid = load(
    [codes([1, 3, 3, 1], 1, 5), codes([1, 2, 2, 1], 1, 5)],
    [pool(AVERAGE_POOL_2D, 0, 1, [2, 2], { padding: Padding.VALID })],
  );
  assert.equal(run(valid, GRID), [3, 4, 6, 7]);
});

test('maximum pooling ignores the padding even where all is negative', () => {
  const network = load(
    [codes([1, 3, 3, 1], 1, 200), codes([1, 2, 2, 1], 1, 200)],
    [pool(MAX_POOL_2D, 0, 1, [2, 2], { stride: [2, 2] })],
  );
  assert.equal(run(network, GRID), [5, 6, 8, 9]);
});

test('pooling to another scale is pooling and then rescaling', () => {
  const network = load(
    [codes([1, 3, 3, 1], 1, 0), codes([1, 1, 1, 1], 0.5, 3)],
    [pool(AVERAGE_POOL_2D, 0, 1, [3, 3], { padding: Padding.VALID })],
  );
  assert.equal(kinds(network), ['averagePool', 'rescale']);
  assert.equal(run(network, GRID), [13]);
});

test('a pooling clamps to its fused activation', () => {
  const network = load(
    [codes([1, 1, 2, 1], 1, 10), codes([1, 1, 2, 1], 1, 10)],
    [pool(MAX_POOL_2D, 0, 1, [1, 1], { activation: ActivationFunctionType.RELU6 })],
  );
  assert.equal(run(network, [0, 100]), [10, 16]);
});

test('the mean over rows and columns, with and without their axes', () => {
  const means = (shape: readonly number[], scale: number, axes: readonly number[]): QuantizedNetwork =>
    load([codes([1, 2, 2, 2], 1, 0), integers(axes), codes(shape, scale, 0)], [plain(MEAN, [0, 1], 2)]);
  const input = [1, 10, 2, 20, 3, 30, 5, 43];
  // (1+2+3+5)/4 = 2.75 and (10+20+30+43)/4 = 25.75
  assert.equal(run(means([1, 1, 1, 2], 1, [1, 2]), input), [3, 26]);
  assert.equal(run(means([1, 2], 1, [-2, -3]), input), [3, 26]);
  assert.equal(run(means([1, 2], 0.5, [1, 2]), input), [6, 52]);
  assert.equal(kinds(means([1, 2], 0.5, [1, 2])), ['averagePool', 'rescale']);
  assert.equal(kinds(means([1, 2], 1, [1, 2])), ['averagePool']);
});

test('padding adds the zero point', () => {
  const network = load(
    [codes([1, 1, 2, 1], 1, 7), integers([0, 0, 1, 0, 0, 2, 0, 0], [4, 2]), codes([1, 2, 4, 1], 1, 7)],
    [plain(PAD, [0, 1], 2)],
  );
  assert.equal(run(network, [1, 2]), [7, 7, 7, 7, 1, 2, 7, 7]);
});

test('reshape and squeeze keep the entries and the range', () => {
  const network = load(
    [codes([1, 1, 2, 3], 1, 7), codes([1, 2, 3], 1, 7), integers([1, -1]), codes([1, 6], 1, 7)],
    [plain(SQUEEZE, [0], 1), plain(RESHAPE, [1, 2], 3)],
  );
  assert.equal(run(network, [1, 2, 3, 4, 5, 6]), [1, 2, 3, 4, 5, 6]);
  assert.equal(
    network.tensors.map(({ shape }) => shape),
    [[1, 2, 3], [2, 3], [6]],
  );
});

test('softmax has the table and unit that its scales say', () => {
  const network = load([codes([1, 3], 0.5, 100), codes([1, 3], 1 / 256, 0)], [softmax(0, 1, 2)]);
  const [operation] = network.operations;
  if (operation?.kind !== 'softmax') throw new Error('not softmax');
  assert.is(operation.unit, 256);
  assert.is(operation.exponentials.length, 256);
  // beta * scale = 1
  assert.equal(
    [...operation.exponentials.slice(0, 3)],
    [2 ** 30, Math.round(2 ** 30 / Math.E), Math.round(2 ** 30 / Math.E ** 2)],
  );
  // exp(0), exp(-1), exp(-2) over their sum 1.50321: 0.66524, 0.24473, 0.09003 in 256ths
  assert.equal(run(network, [102, 101, 100]), [170, 63, 23]);
  // A probability of one does not fit the highest code.
  assert.equal(run(network, [255, 0, 0]), [255, 0, 0]);
});

test('floating-point borders are left out', () => {
  const float = (shape: readonly number[]): TensorSpec => ({ shape, type: TensorType.FLOAT32 });
  const network = load(
    [float([1, 2]), codes([1, 2], 0.5, 3, { name: 'codes' }), codes([1, 2], 0.5, 3), float([1, 2])],
    [plain(QUANTIZE, [0], 1), plain(RELU, [1], 2), plain(BuiltinOperator.DEQUANTIZE, [2], 3)],
  );
  assert.equal(kinds(network), ['rescale']);
  assert.is(network.tensors[network.input]!.name, 'codes');
  assert.equal(run(network, [1, 9]), [3, 9]);
});

test('several outputs come in the order the file gives', () => {
  const network = load(
    [codes([1, 1], 1, 0, { name: 'in' }), codes([1, 1], 2, 0, { name: 'a' }), codes([1, 1], 2, 0, { name: 'b' })],
    [plain(RELU, [0], 1), plain(RELU6, [0], 2)],
    { outputs: [2, 1] },
  );
  assert.equal(
    network.outputs.map((id) => network.tensors[id]!.name),
    ['b', 'a'],
  );
});

test('centred ranges follow the type and the zero point', () => {
  const network = load(
    [codes([1, 1], 1, -100, { type: TensorType.INT8 }), codes([1, 1], 1, 30)],
    [plain(QUANTIZE, [0], 1)],
  );
  const range = (id: number): number[] => {
    const { minimum, maximum } = network.tensors[id] as ActivationTensor;
    return [minimum, maximum];
  };
  assert.equal(range(network.input), [-28, 227]);
  // What arrives is -28 to 227, and the output's codes reach from -30 to 225.
  assert.equal(range(network.outputs[0]!), [-28, 225]);
});
