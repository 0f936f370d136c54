/** Every float operator in a file of its own, against ONNX Runtime. */
import * as assert from 'uvu/assert';
import { importOnnx } from '../../../src/formats/onnx/index.js';
import { ModelError } from '../../../src/model/errors.js';
import { numbers } from '../../session/random-network.js';
import { suite } from '../../suite.js';
import { type AttributeValue, buildModel, type ModelSpec, type NodeSpec, type TensorSpec } from './model-builder.js';
import { importFloat, sameAsRuntime } from './runtime.js';

const test = suite('onnx operators');

const tensor = (seed: number, shape: readonly number[], scale = 1): TensorSpec => ({
  shape,
  data: numbers(seed)(
    shape.reduce((product, size) => product * size, 1),
    scale,
  ),
});
const positive = (seed: number, shape: readonly number[]): TensorSpec => {
  const { data } = tensor(seed, shape);
  return { shape, data: Array.from(data, (value) => Math.abs(value) + 0.2) };
};
const whole = (...data: number[]): TensorSpec => ({ shape: [data.length], type: 'INT64', data });
const scalar = (value: number): TensorSpec => ({ shape: [], data: [value] });

interface Case {
  readonly nodes: readonly NodeSpec[];
  readonly constants?: Readonly<Record<string, TensorSpec>>;
  readonly shape?: readonly number[];
  readonly version?: number;
  readonly asIs?: boolean;
  readonly outputsAsIs?: boolean;
}

const node = (
  op: string,
  inputs: readonly string[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
  output = 'y',
): NodeSpec => ({ op, inputs, outputs: [output], attributes });

const IMAGE = [1, 4, 7, 6];

function specOf({ nodes, constants = {}, shape = IMAGE, version = 17 }: Case): ModelSpec {
  const outputs = [{ name: 'y', shape: [] as string[] }];
  return { nodes, constants, version, input: { name: 'x', shape }, outputs };
}

function encoded(given: Case): Uint8Array {
  return buildModel(specOf(given));
}

const cases: Record<string, Case> = {
  'Conv with strides and uneven padding': {
    nodes: [node('Conv', ['x', 'w', 'b'], { strides: [2, 1], pads: [0, 1, 2, 0], kernel_shape: [3, 2] })],
    constants: { w: tensor(1, [5, 4, 3, 2]), b: tensor(2, [5]) },
  },
  'Conv with groups and dilation': {
    nodes: [node('Conv', ['x', 'w'], { group: 2, dilations: [2, 1], pads: [1, 1, 1, 1] })],
    constants: { w: tensor(1, [6, 2, 3, 3]) },
  },
  'Conv, depthwise with a multiplier': {
    nodes: [node('Conv', ['x', 'w'], { group: 4 })],
    constants: { w: tensor(1, [8, 1, 3, 3]) },
  },
  'Conv SAME_UPPER': {
    nodes: [node('Conv', ['x', 'w'], { auto_pad: 'SAME_UPPER', strides: [2, 2] })],
    constants: { w: tensor(1, [3, 4, 3, 3]) },
  },
  'Conv SAME_LOWER': {
    nodes: [node('Conv', ['x', 'w'], { auto_pad: 'SAME_LOWER', strides: [2, 2] })],
    constants: { w: tensor(1, [3, 4, 3, 3]) },
  },
  'Conv VALID': {
    nodes: [node('Conv', ['x', 'w'], { auto_pad: 'VALID', strides: [3, 2] })],
    constants: { w: tensor(1, [3, 4, 2, 3]) },
  },
  'Conv over one direction': {
    nodes: [node('Conv', ['x', 'w', 'b'], { strides: [2], pads: [1, 2] })],
    constants: { w: tensor(1, [3, 4, 3]), b: tensor(2, [3]) },
    shape: [1, 4, 9],
  },
  BatchNormalization: {
    nodes: [node('BatchNormalization', ['x', 's', 'o', 'm', 'v'], { epsilon: { float: 0.01 } })],
    constants: { s: tensor(1, [4]), o: tensor(2, [4]), m: tensor(3, [4]), v: positive(4, [4]) },
  },
  'BatchNormalization of a row': {
    nodes: [
      node('Flatten', ['x'], {}, 'f'),
      node('BatchNormalization', ['f', 's', 'o', 'm', 'v']),
      node('Gemm', ['y', 'w'], {}, 'z'),
    ],
    constants: {
      s: tensor(1, [24]),
      o: tensor(2, [24]),
      m: tensor(3, [24]),
      v: positive(4, [24]),
      w: tensor(5, [24, 3]),
    },
    shape: [1, 4, 2, 3],
  },
  Relu: { nodes: [node('Relu', ['x'])] },
  'Clip with attributes': { nodes: [node('Clip', ['x'], { min: { float: 0 }, max: { float: 6 } })], version: 10 },
  'Clip without limits': { nodes: [node('Clip', ['x'])] },
  'Clip below': { nodes: [node('Clip', ['x', 'a'])], constants: { a: scalar(-0.3) } },
  'Clip above': { nodes: [node('Clip', ['x', '', 'a'])], constants: { a: scalar(0.3) } },
  'Clip both': { nodes: [node('Clip', ['x', 'a', 'b'])], constants: { a: scalar(-0.5), b: scalar(1.25) } },
  LeakyRelu: { nodes: [node('LeakyRelu', ['x'], { alpha: { float: 0.2 } })] },
  'PRelu per channel': { nodes: [node('PRelu', ['x', 's'])], constants: { s: tensor(1, [4, 1, 1]) } },
  'PRelu with one slope': { nodes: [node('PRelu', ['x', 's'])], constants: { s: tensor(1, [1]) } },
  HardSigmoid: { nodes: [node('HardSigmoid', ['x'], { alpha: { float: 0.4 } })] },
  'Max and Min': {
    nodes: [node('Max', ['x', 'a'], {}, 'm'), node('Min', ['b', 'm'])],
    constants: { a: scalar(-0.5), b: scalar(0.75) },
  },
  Neg: { nodes: [node('Neg', ['x'])] },
  'Add of a value to itself': { nodes: [node('Relu', ['x'], {}, 'r'), node('Add', ['x', 'r'])] },
  'Add of a constant per channel': { nodes: [node('Add', ['c', 'x'])], constants: { c: tensor(1, [1, 4, 1, 1]) } },
  'Add of a constant per entry': { nodes: [node('Add', ['x', 'c'])], constants: { c: tensor(1, [4, 7, 6]) } },
  'Sub of two values': { nodes: [node('Relu', ['x'], {}, 'r'), node('Sub', ['x', 'r'])] },
  'Sub of a constant': { nodes: [node('Sub', ['x', 'c'])], constants: { c: scalar(0.7) } },
  'Sub from a constant': { nodes: [node('Sub', ['c', 'x'])], constants: { c: tensor(1, [4, 1, 1]) } },
  'Mul per channel': { nodes: [node('Mul', ['x', 'c'])], constants: { c: tensor(1, [4, 1, 1]) } },
  'Mul and Div': {
    nodes: [node('Mul', ['a', 'x'], {}, 'm'), node('Div', ['m', 'b'])],
    constants: { a: scalar(3), b: positive(1, [4, 1, 1]) },
  },
  'Sum of three': { nodes: [node('Relu', ['x'], {}, 'r'), node('Sum', ['x', 'r', 'x'])] },
  MaxPool: { nodes: [node('MaxPool', ['x'], { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 1, 1] })] },
  'MaxPool rounding up': { nodes: [node('MaxPool', ['x'], { kernel_shape: [2, 4], strides: [2, 3], ceil_mode: 1 })] },
  'MaxPool SAME_LOWER': {
    nodes: [node('MaxPool', ['x'], { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'SAME_LOWER' })],
  },
  AveragePool: {
    nodes: [node('AveragePool', ['x'], { kernel_shape: [3, 3], strides: [2, 1], pads: [1, 1, 0, 1] })],
  },
  'AveragePool that counts the border': {
    nodes: [node('AveragePool', ['x'], { kernel_shape: [3, 3], pads: [1, 1, 0, 1], count_include_pad: 1 })],
  },
  'AveragePool rounding up': {
    nodes: [node('AveragePool', ['x'], { kernel_shape: [2, 2], strides: [2, 4], ceil_mode: 1 })],
  },
  'AveragePool rounding up that counts the border': {
    nodes: [
      node('AveragePool', ['x'], {
        kernel_shape: [3, 3],
        strides: [2, 2],
        pads: [1, 1, 1, 1],
        ceil_mode: 1,
        count_include_pad: 1,
      }),
    ],
    version: 19,
  },
  GlobalAveragePool: { nodes: [node('GlobalAveragePool', ['x'])] },
  GlobalMaxPool: { nodes: [node('GlobalMaxPool', ['x'])] },
  'ReduceMean with attributes': { nodes: [node('ReduceMean', ['x'], { axes: [2, 3], keepdims: 0 })] },
  'ReduceMean with an input': { nodes: [node('ReduceMean', ['x', 'a'])], constants: { a: whole(-1, -2) }, version: 18 },
  'ReduceMean of one axis': { nodes: [node('ReduceMean', ['x'], { axes: [3], keepdims: 0 })] },
  'ReduceMean of channels': { nodes: [node('ReduceMean', ['x'], { axes: [1] })] },
  ReduceMax: { nodes: [node('ReduceMax', ['x'], { axes: [2, 3] })] },
  'Flatten and Gemm': {
    nodes: [node('Flatten', ['x'], {}, 'f'), node('Gemm', ['f', 'w', 'b'], { transB: 1, alpha: { float: 0.5 } })],
    constants: { w: tensor(1, [3, 168]), b: tensor(2, [3]) },
  },
  'Gemm with factors': {
    nodes: [
      node('Flatten', ['x'], {}, 'f'),
      node('Gemm', ['f', 'w', 'b'], { alpha: { float: 0.5 }, beta: { float: -2 } }),
    ],
    constants: { w: tensor(1, [168, 3]), b: tensor(2, [1, 3]) },
  },
  'Gemm of a column': {
    nodes: [node('Transpose', ['x'], {}, 't'), node('Gemm', ['t', 'w', 'b'], { transA: 1 })],
    constants: { w: tensor(1, [5, 3]), b: scalar(2) },
    shape: [1, 5],
  },
  'MatMul of one row': { nodes: [node('MatMul', ['x', 'w'])], constants: { w: tensor(1, [5, 3]) }, shape: [1, 5] },
  'MatMul of many rows': {
    nodes: [node('MatMul', ['x', 'w'], {}, 'm'), node('Add', ['m', 'b'])],
    constants: { w: tensor(1, [5, 3]), b: tensor(2, [3]) },
    shape: [1, 6, 5],
    asIs: true,
    outputsAsIs: true,
  },
  'Reshape, Squeeze and Unsqueeze': {
    nodes: [
      node('Unsqueeze', ['x', 'two'], {}, 'u'),
      node('Squeeze', ['u', 'two'], {}, 's'),
      node('Reshape', ['s', 'shape'], {}, 'r'),
      node('Gemm', ['r', 'w'], {}, 'y'),
    ],
    constants: { two: whole(2), shape: whole(0, -1), w: tensor(1, [168, 2]) },
  },
  'Transpose to channels last and back': {
    nodes: [
      node('Transpose', ['x'], { perm: [0, 2, 3, 1] }, 't'),
      node('MatMul', ['t', 'w'], {}, 'm'),
      node('Transpose', ['m'], { perm: [0, 3, 1, 2] }),
    ],
    constants: { w: tensor(1, [4, 3]) },
  },
  'an input with channels last': {
    nodes: [node('Transpose', ['x'], { perm: [0, 3, 1, 2] }, 't'), node('Conv', ['t', 'w'])],
    constants: { w: tensor(1, [3, 4, 3, 3]) },
    shape: [1, 7, 6, 4],
    asIs: true,
  },
  'channels in another order': {
    nodes: [
      node('Reshape', ['x', 'split'], {}, 'r'),
      node('Transpose', ['r'], { perm: [0, 2, 1, 3, 4] }, 't'),
      node('Reshape', ['t', 'join'], {}, 'j'),
      node('Conv', ['j', 'deep', 'bias'], { group: 4, pads: [1, 1, 1, 1] }, 'd'),
      node('PRelu', ['d', 'slopes'], {}, 'p'),
      node('Conv', ['p', 'w']),
    ],
    constants: {
      split: whole(1, 2, 2, 7, 6),
      join: whole(1, 4, 7, 6),
      deep: tensor(1, [4, 1, 3, 3]),
      bias: tensor(2, [4]),
      slopes: tensor(3, [4, 1, 1]),
      w: tensor(4, [3, 4, 1, 1]),
    },
  },
  'boxes: transposed, reshaped, joined': {
    nodes: [
      node('Conv', ['x', 'w'], {}, 'a'),
      node('Conv', ['x', 'w'], { strides: [2, 2] }, 'b'),
      node('Transpose', ['a'], { perm: [0, 2, 3, 1] }, 'ta'),
      node('Transpose', ['b'], { perm: [0, 2, 3, 1] }, 'tb'),
      node('Reshape', ['ta', 'shape'], {}, 'ra'),
      node('Reshape', ['tb', 'shape'], {}, 'rb'),
      node('Concat', ['ra', 'rb'], { axis: 1 }, 'c'),
      node('Softmax', ['c'], { axis: 2 }),
    ],
    constants: { w: tensor(1, [6, 4, 1, 1]), shape: whole(1, -1, 3) },
    outputsAsIs: true,
  },
  'Dropout and Identity': { nodes: [node('Dropout', ['x'], {}, 'd'), node('Identity', ['d'])] },
  Cast: { nodes: [node('Cast', ['x'], { to: 1 })] },
  'Concat of channels': { nodes: [node('Relu', ['x'], {}, 'r'), node('Concat', ['x', 'r', 'x'], { axis: 1 })] },
  'Concat of rows': { nodes: [node('Relu', ['x'], {}, 'r'), node('Concat', ['x', 'r'], { axis: -2 })] },
  'Concat of single channels': {
    nodes: [node('Relu', ['x'], {}, 'r'), node('Concat', ['x', 'r'], { axis: 1 })],
    shape: [1, 1, 3, 5],
  },
  'Pad before a convolution': {
    nodes: [node('Pad', ['x', 'p'], {}, 'q'), node('Conv', ['q', 'w'], { pads: [1, 0, 0, 1], strides: [2, 2] })],
    constants: { p: whole(0, 0, 1, 2, 0, 0, 3, 0), w: tensor(1, [3, 4, 3, 3]) },
  },
  'Pad with attributes': { nodes: [node('Pad', ['x'], { pads: [0, 0, 1, 2, 0, 0, 3, 0] })], version: 10 },
  'Pad with axes, before a maximum': {
    nodes: [node('Pad', ['x', 'p', '', 'a'], {}, 'q'), node('MaxPool', ['q'], { kernel_shape: [2, 2] })],
    constants: { p: whole(1, 2), a: whole(3) },
    version: 18,
  },
  'Softmax of a row': { nodes: [node('Softmax', ['x'])], shape: [1, 9] },
  'Softmax of channels': { nodes: [node('Softmax', ['x'], { axis: 1 })] },
  'Softmax of everything': { nodes: [node('Softmax', ['x'])], version: 11, shape: [1, 12] },
  'constants of other types': {
    nodes: [
      node('Cast', ['d'], { to: 1 }, 'c'),
      node('Mul', ['x', 'c'], {}, 'm'),
      node('Cast', ['h'], { to: 1 }, 'g'),
      node('Add', ['m', 'g']),
    ],
    constants: {
      d: { shape: [4, 1, 1], type: 'DOUBLE', data: [0.5, -1.25, 3, 1 / 3] },
      h: { shape: [4, 1, 1], type: 'FLOAT16', data: [0x3c00, 0xc100, 0x0001, 0x7bff] },
    },
  },
  'shapes computed from shapes': {
    nodes: [
      node('Shape', ['x'], {}, 's'),
      node('Gather', ['s', 'zero'], {}, 'n'),
      node('Unsqueeze', ['n', 'zero1'], {}, 'nn'),
      node('Slice', ['s', 'one1', 'end1'], {}, 'rest'),
      node('Gather', ['rest', 'zero'], {}, 'c'),
      node('Mul', ['c', 'minus'], {}, 'cm'),
      node('Div', ['cm', 'minus'], {}, 'cd'),
      node('Unsqueeze', ['cd', 'zero1'], {}, 'cc'),
      node('Concat', ['nn', 'cc', 'open'], { axis: 0 }, 'shape'),
      node('Reshape', ['x', 'shape'], {}, 'r'),
      node('ReduceMean', ['r'], { axes: [2] }),
    ],
    constants: {
      zero: { shape: [], type: 'INT64', data: [0] },
      minus: { shape: [], type: 'INT64', data: [-3] },
      zero1: whole(0),
      one1: whole(1),
      end1: { shape: [1], type: 'INT64', data: [2 ** 53] },
      open: whole(-1),
    },
  },
};

for (const [name, given] of Object.entries(cases)) {
  test(name, async () => {
    const { shape = IMAGE } = given;
    const input = tensor(99, shape, 2).data as Float32Array;
    // The last node's result is the output, whatever it is called.
    const last = given.nodes.at(-1)!.outputs[0]!;
    const bytes =
      last === 'y' ? encoded(given) : buildModel({ ...specOf(given), outputs: [{ name: last, shape: [] }] });
    await sameAsRuntime(bytes, input, shape, {
      ...(given.asIs === undefined ? {} : { asIs: given.asIs }),
      ...(given.outputsAsIs === undefined ? {} : { outputsAsIs: given.outputsAsIs }),
    });
  });
}

test('a border is taken in by the convolution, and ReLU6 is one operation', () => {
  const padded = importFloat(encoded(cases['Pad before a convolution']!));
  assert.equal(
    padded.operations.map(({ kind }) => kind),
    ['convolution'],
  );
  const nodes = [node('Relu', ['x'], {}, 'r'), node('Clip', ['r', 'a', 'b'])];
  const relu6 = importFloat(encoded({ nodes, constants: { a: scalar(0), b: scalar(6) } }));
  assert.equal(
    relu6.operations.map(({ kind }) => kind),
    ['activation'],
  );
});

const refused: Record<string, readonly [Case, RegExp]> = {
  'an unknown operator': [
    { nodes: [{ ...node('Bernoulli', ['x']), name: 'coin' }] },
    /node 0 \(Bernoulli "coin"\).*not supported/,
  ],
  'control flow': [{ nodes: [node('If', ['x'])] }, /control flow/],
  'dynamic quantization': [{ nodes: [node('DynamicQuantizeLinear', ['x'])] }, /depends on the private input/],
  'statistics of the input': [{ nodes: [node('InstanceNormalization', ['x'])] }, /statistics of the private input/],
  'another padding': [
    { nodes: [node('Pad', ['x', 'p'], { mode: 'mirror' })], constants: { p: whole(0, 0, 1, 1, 0, 0, 1, 1) } },
    /"mirror"/,
  ],
  'a cycle': [{ nodes: [node('Add', ['x', 'z'], {}, 'y'), node('Relu', ['y'], {}, 'z')] }, /cycle/],
  'a name given twice': [{ nodes: [node('Relu', ['x']), node('Relu', ['x'])] }, /"y" is given a value twice/],
  training: [
    {
      nodes: [node('BatchNormalization', ['x', 's', 's', 's', 's'], { training_mode: 1 })],
      constants: { s: tensor(1, [4]) },
    },
    /training mode/,
  ],
  'a batch': [
    { nodes: [node('Conv', ['x', 'w'])], constants: { w: tensor(1, [3, 4, 3, 3]) }, shape: [2, 4, 7, 6] },
    /batch size 2/,
  ],
  'weights that do not fit': [
    { nodes: [node('Conv', ['x', 'w'])], constants: { w: tensor(1, [3, 5, 3, 3]) } },
    /do not fit/,
  ],
  'an operator set of tomorrow': [{ nodes: [node('Relu', ['x'])], version: 99 }, /set 99/],
  'dilated windows': [{ nodes: [node('MaxPool', ['x'], { kernel_shape: [2, 2], dilations: [2, 2] })] }, /dilation/],
  'weights of whole numbers': [
    { nodes: [node('Conv', ['x', 'w'])], constants: { w: { shape: [1, 4, 1, 1], type: 'INT8', data: [1, 2, 3, 4] } } },
    /of type INT8/,
  ],
};

for (const [name, [given, message]] of Object.entries(refused)) {
  test(`refuses ${name}`, () => {
    assert.throws(
      () => importOnnx(encoded(given), { name: 'm' }),
      (error: unknown) => error instanceof ModelError && error.message.startsWith('m') && message.test(error.message),
    );
  });
}
