/**
 * Quantized models against ONNX Runtime. It scales in single precision and rounds halves to even; the network scales with
 * 31-bit multipliers and rounds halves up. A result may therefore differ by one step, and hardly ever does.
 */
import * as assert from 'uvu/assert';
import { importOnnx } from '../../../src/formats/onnx/index.js';
import type { QuantizedNetwork } from '../../../src/model/quantized-network.js';
import { evaluate } from '../../../src/reference/evaluate.js';
import { numbers } from '../../session/random-network.js';
import { suite } from '../../suite.js';
import {
  branch,
  build,
  type Case,
  codes,
  convolution,
  convolutionWeights,
  int8,
  int32,
  matrix,
  microsoft,
  node,
  real,
  SMALL,
  stored,
  twoValues,
  uint8,
  whole,
} from './quantized-cases.js';
import { channelsLast, runtimeOutputs } from './runtime.js';

const test = suite('onnx quantized');

const cases: Record<string, Case> = {
  'Conv with scales per channel and a bias': {
    nodes: [...convolution('c'), ...stored('c', 'y', 'b')],
    constants: convolutionWeights,
  },
  'Conv and Relu': {
    nodes: [...convolution('c'), node('Relu', ['c'], 'r'), ...stored('r', 'y', 'b')],
    constants: convolutionWeights,
  },
  'Conv and Clip': {
    nodes: [...convolution('c'), node('Clip', ['c', 'lo', 'hi'], 'r'), ...stored('r', 'y', 'c')],
    constants: { ...convolutionWeights, lo: real(-1), hi: real(6) },
  },
  'Conv to signed codes': { nodes: [...convolution('c'), ...stored('c', 'y', 'i')], constants: convolutionWeights },
  'Conv, BatchNormalization and Relu': {
    nodes: [
      ...convolution('c'),
      node('BatchNormalization', ['c', 'g', 'o', 'm', 'v'], 'n'),
      node('Relu', ['n'], 'r'),
      ...stored('r', 'y', 'b'),
    ],
    constants: {
      ...convolutionWeights,
      g: real(0.5, -1, 1.5, 0.7, 2),
      o: real(0.1, 0.2, -0.3, 0.4, 0),
      m: real(0.1, -0.2, 0.3, 0, 1),
      v: real(1, 0.5, 2, 1.5, 0.25),
    },
  },
  'Conv with accumulators for an output': { nodes: convolution('y'), constants: convolutionWeights },
  'Conv with weights quantized in the model': {
    nodes: [
      ...stored('x', 'xr', 'a'),
      node('QuantizeLinear', ['w', 'ws', 'wz'], 'wq', { axis: 0 }),
      node('DequantizeLinear', ['wq', 'ws', 'wz'], 'wr', { axis: 0 }),
      node('Conv', ['xr', 'wr'], 'c'),
      ...stored('c', 'y', 'b'),
    ],
    constants: {
      w: { shape: [2, 4, 1, 1], data: [0.1, -0.2, 0.35, 0.02, 0.5, 0.6, -0.7, 0.81] },
      ws: real(0.004, 0.01),
      wz: int8(0, 0),
    },
  },
  'Pad and Conv': {
    nodes: [
      ...stored('x', 'xr', 'a'),
      node('Pad', ['xr', 'p'], 'xp'),
      node('DequantizeLinear', ['w', 'ws', 'wz'], 'wr', { axis: 0 }),
      node('Conv', ['xp', 'wr'], 'c', { strides: [2, 2] }),
      ...stored('c', 'y', 'b'),
    ],
    constants: { ...convolutionWeights, p: whole(0, 0, 0, 1, 0, 0, 1, 0) },
  },
  Add: { nodes: [...twoValues, node('Add', ['xr', 'v'], 's'), ...stored('s', 'y', 'c')], constants: branch },
  'Add and Relu': {
    nodes: [...twoValues, node('Add', ['v', 'xr'], 's'), node('Relu', ['s'], 'r'), ...stored('r', 'y', 'c')],
    constants: branch,
  },
  'Add of a constant per channel': {
    nodes: [...twoValues, node('Add', ['v', 'k'], 's'), ...stored('s', 'y', 'c')],
    constants: { ...branch, k: { shape: [4, 1, 1], data: [0.3, -0.2, 1, 2] } },
  },
  Sigmoid: { nodes: [...twoValues, node('Sigmoid', ['v'], 's'), ...stored('s', 'y', 's')], constants: branch },
  'Tanh of signed codes': {
    nodes: [...twoValues, node('Tanh', ['v'], 's'), ...stored('s', 'y', 'i')],
    constants: branch,
  },
  'HardSwish and Clip': {
    nodes: [
      ...twoValues,
      node('HardSwish', ['v'], 's'),
      node('Clip', ['s', 'lo', 'hi'], 'l'),
      ...stored('l', 'y', 'c'),
    ],
    constants: { ...branch, lo: real(-0.25), hi: real(3) },
  },
  LeakyRelu: {
    nodes: [...twoValues, node('LeakyRelu', ['v'], 's', { alpha: { float: 0.2 } }), ...stored('s', 'y', 'c')],
    constants: branch,
  },
  'Mul of two values': {
    nodes: [...twoValues, node('Mul', ['xr', 'v'], 's'), ...stored('s', 'y', 'c')],
    constants: branch,
  },
  'Sub of two values': {
    nodes: [...twoValues, node('Sub', ['xr', 'v'], 's'), ...stored('s', 'y', 'c')],
    constants: branch,
  },
  'Max of two values': {
    nodes: [...twoValues, node('Max', ['xr', 'v'], 's'), ...stored('s', 'y', 'c')],
    constants: branch,
    steps: 2,
    halves: true,
  },
  'squeeze and excite': {
    nodes: [
      ...twoValues,
      node('GlobalAveragePool', ['v'], 'm'),
      ...stored('m', 'mean', 'b'),
      node('Sigmoid', ['mean'], 'g'),
      ...stored('g', 'gate', 's'),
      node('Mul', ['v', 'gate'], 's'),
      ...stored('s', 'y', 'c'),
    ],
    constants: branch,
  },
  'Slice, Split and Concat': {
    nodes: [
      ...twoValues,
      node('Slice', ['v', 'from', 'to', 'axes'], 'cut'),
      { op: 'Split', inputs: ['cut'], outputs: ['left', 'right'], attributes: { axis: 1 } },
      node('Concat', ['right', 'left'], 'j', { axis: 1 }),
      ...stored('j', 'y', 'b'),
    ],
    constants: { ...branch, from: whole(1), to: whole(4), axes: whole(2) },
    version: 13,
  },
  'Resize to the nearest': {
    nodes: [
      ...twoValues,
      node('Resize', ['v', '', 'by'], 'big', { coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }),
      ...stored('big', 'y', 'b'),
    ],
    constants: { ...branch, by: real(1, 1, 2, 2) },
  },
  'Resize between four': {
    nodes: [...twoValues, node('Resize', ['v', '', 'by'], 'big', { mode: 'linear' }), ...stored('big', 'y', 'b')],
    constants: { ...branch, by: real(1, 1, 2, 2) },
    halves: true,
  },
  'ConvTranspose and Relu': {
    nodes: [
      ...stored('x', 'xr', 'a'),
      node('DequantizeLinear', ['w', 'ws', 'wz'], 'wr', { axis: 1 }),
      node('ConvTranspose', ['xr', 'wr', 'b'], 'c', { strides: [2, 2], pads: [0, 1, 1, 0] }),
      node('Relu', ['c'], 'r'),
      ...stored('r', 'y', 'b'),
    ],
    constants: {
      w: codes(1, [4, 3, 3, 2]),
      ws: real(0.01, 0.02, 0.005),
      wz: int8(0, 0, 0),
      b: real(0.1, -0.5, 0.25),
    },
  },
  'Mul by a number': {
    nodes: [...twoValues, node('Mul', ['v', 'k'], 's'), ...stored('s', 'y', 'c')],
    constants: { ...branch, k: real(2.5) },
  },
  'Concat of different scales': {
    nodes: [...twoValues, node('Concat', ['xr', 'v'], 's', { axis: 1 }), ...stored('s', 'y', 'c')],
    constants: branch,
  },
  MaxPool: {
    nodes: [
      ...twoValues,
      node('MaxPool', ['v'], 'm', { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
      ...stored('m', 'y', 'b'),
    ],
    constants: branch,
  },
  'AveragePool of another scale': {
    nodes: [
      ...twoValues,
      node('AveragePool', ['v'], 'm', { kernel_shape: [3, 2], strides: [2, 2] }),
      ...stored('m', 'y', 'i'),
    ],
    constants: branch,
  },
  'AveragePool of the same scale': {
    nodes: [
      ...twoValues,
      node('AveragePool', ['v'], 'm', { kernel_shape: [2, 2], pads: [1, 0, 0, 1] }),
      ...stored('m', 'y', 'b'),
    ],
    constants: branch,
  },
  'AveragePool that counts the border': {
    nodes: [
      ...twoValues,
      node('AveragePool', ['v'], 'm', { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 }),
      ...stored('m', 'y', 'i'),
    ],
    constants: branch,
  },
  'GlobalAveragePool, Flatten and Gemm': {
    nodes: [
      ...twoValues,
      node('GlobalAveragePool', ['v'], 'm'),
      ...stored('m', 'mr', 'i'),
      node('Flatten', ['mr'], 'f'),
      node('DequantizeLinear', ['q', 'ws'], 'qr'),
      node('Gemm', ['f', 'qr'], 'g', { transB: 1 }),
      ...stored('g', 'y', 'b'),
    ],
    constants: { ...branch, q: codes(5, [3, 4]) },
    steps: 2,
  },
  'Flatten and Gemm': {
    nodes: [
      ...stored('x', 'xr', 'a'),
      node('Flatten', ['xr'], 'f'),
      node('DequantizeLinear', ['w', 'ws'], 'wr'),
      node('DequantizeLinear', ['b', 'bbs'], 'br'),
      node('Gemm', ['f', 'wr', 'br'], 'g', { transB: 1 }),
      ...stored('g', 'y', 'b'),
    ],
    constants: matrix,
    shape: SMALL,
  },
  'MatMul of transposed weights, and Add': {
    nodes: [
      ...stored('x', 'xr', 'a'),
      node('Flatten', ['xr'], 'f'),
      node('DequantizeLinear', ['w', 'ws', 'wz'], 'wr', { axis: 0 }),
      node('Transpose', ['wr'], 'wt'),
      node('MatMul', ['f', 'wt'], 'g'),
      node('DequantizeLinear', ['b', 'bbs'], 'br'),
      node('Add', ['g', 'br'], 'h'),
      ...stored('h', 'y', 'b'),
    ],
    constants: { ...matrix, ws: real(0.01, 0.02, 0.01, 0.005, 0.01, 0.015), wz: int8(0, 0, 0, 0, 0, 0) },
    shape: SMALL,
  },
  Softmax: {
    nodes: [
      ...stored('x', 'xr', 'a'),
      node('Flatten', ['xr'], 'f'),
      node('DequantizeLinear', ['w', 'ws'], 'wr'),
      node('Gemm', ['f', 'wr'], 'g', { transB: 1 }),
      ...stored('g', 'v', 'i'),
      node('Softmax', ['v'], 's'),
      ...stored('s', 'y', 's'),
    ],
    constants: matrix,
    shape: SMALL,
    steps: 4,
  },
  LayerNormalization: {
    nodes: [
      ...stored('x', 'xr', 'a'),
      node('Flatten', ['xr'], 'f'),
      node('DequantizeLinear', ['w', 'ws'], 'wr'),
      node('Gemm', ['f', 'wr'], 'g', { transB: 1 }),
      ...stored('g', 'v', 'i'),
      node('LayerNormalization', ['v', 'gamma', 'beta'], 'n'),
      ...stored('n', 'y', 'i'),
    ],
    constants: { ...matrix, gamma: real(1, -2, 0.5, 1.5, 1, 3), beta: real(0, 1, -1, 0.25, 0, -2) },
    shape: SMALL,
  },
  QLinearConv: {
    nodes: [
      node('QuantizeLinear', ['x', 'as', 'az'], 'q'),
      node('QLinearConv', ['q', 'as', 'az', 'w', 'ws', 'wz', 'bs', 'bz', 'b'], 'c', {
        strides: [2, 1],
        pads: [0, 1, 0, 1],
      }),
      node('DequantizeLinear', ['c', 'bs', 'bz'], 'y'),
    ],
    constants: convolutionWeights,
  },
  'QLinearConv of codes': {
    nodes: [
      node('QLinearConv', ['x', 'as', 'az', 'w', 'vs', 'vz', 'bs', 'bz'], 'c'),
      node('DequantizeLinear', ['c', 'bs', 'bz'], 'y'),
    ],
    constants: { w: codes(1, [3, 4, 2, 2], 'UINT8'), vs: real(0.02), vz: uint8(30) },
    raw: true,
  },
  QLinearMatMul: {
    nodes: [
      node('QLinearMatMul', ['x', 'as', 'az', 'w', 'vs', 'vz', 'bs', 'bz'], 'c'),
      node('DequantizeLinear', ['c', 'bs', 'bz'], 'y'),
    ],
    constants: { w: codes(1, [24, 5], 'UINT8'), vs: real(0.02), vz: uint8(30) },
    shape: [1, 24],
    raw: true,
  },
  'com.microsoft: QLinearAdd, QLinearConcat, QLinearGlobalAveragePool, QGemm': {
    nodes: [
      node('QLinearConv', ['x', 'as', 'az', 'w', 'ws', 'wz', 'bs', 'bz'], 'c'),
      microsoft('QLinearAdd', ['c', 'bs', 'bz', 'x', 'as', 'az', 'cs', 'cz'], 's'),
      microsoft('QLinearConcat', ['as', 'az', 's', 'cs', 'cz', 'c', 'bs', 'bz'], 'k', { axis: 1 }),
      microsoft('QLinearAveragePool', ['k', 'as', 'az', 'as', 'az'], 'p', { kernel_shape: [2, 2] }),
      microsoft('QLinearGlobalAveragePool', ['p', 'as', 'az', 'bs', 'bz'], 'g'),
      node('Flatten', ['g'], 'f'),
      microsoft('QGemm', ['f', 'bs', 'bz', 'm', 'ws', 'wz', 'b', 'cs', 'cz'], 'h', { transB: 1, alpha: { float: 1 } }),
      node('DequantizeLinear', ['h', 'cs', 'cz'], 'y'),
    ],
    constants: { ...branch, m: codes(3, [6, 8]), b: int32(10, 20, -30, 40, 50, -60) },
    raw: true,
    steps: 2,
  },
  'ConvInteger, scaled': {
    nodes: [
      node('QuantizeLinear', ['x', 'as', 'az'], 'q'),
      node('ConvInteger', ['q', 'w', 'az', 'wz'], 'i', { pads: [1, 1, 1, 1] }),
      node('Cast', ['i'], 'f', { to: 1 }),
      node('Mul', ['as', 'ws'], 'k'),
      node('Mul', ['f', 'k'], 'm'),
      node('Add', ['m', 'o'], 'n'),
      node('Relu', ['n'], 'r'),
      ...stored('r', 'y', 'b'),
    ],
    constants: {
      w: codes(1, [3, 4, 3, 3]),
      wz: int8(2),
      ws: real(0.01),
      o: { shape: [3, 1, 1], data: [0.5, -0.25, 1] },
    },
  },
  MatMulInteger: {
    nodes: [node('MatMulInteger', ['x', 'w', 'az'], 'i'), node('Cast', ['i'], 'y', { to: 1 })],
    constants: { w: codes(1, [24, 5]) },
    shape: [1, 24],
    raw: true,
  },
};

function imported(bytes: Uint8Array): QuantizedNetwork {
  const found = importOnnx(bytes, { name: 'm' });
  if (found.kind !== 'quantized') throw new Error('expected a quantized network');
  return found.network;
}

let results = 0;
let different = 0;

for (const [name, given] of Object.entries(cases)) {
  test(name, async () => {
    const { shape = [1, 4, 7, 6], raw = false, steps = 1, halves = false } = given;
    const bytes = build(given);
    const network = imported(bytes);
    const count = shape.reduce((product, size) => product * size, 1);
    for (const seed of [1, 2, 3]) {
      const input = Array.from(numbers(seed)(count, 125), (value) => Math.min(135, Math.max(-120, Math.round(value))));
      const data = raw
        ? Uint8Array.from(input, (code) => code + 120)
        : Float32Array.from(input, (code) => Math.fround(0.05) * code);
      const [expected] = await runtimeOutputs(bytes, { data, shape });
      const own = channelsLast(Float32Array.from(input), shape);
      const [actual] = evaluate(network, Array.from(own, BigInt));
      const tensor = network.tensors[network.outputs[0]!]!;
      const exact = channelsLast(expected!.data, expected!.shape);
      assert.is(actual!.length, exact.length);
      exact.forEach((value, at) => {
        const scale = tensor.kind === 'activation' ? tensor.scale : tensor.scales[at % tensor.scales.length]!;
        const apart = Math.abs(Number(actual![at]) - value / scale);
        assert.ok(apart < steps + 0.5, `entry ${at}: ${actual![at]}, not ${value / scale}`);
        if (halves) return;
        results++;
        if (apart > 0.5) different++;
      });
    }
  });
}

test('results that differ by a step are rare', () => {
  assert.ok(results > 5000 && different < results / 100, `${different} of ${results}`);
});

test("the network has the file's scales and zero points", () => {
  const network = imported(build(cases['Conv to signed codes']!));
  const [input, output] = [network.tensors[network.input]!, network.tensors[network.outputs[0]!]!];
  assert.ok(input.kind === 'activation' && output.kind === 'activation');
  assert.equal([input.scale, input.zeroPoint, input.minimum, input.maximum], [Math.fround(0.05), 120, -120, 135]);
  assert.equal([output.scale, output.zeroPoint, output.minimum, output.maximum], [Math.fround(0.04), -5, -123, 132]);
  assert.equal(
    network.operations.map(({ kind }) => kind),
    ['linear'],
  );
});
