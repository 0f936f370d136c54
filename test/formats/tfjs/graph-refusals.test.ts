/** What is refused of graph models, and that it is said plainly: the file, the node, and why. */
import { importTfjs } from '../../../src/formats/tfjs/index.js';
import { suite } from '../../suite.js';
import {
  flag,
  type GraphSpec,
  graphDocument,
  int,
  ints,
  node,
  real,
  reals,
  scalar,
  text,
  texts,
  type,
  vector,
} from './graph-model.js';
import type { Document } from './layers-model.js';
import { says } from './says.js';

const test = suite('tfjs graph refusals');
const FLOAT = type('DT_FLOAT');

function refuseGraph(spec: GraphSpec, sentence: RegExp, change: (document: Document) => void = () => {}): void {
  const { document, weights } = graphDocument(spec);
  change(document);
  says(() => importTfjs({ modelJson: JSON.stringify(document), weights }), sentence);
}

const one = (
  op: string,
  inputs: readonly string[],
  attributes = {},
  constants: GraphSpec['constants'] = {},
): GraphSpec => ({
  nodes: [node(op, 'y', inputs, { T: FLOAT, ...attributes })],
  constants,
});

test('operators that are not supported, and what is said of them', () => {
  refuseGraph(
    one('ArgMax', ['x']),
    /node "y" \(ArgMax\) cannot be used: the operator is not supported; if the network proper ends before it, name the tensors there as outputs; supported are Abs, /,
  );
  refuseGraph(
    one('While', ['x']),
    /control flow is not supported; export the model without it; or, if the network proper ends/,
  );
  refuseGraph(one('PartitionedCall', ['x']), /functions are not supported/);
  refuseGraph(one('constructor', ['x']), /\(constructor\) cannot be used: the operator is not supported/);
});

test('nodes whose attributes or inputs cannot be used', () => {
  const w = {
    w: reals([3, 3, 2, 4]),
    b: reals([4]),
    m: reals([32, 2]),
    axes: vector(1, 3),
    p: { shape: [4, 2], dtype: 'int32', data: [0, 0, 1, 1, 1, 1, 1, 0] },
  } as const;
  const geometry = { strides: ints(1, 1, 1, 1), padding: text('SAME') };
  const cases: [GraphSpec, RegExp][] = [
    [
      one('Conv2D', ['x', 'w'], { ...geometry, data_format: text('NCHW') }, w),
      /its data_format is "NCHW"; only NHWC is supported/,
    ],
    [one('Conv2D', ['x', 'w'], { padding: text('SAME') }, w), /its attribute "strides" is missing/],
    [
      one('Conv2D', ['x', 'w'], { ...geometry, strides: ints(2, 1, 1, 1) }, w),
      /its attribute "strides" is \[2,1,1,1\]/,
    ],
    [
      one('Conv2D', ['x', 'w'], { ...geometry, strides: ints(1, 0, 1, 1) }, w),
      /its attribute "strides" is \[1,0,1,1\]/,
    ],
    [one('Conv2D', ['x', 'w'], { ...geometry, padding: text('FULL') }, w), /its padding is "FULL"/],
    [one('Conv2D', ['x', 'w'], { ...geometry, padding: { s: '%%%' } }, w), /one of its attributes is not in base64/],
    [
      one(
        'Conv2D',
        ['x', 'w'],
        { ...geometry, padding: text('EXPLICIT'), explicit_paddings: ints(1, 0, 0, 0, 0, 0, 0, 0) },
        w,
      ),
      /its explicit_paddings are/,
    ],
    [
      one(
        'Conv2D',
        ['x', 'w'],
        { ...geometry, padding: text('EXPLICIT'), explicit_paddings: ints(0, 0, -1, 0, 0, 0, 0, 0) },
        w,
      ),
      /its explicit_paddings are/,
    ],
    [one('Conv2D', ['x', 'x'], geometry), /its input "x" must be a constant, but it is computed/],
    [one('Conv2D', ['x'], geometry), /input 1 is missing/],
    [one('Conv2D', ['x', 'm'], geometry, w), /the kernel "m" has shape \[32,2\], and four axes are needed/],
    [
      one('_FusedConv2D', ['x', 'w', 'b'], { ...geometry, fused_ops: texts('Relu') }, w),
      /its fused_ops are "Relu", and the first must be BiasAdd/,
    ],
    [
      one('_FusedConv2D', ['x', 'w', 'b'], { ...geometry, fused_ops: texts('BiasAdd', 'Cube') }, w),
      /the activation "Cube" is not supported/,
    ],
    [
      one('_FusedConv2D', ['x', 'w', 'b'], { ...geometry, fused_ops: texts('BiasAdd', 'Relu', 'Relu') }, w),
      /it has 3 fused_ops/,
    ],
    [
      one('_FusedConv2D', ['x', 'w', 'm'], { ...geometry, fused_ops: texts('BiasAdd') }, w),
      /the bias "m" has shape \[32,2\], and 4 entries are needed/,
    ],
    [one('MatMul', ['x', 'm'], {}, w), /its matrix takes 32 inputs, but its input has shape \[1,4,4,2\]/],
    [one('MatMul', ['x', 'w'], {}, w), /the matrix "w" has shape \[3,3,2,4\], and two axes are needed/],
    [one('Mean', ['x', 'b'], {}, w), /the constant "b" is of type float32, not of whole numbers/],
    [one('MaxPool', ['x'], { ...geometry, ksize: ints(1, 70000, 1, 1) }), /its attribute "ksize" is/],
    [one('Pad', ['x', 'p'], {}, w), /only rows and columns can be padded/],
    [one('Pad', ['x', 'm'], {}, w), /the constant "m" is of type float32/],
    [one('Add', ['x', 'b'], {}, w), /its inputs have shapes \[1,4,4,2\] and \[4\], which do not fit/],
    [one('RealDiv', ['x', 'b'], {}, { b: scalar(0) }), /its constants make numbers that are not finite/],
    [one('Mul', ['x', 'b'], {}, { b: scalar(1, 'int32') }), /the constant "b" is of type int32/],
    [one('Reshape', ['x', 'b'], {}, { b: vector(3, 3) }), /it makes \[3,3\] of \[1,4,4,2\]/],
    [one('Squeeze', ['x'], { squeeze_dims: ints(1) }), /axis 1 of its input is not of size 1/],
    [one('ExpandDims', ['x', 'b'], {}, { b: scalar(9, 'int32') }), /there is no axis 9/],
    [one('Cast', ['x'], { DstT: type('DT_INT32') }), /only a cast to real numbers is supported/],
    [
      one('FusedBatchNorm', ['x', 'b', 'b', 'b', 'b'], { is_training: flag(true) }, { b: reals([2]) }),
      /it is in training mode/,
    ],
    [
      one('FusedBatchNorm', ['x', 'b', 'b', 'b', 'b'], { is_training: flag(false) }, w),
      /it has 4 parameters for 2 channels/,
    ],
    [one('LeakyRelu', ['x'], { alpha: { f: 'NaN' } }), /its slope is/],
    [one('ClipByValue', ['x', 'b', 'b'], {}, { b: scalar(1) }), /its range \[1, 1\] is empty or a single number/],
    [one('TopKV2', ['x']), /the operator is not supported/],
    [one('Relu', ['x:1']), /there is no output 1 of the node "x"/],
    [one('Relu', ['nothing']), /node "y" reads "nothing", which is no node/],
    [{ ...one('Relu', ['y']), outputs: ['y'] }, /its graph has a cycle/],
    [one('Relu', ['y']), /it has no outputs/],
    [{ nodes: [node('Relu', 'b', ['b'])], constants: { b: reals([2]) } }, /two nodes are called "b"/],
    [
      { nodes: [node('Neg', 'y', ['b'])], constants: { b: reals([2]) }, outputs: ['y'] },
      /its outputs depend on 0 inputs, and only models with one are supported/,
    ],
    [{ nodes: [node('Placeholder', 'z'), node('Add', 'y', ['x', 'z'])] }, /its outputs depend on 2 inputs/],
    [{ nodes: [node('Relu', 'y', ['x'])], outputs: ['z'] }, /its signature reads "z", which is no node/],
  ];
  for (const [spec, sentence] of cases) refuseGraph(spec, sentence);
});

test('operators that move entries, told to do what cannot be done', () => {
  const cut = {
    begin_mask: int(0),
    end_mask: int(0),
    ellipsis_mask: int(0),
    new_axis_mask: int(0),
    shrink_axis_mask: int(0),
  };
  const pairs = (...data: number[]) => ({ shape: [data.length / 2, 2], dtype: 'int32', data }) as const;
  const lists = (b: number[], e: number[], s: number[]) => ({ b: vector(...b), e: vector(...e), s: vector(...s) });
  const w = {
    w: reals([3, 3, 2, 2]),
    s: vector(1, 8, 8, 2),
    p: pairs(0, 0, 0, 0),
    two: vector(2, 2),
    three: vector(3, 3),
  };
  const geometry = { strides: ints(1, 2, 2, 1), padding: text('SAME') };
  const back = (attributes: object, constants = {}) =>
    one('Conv2DBackpropInput', ['s', 'w', 'x'], { ...geometry, ...attributes }, { ...w, ...constants });
  const cases: [GraphSpec, RegExp][] = [
    [one('Transpose', ['x', 'p'], {}, { p: vector(0, 1, 2) }), /\[0,1,2\] is no order of 4 axes/],
    [one('Transpose', ['x', 'p'], {}, { p: vector(0, 1, 1, 2) }), /\[0,1,1,2\] is no order of 4 axes/],
    [one('StridedSlice', ['x', 'b', 'e', 's'], cut, lists([0], [1, 2], [1])), /its lists differ in length/],
    [one('StridedSlice', ['x', 'b', 'e', 's'], cut, lists([0], [0], [1])), /its result is empty/],
    [one('StridedSlice', ['x', 'b', 'e', 's'], cut, lists([0], [1], [0])), /its step is 0/],
    [
      one('StridedSlice', ['x', 'b', 'e', 's'], { ...cut, shrink_axis_mask: int(1) }, lists([7], [8], [1])),
      /it takes place 7 of an axis of size 1/,
    ],
    [
      one('StridedSlice', ['x', 'b', 'e', 's'], { ...cut, ellipsis_mask: int(3) }, lists([0, 0], [1, 1], [1, 1])),
      /it has two ellipses/,
    ],
    [
      one('StridedSlice', ['x', 'b', 'e', 's'], cut, lists([0, 0, 0, 0, 0], [1, 1, 1, 1, 1], [1, 1, 1, 1, 1])),
      /it cuts 5 axes of \[1,4,4,2\]/,
    ],
    [one('Slice', ['x', 'b', 'e'], {}, lists([0, 0], [1, 1], [])), /it does not fit \[1,4,4,2\]/],
    [one('Slice', ['x', 'b', 'e'], {}, lists([0, 3, 0, 0], [1, 2, 1, 1], [])), /it takes more than \[1,4,4,2\] has/],
    [
      one('Split', ['a', 'x'], { num_split: int(3) }, { a: scalar(1, 'int32') }),
      /cannot be used: "the result" has an axis of size/,
    ],
    [one('Split', ['a', 'x'], { num_split: int(0) }, { a: scalar(1, 'int32') }), /it splits into 0 parts/],
    [
      one('SplitV', ['x', 's', 'a'], {}, { s: vector(1, 1), a: scalar(1, 'int32') }),
      /it splits axis 1 of \[1,4,4,2\] into \[1,1\]/,
    ],
    [
      one('GatherV2', ['x', 'i', 'a'], {}, { i: vector(4), a: scalar(1, 'int32') }),
      /it takes places beyond an axis of size 4/,
    ],
    [one('GatherV2', ['x', 'i', 'a'], {}, { i: reals([1]), a: scalar(1, 'int32') }), /its places are of type float32/],
    [one('Tile', ['x', 't'], {}, { t: vector(1, 0, 1, 1) }), /it repeats \[1,4,4,2\] \[1,0,1,1\] times/],
    [one('BroadcastTo', ['x', 's'], {}, { s: vector(1, 4, 4, 3) }), /it cannot make \[1,4,4,3\] of \[1,4,4,2\]/],
    [
      one('MirrorPad', ['x', 'p'], { mode: text('REFLECT') }, { p: pairs(0, 0, 4, 0, 0, 0, 0, 0) }),
      /it mirrors 4 entries of an axis of size 4/,
    ],
    [one('MirrorPad', ['x', 'p'], { mode: text('WRAP') }, { p: pairs(0, 0, 1, 0, 0, 0, 0, 0) }), /its mode is "WRAP"/],
    [one('MirrorPad', ['x', 'p'], {}, w), /its amounts have shape \[2,2\]/],
    [
      one('DepthToSpace', ['x'], { block_size: int(2) }),
      /its input has 2 channels, which blocks of 2 x 2 do not divide/,
    ],
    [
      one('SpaceToDepth', ['x'], { block_size: int(3) }),
      /its input has 4 x 4 pixels, which blocks of 3 x 3 do not divide/,
    ],
    [one('ResizeBilinear', ['x', 's'], {}, { s: vector(0, 4) }), /its size is \[0,4\]/],
    [one('ResizeBilinear', ['x', 's'], {}, { s: vector(4, 4, 4) }), /its size is not \[rows, columns\]/],
    [
      one(
        'ResizeNearestNeighbor',
        ['x', 's'],
        { align_corners: flag(true), half_pixel_centers: flag(true) },
        { s: vector(4, 4) },
      ),
      /it both aligns corners and has half pixels/,
    ],
    [back({ dilations: ints(1, 2, 2, 1) }), /its dilations must be 1/],
    [back({}, { s: vector(1, 9, 8, 2) }), /its result of 9 places is not made of 4/],
    [back({}, { w: reals([3, 3, 2, 3]) }), /its kernel \[3,3,2,3\] does not fit an input with 2 channels/],
    [
      {
        ...one('Relu', ['b']),
        constants: w,
        nodes: [node('SpaceToBatchND', 'b', ['x', 'two', 'p']), node('Mean', 'y', ['b', 'two'])],
      },
      /it reads blocks of a SpaceToBatchND, which is supported for convolutions/,
    ],
    [
      {
        constants: w,
        nodes: [node('SpaceToBatchND', 'b', ['x', 'two', 'p']), node('Conv2D', 'y', ['b', 'w'], geometry)],
      },
      /its padding must be VALID, and its strides and dilations 1/,
    ],
    [one('SpaceToBatchND', ['x', 'two', 'p'], {}, w), /its output "y" is dealt out to batches by a SpaceToBatchND/],
    [one('SpaceToBatchND', ['x', 'three', 'p'], {}, w), /its blocks \[3,3\] do not divide \[1,4,4,2\]/],
    [one('BatchToSpaceND', ['x', 'two', 'p'], {}, w), /only supported behind a SpaceToBatchND with the same blocks/],
    [one('Pow', ['x', 'x']), /its input "x" must be a constant, but it is computed/],
    [one('Maximum', ['x', 'c'], {}, { c: reals([2]) }), /its constant must be a single number/],
  ];
  for (const [spec, sentence] of cases) refuseGraph(spec, sentence);
});

test('graphs whose parts are missing', () => {
  const plain = one('Relu', ['x']);
  const topology = (change: (topology: Document, whole: Document) => void) => (document: Document) =>
    change(document.modelTopology, document);
  refuseGraph(
    plain,
    /its input "x" has no known shape; give inputShape/,
    topology(({ node: nodes }) => {
      delete nodes[0].attr.shape;
    }),
  );
  refuseGraph(
    plain,
    /its input "x" has no known shape/,
    topology(({ node: nodes }) => {
      nodes[0].attr.shape = { shape: { unknownRank: true } };
    }),
  );
  refuseGraph(
    plain,
    /"node" of its topology must be a list/,
    topology((whole) => {
      whole.node = {};
    }),
  );
  refuseGraph(
    plain,
    /a node has no "name"/,
    topology(({ node: nodes }) => {
      delete nodes[1].name;
    }),
  );
  refuseGraph(
    plain,
    /the node "y" has no "op"/,
    topology(({ node: nodes }) => {
      delete nodes[1].op;
    }),
  );
  refuseGraph(
    plain,
    /"input" of the node "y" must be a list/,
    topology(({ node: nodes }) => {
      nodes[1].input = 'x';
    }),
  );
  refuseGraph(
    plain,
    /"attr" of the node "y" must be an object/,
    topology(({ node: nodes }) => {
      nodes[1].attr = [1];
    }),
  );
  refuseGraph(
    plain,
    /its signature has a wrong entry "y"/,
    topology((_, whole) => {
      whole.signature = { outputs: { y: 1 } };
    }),
  );
  refuseGraph(
    plain,
    /it has no outputs/,
    topology((whole) => {
      whole.node = [];
    }),
  );
  const constant = { ...one('Add', ['x', 'c']), constants: { c: reals([2]) } };
  refuseGraph(constant, /node "c" \(Const\) cannot be used: its numbers are not among the weights/, (document) => {
    document.weightsManifest[0].weights[0].name = 'd';
  });
  const attributes = one('LeakyRelu', ['x'], { alpha: real(0.1) });
  refuseGraph(
    attributes,
    /must be/,
    topology(({ node: nodes }) => {
      nodes[1].attr.alpha.f = [];
    }),
  );
  refuseGraph({ nodes: [node('Pack', 'y', ['x'], { axis: int(9) })] }, /there is no axis 9/);
});
