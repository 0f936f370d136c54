/** Functions, pairs, slices, resizing and transposed convolutions of ONNX, each in a file of its own, against ONNX Runtime. */
import * as assert from 'uvu/assert';
import { numbers } from '../../session/random-network.js';
import { suite } from '../../suite.js';
import { type AttributeValue, buildModel, type NodeSpec, type TensorSpec } from './model-builder.js';
import { sameAsRuntime } from './runtime.js';

const test = suite('onnx further operators');

const tensor = (seed: number, shape: readonly number[], scale = 1): TensorSpec => ({
  shape,
  data: numbers(seed)(
    shape.reduce((product, size) => product * size, 1),
    scale,
  ),
});
const whole = (...data: number[]): TensorSpec => ({ shape: [data.length], type: 'INT64', data });
const reals = (...data: number[]): TensorSpec => ({ shape: [data.length], data });
const scalar = (value: number): TensorSpec => ({ shape: [], data: [value] });
const float = (value: number): { readonly float: number } => ({ float: value });

const node = (
  op: string,
  inputs: readonly string[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
  ...outputs: string[]
): NodeSpec => ({ op, inputs, outputs: outputs.length === 0 ? ['y'] : outputs, attributes });

interface Case {
  readonly nodes: readonly NodeSpec[];
  readonly constants?: Readonly<Record<string, TensorSpec>>;
  readonly shape?: readonly number[];
  readonly version?: number;
  readonly asIs?: boolean;
  /** The result has axes in the model's own order. */
  readonly outputsAsIs?: boolean;
  /** Inputs are made positive. */
  readonly positive?: boolean;
}

const IMAGE = [1, 4, 7, 6];

const functions: Record<string, Case> = {
  Abs: { nodes: [node('Abs', ['x'])] },
  Celu: { nodes: [node('Celu', ['x'], { alpha: float(0.7) })] },
  Elu: { nodes: [node('Elu', ['x'], { alpha: float(1.5) })] },
  Erf: { nodes: [node('Erf', ['x'])] },
  Exp: { nodes: [node('Exp', ['x'])] },
  Gelu: { nodes: [node('Gelu', ['x'])], version: 20 },
  'Gelu by tanh': { nodes: [node('Gelu', ['x'], { approximate: 'tanh' })], version: 20 },
  HardSigmoid: { nodes: [node('HardSigmoid', ['x'], { alpha: float(0.3), beta: float(0.4) })] },
  HardSwish: { nodes: [node('HardSwish', ['x'])] },
  LeakyRelu: { nodes: [node('LeakyRelu', ['x'], { alpha: float(0.2) })] },
  Log: { nodes: [node('Log', ['x'])], positive: true },
  Mish: { nodes: [node('Mish', ['x'])], version: 18 },
  Reciprocal: { nodes: [node('Reciprocal', ['x'])], positive: true },
  Selu: { nodes: [node('Selu', ['x'])] },
  Sigmoid: { nodes: [node('Sigmoid', ['x'])] },
  Softplus: { nodes: [node('Softplus', ['x'])] },
  Softsign: { nodes: [node('Softsign', ['x'])] },
  Sqrt: { nodes: [node('Sqrt', ['x'])], positive: true },
  Tanh: { nodes: [node('Tanh', ['x'])] },
  ThresholdedRelu: { nodes: [node('ThresholdedRelu', ['x'], { alpha: float(0.5) })] },
  'Pow with a number': { nodes: [node('Pow', ['x', 'p'])], constants: { p: scalar(3) } },
};

const gate = [
  node('GlobalAveragePool', ['x'], {}, 'mean'),
  node('Conv', ['mean', 'w'], {}, 'narrow'),
  node('Sigmoid', ['narrow'], {}, 'gate'),
];
const gateWeights = { w: tensor(1, [4, 4, 1, 1]) };

const pairs: Record<string, Case> = {
  'Mul of a value with itself': { nodes: [node('Mul', ['x', 'x'])] },
  'squeeze and excite': { nodes: [...gate, node('Mul', ['x', 'gate'])], constants: gateWeights },
  'excite on the left': { nodes: [...gate, node('Mul', ['gate', 'x'])], constants: gateWeights },
  'swish in two nodes': { nodes: [node('Sigmoid', ['x'], {}, 's'), node('Mul', ['x', 's'])] },
  'hard swish in two nodes': {
    nodes: [node('HardSigmoid', ['x'], { alpha: float(1 / 6) }, 's'), node('Mul', ['x', 's'])],
  },
  'GELU in many nodes': {
    nodes: [
      node('Div', ['x', 'root'], {}, 'd'),
      node('Erf', ['d'], {}, 'e'),
      node('Add', ['e', 'one'], {}, 'a'),
      node('Mul', ['x', 'a'], {}, 'm'),
      node('Mul', ['m', 'half']),
    ],
    constants: { root: scalar(Math.SQRT2), one: scalar(1), half: scalar(0.5) },
  },
  'Add with one value per channel': { nodes: [...gate, node('Add', ['x', 'gate'])], constants: gateWeights },
  'Sub, Max and Min of values': {
    nodes: [
      ...gate,
      node('Sub', ['x', 'gate'], {}, 's'),
      node('Max', ['s', 'gate', 'x'], {}, 'm'),
      node('Min', ['m', 'x', 'limit']),
    ],
    constants: { ...gateWeights, limit: scalar(0.9) },
  },
  'a map of attention': {
    nodes: [
      node('ReduceMean', ['x'], { axes: [1] }, 'mean'),
      node('ReduceMax', ['x'], { axes: [1] }, 'most'),
      node('Concat', ['mean', 'most'], { axis: 1 }, 'both'),
      node('Conv', ['both', 'w'], { pads: [1, 1, 1, 1] }, 'c'),
      node('Sigmoid', ['c'], {}, 'map'),
      node('Mul', ['map', 'x']),
    ],
    constants: { w: tensor(1, [1, 2, 3, 3]) },
  },
  'rows times columns': {
    nodes: [
      node('ReduceMean', ['x'], { axes: [2] }, 'columns'),
      node('ReduceMean', ['x'], { axes: [3] }, 'rows'),
      node('Mul', ['rows', 'columns']),
    ],
  },
  'Div of two values': {
    nodes: [node('Exp', ['x'], {}, 'e'), node('ReduceSum', ['e', 'axes'], {}, 's'), node('Div', ['e', 's'])],
    constants: { axes: whole(1) },
  },
  'a constant over a value': { nodes: [node('Div', ['c', 'x'])], constants: { c: scalar(3) }, positive: true },
  'constants over a value': {
    nodes: [node('Div', ['c', 'x'])],
    constants: { c: tensor(1, [4, 1, 1]) },
    positive: true,
  },
  'values in two orders': {
    nodes: [
      node('Transpose', ['x'], { perm: [0, 1, 3, 2] }, 't'),
      node('Conv', ['t', 'w'], {}, 'c'),
      node('Add', ['c', 'x']),
    ],
    constants: { w: tensor(1, [4, 4, 1, 1]) },
    shape: [1, 4, 5, 5],
  },
};

const places: Record<string, Case> = {
  'Slice of rows and columns': {
    nodes: [node('Slice', ['x', 's', 'e', 'a', 'p'])],
    constants: { s: whole(-1, 1), e: whole(-100, 5), a: whole(2, 3), p: whole(-2, 2) },
  },
  'Slice of channels': {
    nodes: [node('Slice', ['x', 's', 'e', 'a'])],
    constants: { s: whole(1), e: whole(3), a: whole(1) },
  },
  'focus: every other pixel, four times': {
    nodes: [0, 1]
      .flatMap((row) => [0, 1].map((column) => [row, column] as const))
      .flatMap(([row, column]) => [
        node('Slice', ['x', `s${row}`, 'end', 'rows', 'two'], {}, `r${row}${column}`),
        node('Slice', [`r${row}${column}`, `s${column}`, 'end', 'columns', 'two'], {}, `p${row}${column}`),
      ])
      .concat(node('Concat', ['p00', 'p10', 'p01', 'p11'], { axis: 1 }, 'all'), node('Conv', ['all', 'w'])),
    constants: {
      s0: whole(0),
      s1: whole(1),
      end: whole(1000),
      rows: whole(2),
      columns: whole(3),
      two: whole(2),
      w: tensor(1, [3, 16, 1, 1]),
    },
    shape: [1, 4, 6, 4],
  },
  'Split of channels, and one half by the other': {
    nodes: [node('Split', ['x'], { axis: 1 }, 'a', 'b'), node('Sigmoid', ['b'], {}, 's'), node('Mul', ['a', 's'])],
    version: 13,
  },
  'Split into unequal parts': {
    nodes: [node('Split', ['x', 'sizes'], { axis: 2 }, 'a', 'b', 'c'), node('Concat', ['c', 'a'], { axis: 2 })],
    constants: { sizes: whole(1, 4, 2) },
    version: 13,
  },
  'Split by their number': {
    nodes: [
      node('Split', ['x'], { axis: 3, num_outputs: 4 }, 'a', 'b', 'c', 'd'),
      node('Concat', ['d', 'b'], { axis: 3 }),
    ],
    shape: [1, 3, 2, 7],
    version: 18,
  },
  'Gather of channels': {
    nodes: [node('Gather', ['x', 'i'], { axis: 1 })],
    constants: { i: whole(2, -1, 0, 0, 1) },
  },
  'Gather of one row': {
    nodes: [node('Gather', ['x', 'i'], { axis: 2 }, 'r'), node('Conv', ['r', 'w'])],
    constants: { i: { shape: [], type: 'INT64', data: [3] }, w: tensor(1, [2, 4, 2]) },
  },
  Expand: {
    nodes: [node('ReduceMean', ['x'], { axes: [2, 3] }, 'm'), node('Expand', ['m', 'shape'])],
    constants: { shape: whole(1, 4, 3, 5) },
  },
  Tile: { nodes: [node('Tile', ['x', 'r'])], constants: { r: whole(1, 2, 1, 3) } },
  'Pad by reflection': {
    nodes: [node('Pad', ['x', 'p'], { mode: 'reflect' }, 'q'), node('Conv', ['q', 'w'])],
    constants: { p: whole(0, 0, 2, 1, 0, 0, 1, 3), w: tensor(1, [2, 4, 3, 3]) },
  },
  'Pad with the edge': {
    nodes: [node('Pad', ['x', 'p'], { mode: 'edge' })],
    constants: { p: whole(0, 1, 2, 0, 0, 0, 1, 9) },
  },
  'DepthToSpace, depth first': { nodes: [node('DepthToSpace', ['x'], { blocksize: 2 })], shape: [1, 12, 3, 2] },
  'DepthToSpace, columns first': {
    nodes: [node('DepthToSpace', ['x'], { blocksize: 2, mode: 'CRD' }, 'd'), node('Conv', ['d', 'w'])],
    constants: { w: tensor(1, [2, 3, 3, 3]) },
    shape: [1, 12, 3, 2],
  },
  SpaceToDepth: { nodes: [node('SpaceToDepth', ['x'], { blocksize: 2 })], shape: [1, 3, 6, 4] },
  'pixel shuffle by reshaping': {
    nodes: [
      node('Reshape', ['x', 'apart'], {}, 'r'),
      node('Transpose', ['r'], { perm: [0, 1, 4, 2, 5, 3] }, 't'),
      node('Reshape', ['t', 'together'], {}, 's'),
      node('Conv', ['s', 'w']),
    ],
    constants: { apart: whole(1, 3, 2, 2, 3, 5), together: whole(1, 3, 6, 10), w: tensor(1, [2, 3, 3, 3]) },
    shape: [1, 12, 3, 5],
  },
  'channels shuffled before groups': {
    nodes: [
      node('Reshape', ['x', 'apart'], {}, 'r'),
      node('Transpose', ['r'], { perm: [0, 2, 1, 3, 4] }, 't'),
      node('Reshape', ['t', 'together'], {}, 's'),
      node('Conv', ['s', 'w'], { group: 2 }),
    ],
    constants: { apart: whole(1, 2, 4, 3, 3), together: whole(1, 8, 3, 3), w: tensor(1, [4, 4, 1, 1]) },
    shape: [1, 8, 3, 3],
  },
  'flattened at the end': {
    nodes: [node('Conv', ['x', 'w'], {}, 'c'), node('Flatten', ['c'])],
    constants: { w: tensor(1, [3, 4, 3, 3]) },
  },
};

const resizes: Record<string, Case> = {
  'Upsample by two': { nodes: [node('Upsample', ['x', 's'])], constants: { s: reals(1, 1, 2, 3) }, version: 9 },
  'Resize of version 10': { nodes: [node('Resize', ['x', 's'])], constants: { s: reals(1, 1, 2.5, 0.6) }, version: 10 },
  'Resize along named axes': {
    nodes: [node('Resize', ['x', '', '', 's'], { axes: [2, 3], mode: 'linear' })],
    constants: { s: whole(9, 4) },
    version: 18,
  },
};
for (const mode of ['nearest', 'linear']) {
  for (const grid of ['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric']) {
    for (const rule of mode === 'nearest' ? ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'] : ['floor']) {
      const attributes = { mode, coordinate_transformation_mode: grid, nearest_mode: rule };
      resizes[`Resize ${mode}, ${grid}, ${rule}, sizes`] = {
        nodes: [node('Resize', ['x', '', '', 's'], attributes)],
        constants: { s: whole(1, 4, 11, 4) },
      };
      resizes[`Resize ${mode}, ${grid}, ${rule}, scales`] = {
        nodes: [node('Resize', ['x', '', 's'], attributes)],
        constants: { s: reals(1, 1, 2, 1.5) },
      };
    }
  }
}

const transposed: Record<string, Case> = {
  'ConvTranspose by two': {
    nodes: [node('ConvTranspose', ['x', 'w', 'b'], { strides: [2, 2], kernel_shape: [2, 2] })],
    constants: { w: tensor(1, [4, 3, 2, 2]), b: tensor(2, [3]) },
  },
  'ConvTranspose with everything': {
    nodes: [
      node('ConvTranspose', ['x', 'w', 'b'], {
        strides: [3, 2],
        pads: [1, 0, 2, 1],
        output_padding: [2, 1],
        dilations: [1, 2],
        group: 2,
      }),
    ],
    constants: { w: tensor(1, [4, 3, 4, 3]), b: tensor(2, [6]) },
  },
  'ConvTranspose SAME_UPPER': {
    nodes: [node('ConvTranspose', ['x', 'w'], { strides: [2, 3], auto_pad: 'SAME_UPPER' })],
    constants: { w: tensor(1, [4, 2, 3, 4]) },
  },
  'ConvTranspose of a given shape': {
    nodes: [node('ConvTranspose', ['x', 'w'], { strides: [2, 2], output_shape: [14, 13] })],
    constants: { w: tensor(1, [4, 2, 3, 3]) },
  },
  'ConvTranspose over one direction': {
    nodes: [node('ConvTranspose', ['x', 'w'], { strides: [2], pads: [1, 0] })],
    constants: { w: tensor(1, [4, 2, 4]) },
    shape: [1, 4, 5],
  },
};

for (const [name, given] of Object.entries({ ...functions, ...pairs, ...places, ...resizes, ...transposed })) {
  test(name, async () => {
    const { nodes, constants = {}, shape = IMAGE, version = 17, positive = false } = given;
    const entries = tensor(99, shape, 2).data as Float32Array;
    const input = positive ? entries.map((value) => Math.abs(value) + 0.1) : entries;
    const outputs = [{ name: nodes.at(-1)!.outputs[0]!, shape: [] as string[] }];
    const bytes = buildModel({ nodes, constants, version, input: { name: 'x', shape }, outputs });
    const flat = name === 'flattened at the end';
    const network = await sameAsRuntime(bytes, input, shape, { outputsAsIs: given.outputsAsIs ?? flat });
    assert.ok(network.operations.length > 0);
  });
}
