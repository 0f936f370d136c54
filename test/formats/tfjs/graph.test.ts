/** Every operator of graph models against TensorFlow.js's own converter. */
import * as assert from 'uvu/assert';
import { importTfjs } from '../../../src/formats/tfjs/index.js';
import { suite } from '../../suite.js';
import {
  flag,
  type GraphSpec,
  graphFiles,
  int,
  ints,
  node,
  real,
  reals,
  sameGraph,
  scalar,
  text,
  texts,
  type,
  vector,
} from './graph-model.js';

const test = suite('tfjs graphs');
const FLOAT = type('DT_FLOAT');
const WINDOWS = { T: FLOAT, data_format: text('NHWC'), dilations: ints(1, 1, 1, 1) };
const kernel = reals([3, 3, 2, 4]);
const bias = reals([4], 6);

type Some = Omit<GraphSpec, 'nodes'> & Partial<Pick<GraphSpec, 'nodes'>>;

/** One operator on the input. */
function single(
  op: string,
  others: readonly string[],
  attributes: Record<string, object>,
  rest: Some = {},
  move?: (value: number) => number,
): Promise<unknown> {
  return sameGraph({ ...rest, nodes: [node(op, 'y', ['x', ...others], { T: FLOAT, ...attributes })] }, {}, move);
}

test('Conv2D with every padding, stride and dilation', async () => {
  const constants = { w: kernel };
  for (const padding of ['SAME', 'VALID']) {
    for (const strides of [ints(1, 1, 1, 1), ints(1, 2, 2, 1)]) {
      await single(
        'Conv2D',
        ['w'],
        { ...WINDOWS, padding: text(padding), strides },
        { constants, input: [1, 7, 6, 2] },
      );
    }
    const dilated = { ...WINDOWS, dilations: ints(1, 2, 2, 1), padding: text(padding), strides: ints(1, 1, 1, 1) };
    await single('Conv2D', ['w'], dilated, { constants, input: [1, 7, 6, 2] });
  }
  const explicit = { padding: text('EXPLICIT'), explicit_paddings: ints(0, 0, 1, 0, 2, 1, 0, 0) };
  await single('Conv2D', ['w'], { ...WINDOWS, ...explicit, strides: ints(1, 1, 1, 1) }, { constants });
});

test('DepthwiseConv2dNative', async () => {
  const constants = { w: reals([3, 3, 2, 3]) };
  for (const padding of ['SAME', 'VALID']) {
    await single(
      'DepthwiseConv2dNative',
      ['w'],
      { ...WINDOWS, padding: text(padding), strides: ints(1, 2, 2, 1) },
      { constants },
    );
  }
});

test('convolutions with what is fused to them', async () => {
  const geometry = { ...WINDOWS, padding: text('SAME'), strides: ints(1, 1, 1, 1) };
  const constants = { w: kernel, b: bias, slopes: reals([4], 7), d: reals([3, 3, 2, 2]) };
  const fused = (...names: string[]) => ({ ...geometry, fused_ops: texts(...names), epsilon: real(0) });
  await single('_FusedConv2D', ['w', 'b'], { ...fused('BiasAdd'), num_args: int(1) }, { constants });
  for (const kind of ['Relu', 'Relu6']) {
    await single('_FusedConv2D', ['w', 'b'], { ...fused('BiasAdd', kind), num_args: int(1) }, { constants });
    await single(
      'FusedDepthwiseConv2dNative',
      ['d', 'b'],
      { ...fused('BiasAdd', kind), num_args: int(1) },
      { constants },
    );
  }
  await single('_FusedConv2D', ['w', 'b', 'slopes'], { ...fused('BiasAdd', 'Prelu'), num_args: int(2) }, { constants });
  const leaky = { ...fused('BiasAdd', 'LeakyRelu'), num_args: int(1), leakyrelu_alpha: real(0.125) };
  await single('_FusedConv2D', ['w', 'b'], leaky, { constants });
});

test('MatMul, and what is fused to it', async () => {
  const constants = { w: reals([5, 3]), t: reals([3, 5]), b: reals([3]), slopes: reals([3], 9) };
  const input = [1, 5];
  const plain = { transpose_a: flag(false), transpose_b: flag(false) };
  await single('MatMul', ['w'], plain, { constants, input });
  await single('MatMul', ['t'], { ...plain, transpose_b: flag(true) }, { constants, input });
  await single('MatMul', ['w'], plain, { constants, input: [4, 5] });
  const fused = (...names: string[]) => ({ ...plain, fused_ops: texts(...names), num_args: int(1) });
  await single('_FusedMatMul', ['w', 'b'], fused('BiasAdd'), { constants, input });
  await single('_FusedMatMul', ['w', 'b'], fused('BiasAdd', 'Relu'), { constants, input });
  await single(
    '_FusedMatMul',
    ['w', 'b', 'slopes'],
    { ...fused('BiasAdd', 'Prelu'), num_args: int(2) },
    { constants, input },
  );
});

/** Away from zero, where quotients grow without end. */
const away = (value: number): number => (value < 0 ? value - 0.5 : value + 0.5);
const positive = (value: number): number => Math.abs(value) + 0.1;

test('arithmetic with constants of every shape', async () => {
  for (const op of ['Add', 'AddV2', 'Sub', 'Mul', 'RealDiv']) {
    for (const shape of [[], [1], [2], [4, 1], [4, 2], [4, 1, 1], [1, 4, 4, 2], [1, 1, 1, 2], [4, 4, 1]]) {
      const constants = { c: { ...reals(shape), data: reals(shape).data } };
      await single(op, ['c'], {}, { constants });
      await sameGraph(
        { constants, nodes: [node(op, 'y', ['c', 'x'], { T: FLOAT })] },
        {},
        op === 'RealDiv' ? away : undefined,
      );
    }
  }
  await single('BiasAdd', ['b'], { data_format: text('NHWC') }, { constants: { b: reals([2]) } });
  await single('Maximum', ['c'], {}, { constants: { c: scalar(0.5) } });
  await single('Minimum', ['c'], {}, { constants: { c: scalar(0.5) } });
});

test('sums and differences of values', async () => {
  const geometry = { ...WINDOWS, padding: text('SAME'), strides: ints(1, 1, 1, 1) };
  const constants = { w: reals([3, 3, 2, 2]) };
  const first = node('Conv2D', 'c', ['x', 'w'], geometry);
  for (const op of ['Add', 'AddV2', 'Sub']) {
    await sameGraph({ constants, nodes: [first, node(op, 'y', ['c', 'x'], { T: FLOAT })] });
  }
  await sameGraph({ constants, nodes: [first, node('AddN', 'y', ['c', 'x', 'c'], { T: FLOAT, N: int(3) })] });
});

test('products, quotients and extremes of values, repeated along axes of size one', async () => {
  const constants = { w: reals([1, 1, 2, 2]), axes: vector(1, 2), one: scalar(1) };
  const geometry = { ...WINDOWS, padding: text('SAME'), strides: ints(1, 1, 1, 1) };
  const nodes = [
    node('Conv2D', 'c', ['x', 'w'], geometry),
    node('Square', 'q', ['c'], { T: FLOAT }),
    node('AddV2', 'p', ['q', 'one'], { T: FLOAT }),
    node('Mean', 'm', ['p', 'axes'], { T: FLOAT, keep_dims: flag(true) }),
  ];
  const outputs = ['y'];
  for (const op of ['Mul', 'Add', 'Sub', 'Maximum', 'Minimum', 'RealDiv', 'SquaredDifference']) {
    const combined = (...inputs: string[]): Promise<unknown> =>
      sameGraph({ constants, outputs, nodes: [...nodes, node(op, 'y', inputs, { T: FLOAT })] });
    await combined('x', 'p');
    await combined('x', 'm');
    await combined('m', 'p');
    if (op !== 'RealDiv') await combined('m', 'x');
  }
  const wide = { c: reals([1, 4, 4, 2]) };
  await single('Mul', ['c'], {}, { constants: wide, input: [1, 1, 1, 2] });
  await single('SquaredDifference', ['c'], {}, { constants: wide });
});

test('batch normalization of every version', async () => {
  const constants = {
    scale: reals([2], 1),
    offset: reals([2], 2),
    mean: reals([2], 3),
    variance: { shape: [2], data: [0.5, 2] },
  };
  for (const op of ['FusedBatchNorm', 'FusedBatchNormV2', 'FusedBatchNormV3']) {
    const attributes = { epsilon: real(0.01), is_training: flag(false), data_format: text('NHWC') };
    await single(op, ['scale', 'offset', 'mean', 'variance'], attributes, { constants });
  }
});

test('functions of every entry', async () => {
  for (const op of ['Relu', 'Relu6', 'Neg', 'Identity', 'Softmax']) await single(op, [], {});
  for (const op of ['Sigmoid', 'Tanh', 'Elu', 'Selu', 'Softplus', 'Exp', 'Abs', 'Erf', 'Square'])
    await single(op, [], {});
  for (const op of ['Sqrt', 'Rsqrt', 'Log', 'Reciprocal']) await single(op, [], {}, {}, positive);
  await single('Pow', ['c'], {}, { constants: { c: scalar(3) } });
  await single('LeakyRelu', [], { alpha: real(0.3) });
  await single('Prelu', ['s'], {}, { constants: { s: reals([2]) } });
  await single('ClipByValue', ['a', 'b'], {}, { constants: { a: scalar(-0.5), b: scalar(1.25) } });
});

test('pools', async () => {
  for (const op of ['MaxPool', 'AvgPool']) {
    for (const padding of ['SAME', 'VALID']) {
      const windows = {
        padding: text(padding),
        ksize: ints(1, 3, 2, 1),
        strides: ints(1, 2, 1, 1),
        data_format: text('NHWC'),
      };
      await single(op, [], windows, { input: [1, 7, 6, 2] });
    }
  }
});

test('means, maxima and the like over axes', async () => {
  for (const op of ['Mean', 'Max', 'Min', 'Sum']) {
    for (const axes of [[1, 3], [1, 2], [2, 1], [-2], [3], [1], [1, 2, 3], [0, 1], [0]]) {
      for (const keep of [true, false]) {
        await single(op, ['axes'], { keep_dims: flag(keep) }, { constants: { axes: vector(...axes) } });
      }
    }
  }
});

test('padding before a convolution and before something else', async () => {
  const constants = {
    p: { shape: [4, 2], dtype: 'int32', data: [0, 0, 1, 2, 0, 1, 0, 0] },
    w: kernel,
    zero: scalar(0),
  } as const;
  const geometry = { ...WINDOWS, padding: text('VALID'), strides: ints(1, 2, 2, 1) };
  await sameGraph({
    constants,
    nodes: [node('Pad', 'p1', ['x', 'p'], { T: FLOAT }), node('Conv2D', 'y', ['p1', 'w'], geometry)],
  });
  await sameGraph({
    constants,
    nodes: [node('PadV2', 'p1', ['x', 'p', 'zero'], { T: FLOAT }), node('Relu', 'y', ['p1'], { T: FLOAT })],
  });
  await single('Pad', ['p'], {}, { constants });
});

test('shapes', async () => {
  await single('Reshape', ['s'], {}, { constants: { s: vector(1, -1) } });
  await single('Reshape', ['s'], {}, { constants: { s: vector(4, 8) } });
  await single('Squeeze', [], { squeeze_dims: ints(1, 2) }, { input: [1, 1, 1, 5] });
  await single('Squeeze', [], {}, { input: [1, 3, 1, 5] });
  await single('ExpandDims', ['a'], {}, { input: [1, 5], constants: { a: scalar(1, 'int32') } });
  await single('ExpandDims', ['a'], {}, { input: [1, 5], constants: { a: scalar(-1, 'int32') } });
});

test('concatenation and packing', async () => {
  const constants = { one: scalar(1, 'int32'), last: scalar(-1, 'int32'), w: reals([1, 1, 2, 2]) };
  const geometry = { ...WINDOWS, padding: text('SAME'), strides: ints(1, 1, 1, 1) };
  const first = node('Conv2D', 'c', ['x', 'w'], geometry);
  const joined = (axis: string) => node('ConcatV2', 'y', ['x', 'c', 'x', axis], { T: FLOAT, N: int(3) });
  await sameGraph({ constants, nodes: [first, joined('one')] });
  await sameGraph({ constants, nodes: [first, joined('last')] });
  for (const axis of [0, 1, 4]) {
    await sameGraph({
      constants,
      nodes: [first, node('Pack', 'y', ['x', 'c'], { T: FLOAT, N: int(2), axis: int(axis) })],
    });
  }
});

test('padding with another number than zero', async () => {
  const amounts = { shape: [4, 2], dtype: 'int32', data: [0, 0, 1, 2, 0, 1, 0, 0] } as const;
  await single('PadV2', ['p', 'v'], {}, { constants: { p: amounts, v: scalar(-2.5) } });
});

test('mirrored borders', async () => {
  const amounts = { shape: [4, 2], dtype: 'int32', data: [0, 0, 1, 2, 3, 1, 0, 1] } as const;
  for (const mode of ['REFLECT', 'SYMMETRIC'])
    await single('MirrorPad', ['p'], { mode: text(mode) }, { constants: { p: amounts } });
});

test('transposition, slices, splits and other ways to move entries', async () => {
  const input = [1, 5, 4, 3];
  const move = (op: string, others: GraphSpec['constants'], attributes = {}): Promise<unknown> =>
    single(op, Object.keys(others!), attributes, { constants: others!, input });
  for (const order of [
    [0, 3, 1, 2],
    [0, 2, 1, 3],
    [3, 2, 1, 0],
  ])
    await move('Transpose', { p: vector(...order) });
  await move('Slice', { b: vector(0, 1, 2, 0), s: vector(1, 2, -1, 2) });
  const masks = {
    begin_mask: int(0),
    end_mask: int(0),
    ellipsis_mask: int(0),
    new_axis_mask: int(0),
    shrink_axis_mask: int(0),
  };
  const cut = (begin: number[], end: number[], step: number[], changed = {}): Promise<unknown> =>
    move('StridedSlice', { b: vector(...begin), e: vector(...end), s: vector(...step) }, { ...masks, ...changed });
  await cut([0, 1, 0, 0], [1, 5, 4, 2], [1, 2, 1, 1]);
  await cut([0, 1], [0, -1], [1, 1], { begin_mask: int(1), end_mask: int(1) });
  await cut([0, -1, 0], [1, -6, 4], [1, -2, 1]);
  await cut([0, 2, 0], [1, 3, 4], [1, 1, 1], { shrink_axis_mask: int(2) });
  await cut([0, 0, 1], [1, 0, 2], [1, 1, 1], { ellipsis_mask: int(2) });
  await cut([0, 0, 1], [1, 0, 3], [1, 1, 1], { new_axis_mask: int(2) });
  await move('GatherV2', { i: vector(2, 0, 2), a: scalar(2, 'int32') }, { batch_dims: int(0) });
  await move(
    'GatherV2',
    { i: { shape: [2, 2], dtype: 'int32', data: [2, 0, 1, 1] }, a: scalar(3, 'int32') },
    { batch_dims: int(0) },
  );
  await move('ReverseV2', { a: vector(1, 3) });
  await move('Tile', { t: vector(1, 2, 1, 3) });
  await single('BroadcastTo', ['s'], {}, { constants: { s: vector(1, 3, 4, 2) }, input: [1, 1, 4, 1] });
  await single('DepthToSpace', [], { block_size: int(2), data_format: text('NHWC') }, { input: [1, 3, 2, 8] });
});

test('several outputs of one node', async () => {
  const constants = { a: scalar(3, 'int32'), s: vector(1, -1, 2), m: scalar(-1, 'int32') };
  const input = [1, 2, 3, 6];
  const use = (first: ReturnType<typeof node>, count: number): Promise<unknown> => {
    const names = Array.from({ length: count }, (_, at) => (at === 0 ? 'p' : `p:${at}`));
    const nodes = names.map((name, at) => node('Relu', `r${at}`, [name], { T: FLOAT }));
    return sameGraph({ constants, input, nodes: [first, ...nodes], outputs: nodes.map(({ name }) => name) });
  };
  await use(node('Split', 'p', ['a', 'x'], { T: FLOAT, num_split: int(3) }), 3);
  await use(node('SplitV', 'p', ['x', 's', 'm'], { T: FLOAT, num_split: int(3) }), 3);
  await use(node('Unpack', 'p', ['x'], { T: FLOAT, num: int(3), axis: int(2) }), 3);
});

test('resizing with every grid', async () => {
  for (const op of ['ResizeBilinear', 'ResizeNearestNeighbor']) {
    for (const size of [
      [8, 6],
      [3, 9],
      [1, 1],
      [4, 4],
    ]) {
      for (const [corners, half] of [
        [false, false],
        [true, false],
        [false, true],
      ] as const) {
        const attributes = { align_corners: flag(corners), half_pixel_centers: flag(half) };
        await single(op, ['s'], attributes, { constants: { s: vector(...size) }, input: [1, 4, 5, 2] });
      }
    }
  }
});

test('Conv2DBackpropInput', async () => {
  for (const [padding, stride, taps, size] of [
    ['SAME', 2, 3, [8, 10]],
    ['SAME', 2, 3, [7, 9]],
    ['SAME', 1, 3, [4, 5]],
    ['SAME', 3, 2, [12, 15]],
    ['VALID', 2, 3, [9, 11]],
    ['VALID', 2, 3, [10, 12]],
    ['VALID', 1, 2, [5, 6]],
  ] as const) {
    const constants = { s: vector(1, ...size, 4), w: reals([taps, taps, 4, 2]) };
    const geometry = { ...WINDOWS, padding: text(padding), strides: ints(1, stride, stride, 1) };
    await sameGraph({
      constants,
      input: [1, 4, 5, 2],
      nodes: [node('Conv2DBackpropInput', 'y', ['s', 'w', 'x'], geometry)],
    });
  }
});

test('dilated convolutions by way of batches', async () => {
  const pairs = (...data: number[]) => ({ shape: [2, 2], dtype: 'int32', data }) as const;
  const constants = {
    two: vector(2, 2),
    p: pairs(2, 3, 2, 2),
    c: pairs(0, 1, 0, 0),
    w: kernel,
    d: reals([3, 3, 2, 1]),
    b: bias,
  };
  const geometry = { ...WINDOWS, padding: text('VALID'), strides: ints(1, 1, 1, 1) };
  const from = node('SpaceToBatchND', 's', ['x', 'two', 'p'], { T: FLOAT });
  const back = (last: string) => node('BatchToSpaceND', 'y', [last, 'two', 'c'], { T: FLOAT });
  const input = [1, 7, 6, 2];
  await sameGraph({ constants, input, nodes: [from, node('Conv2D', 'k', ['s', 'w'], geometry), back('k')] });
  await sameGraph({
    constants,
    input,
    nodes: [from, node('DepthwiseConv2dNative', 'k', ['s', 'd'], geometry), back('k')],
  });
  const more = [node('BiasAdd', 'a', ['k', 'b'], { T: FLOAT }), node('Relu', 'r', ['a'], { T: FLOAT }), back('r')];
  await sameGraph({ constants, input, nodes: [from, node('Conv2D', 'k', ['s', 'w'], geometry), ...more] });
});

test('products with a transposed input', async () => {
  const attributes = { transpose_a: flag(true), transpose_b: flag(false) };
  await single('MatMul', ['w'], attributes, { constants: { w: reals([4, 3]) }, input: [4, 5] });
});

test('shapes that are computed in the graph', async () => {
  const INT = type('DT_INT32');
  const constants = {
    zero: vector(0),
    one: vector(1),
    first: scalar(0, 'int32'),
    eight: scalar(8, 'int32'),
    four: scalar(4, 'int32'),
  };
  const masks = {
    begin_mask: int(0),
    end_mask: int(0),
    ellipsis_mask: int(0),
    new_axis_mask: int(0),
    shrink_axis_mask: int(1),
  };
  await sameGraph({
    constants,
    nodes: [
      node('Shape', 's', ['x'], { T: FLOAT, out_type: INT }),
      node('StridedSlice', 'b', ['s', 'zero', 'one', 'one'], { ...masks, T: INT, Index: INT }),
      node('FloorDiv', 'two', ['eight', 'four'], { T: INT }),
      node('Mul', 'sixteen', ['eight', 'two'], { T: INT }),
      node('Pack', 'p', ['b', 'two', 'sixteen'], { T: INT, N: int(3), axis: int(0) }),
      node('Reshape', 'y', ['x', 'p'], { T: FLOAT }),
    ],
  });
});

test('an input of whole numbers that is cast', async () => {
  await sameGraph({
    inputType: 'DT_INT32',
    constants: { c: scalar(0.5) },
    nodes: [
      node('Cast', 'f', ['x'], { SrcT: type('DT_INT32'), DstT: FLOAT }),
      node('Mul', 'y', ['f', 'c'], { T: FLOAT }),
    ],
  });
});

const chain: GraphSpec = {
  input: [-1, 4, 4, 2],
  nodes: [
    node('Relu', 'a', ['x'], { T: FLOAT }),
    node('Neg', 'b', ['a'], { T: FLOAT }),
    node('NonMaxSuppressionV5', 'c', ['b']),
  ],
};

test('outputs of the signature, in its order', async () => {
  await sameGraph({ ...chain, outputs: ['b', 'a'] });
});

test('a graph that ends before what is not supported', async () => {
  await sameGraph({ ...chain, nodes: chain.nodes.slice(0, 2) }, { outputs: ['a'] });
  const files = graphFiles(chain);
  assert.throws(
    () => importTfjs(files),
    /node "c" \(NonMaxSuppressionV5\) cannot be used: the operator is not supported; if the network proper ends before it, name the tensors there as outputs;/,
  );
  assert.is(importTfjs(files, { outputs: ['b', 'a:0'] }).outputs.length, 2);
  const signed = graphFiles({ ...chain, outputs: ['b'] });
  assert.is(importTfjs(signed, { outputs: ['out_b'] }).operations.length, 2);
});

test('an input whose size is open takes the size that is given', async () => {
  const spec = { ...chain, nodes: chain.nodes.slice(0, 2), input: [-1, -1, -1, 2] };
  await sameGraph(spec, { inputShape: [1, 3, 5, 2] });
  await sameGraph({ ...spec, outputs: ['b'] }, { inputShape: [1, 3, 5, 2] });
  assert.throws(() => importTfjs(graphFiles(spec)), /axis 1 of its input "x" has no fixed size; give inputShape/);
});
