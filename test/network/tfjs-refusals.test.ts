/** What is refused, and that it is said plainly: the file, the layer or node, and why. */
import * as assert from 'uvu/assert';
import { ModelError } from '../../src/network/errors.js';
import { importTfjs } from '../../src/network/tfjs/index.js';
import { suite } from '../suite.js';
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
} from './tfjs/graph-model.js';
import { chain, type Document, filled, saved, tfl } from './tfjs/layers-model.js';

const test = suite('tfjs refusals');
const { layers } = tfl;
const IMAGE = [7, 6, 3];

function says(action: () => unknown, sentence: RegExp): void {
  assert.throws(action, (error: unknown) => {
    assert.instance(error, ModelError);
    const { message } = error as Error;
    assert.match(message, sentence);
    assert.match(message, /^model cannot be used: .*\.$/);
    assert.not.match(message, /undefined|\[object|NaN/);
    return true;
  });
}

type Change = (layers: Document[], whole: Document) => void;

async function refuseLayers(model: tfl.LayersModel, change: Change, sentence: RegExp): Promise<void> {
  const files = await saved(filled(model));
  const document: Document = JSON.parse(files.modelJson);
  change(document.modelTopology.config.layers, document);
  says(() => importTfjs({ modelJson: JSON.stringify(document), weights: files.weights }), sentence);
}

const convolution = (): tfl.LayersModel => chain(IMAGE, layers.conv2d({ filters: 4, kernelSize: 3, name: 'c' }));

test('layers whose configuration cannot be used', async () => {
  const set =
    (field: string, value: unknown): Change =>
    (all) => {
      all[1].config[field] = value;
    };
  const where = /^model cannot be used: layer "c" \(Conv2D\) cannot be used: /;
  const cases: [Change, RegExp][] = [
    [set('data_format', 'channels_first'), /its data_format is "channels_first"; only channels_last is supported/],
    [set('padding', 'causal'), /"padding" of the layer "c" must be "valid" or "same", not "causal"/],
    [set('strides', [0, 1]), /"strides" of the layer "c"\[0\] must be a whole number from 1/],
    [set('strides', [1]), /its "strides" must have two entries/],
    [set('groups', 2), /it has 2 groups, which TensorFlow\.js does not support/],
    [set('kernel_size', [3, 2]), /its kernel has shape \[3,3,3,4\], but its kernel_size is \[3,2\]/],
    [set('filters', 5), /its weights make 4 outputs, but its "filters" is 5/],
    [set('filters', undefined), /the layer "c" has no "filters"/],
    [set('activation', 'cube'), /the activation "cube" is not supported; supported are elu, exponential/],
    [set('use_bias', 'yes'), /"use_bias" of the layer "c" must be boolean/],
  ];
  for (const [change, sentence] of cases) {
    await refuseLayers(convolution(), change, sentence);
    await refuseLayers(convolution(), change, where);
  }
});

test("layers of other classes, and other layers' own limits", async () => {
  const rename =
    (kind: string): Change =>
    (all) => {
      all[1].class_name = kind;
    };
  await refuseLayers(
    convolution(),
    rename('Lambda'),
    /layer "c" \(Lambda\) cannot be used: its class is not supported; supported are Activation, /,
  );
  await refuseLayers(convolution(), rename('LSTM'), /\(LSTM\).* and what customLayers describes\./);
  await refuseLayers(convolution(), rename('__proto__'), /\(__proto__\) cannot be used: its class is not supported/);
  const relu = chain(IMAGE, layers.reLU({ name: 'r' }));
  await refuseLayers(
    relu,
    (all) => {
      all[1].config.threshold = 1;
    },
    /its threshold is 1; it jumps there/,
  );
  await refuseLayers(
    relu,
    (all) => {
      all[1].config.max_value = -1;
    },
    /its range \[0, -1\] is empty/,
  );
  await refuseLayers(
    chain(IMAGE, layers.softmax({ name: 's' })),
    (all) => {
      all[1].config.axis = 1;
    },
    /its axis is 1, and only the last is supported/,
  );
  await refuseLayers(
    chain(IMAGE, layers.batchNormalization({ name: 'b' })),
    (all) => {
      all[1].config.axis = [1];
    },
    /its axis is 1/,
  );
  await refuseLayers(
    chain(IMAGE, layers.batchNormalization({ name: 'b' })),
    (all) => {
      all[1].config.epsilon = -9;
    },
    /its variance is not positive/,
  );
  await refuseLayers(
    chain(IMAGE, layers.flatten()),
    (all) => {
      all[1].config.data_format = 'channels_first';
    },
    /only channels_last/,
  );
  await refuseLayers(
    chain(IMAGE, layers.reshape({ targetShape: [126] })),
    (all) => {
      all[1].config.target_shape = [125];
    },
    /it makes \[125\] of \[7,6,3\]/,
  );
  await refuseLayers(
    chain(IMAGE, layers.zeroPadding2d()),
    (all) => {
      all[1].config.padding = [1];
    },
    /its "padding" must have two entries/,
  );
  await refuseLayers(
    chain(IMAGE, layers.zeroPadding2d()),
    (all) => {
      all[1].config.padding = [[1], 1];
    },
    /its "padding" is not made of pairs/,
  );
  await refuseLayers(
    chain([5], layers.dense({ units: 2 })),
    (all) => {
      all[1].class_name = 'GlobalAveragePooling2D';
    },
    /its input has shape \[1,5\], and four axes are needed/,
  );
  await refuseLayers(
    chain([5], layers.dense({ units: 2 })),
    (all) => {
      all[1].class_name = 'MaxPooling2D';
    },
    /only images \[1, rows, columns, channels\] are supported/,
  );
});

test('weights that do not fit their layers', async () => {
  const weight =
    (at: number, change: (entry: Document) => void): Change =>
    (_, whole) =>
      change(whole.weightsManifest[0].weights[at]);
  await refuseLayers(
    convolution(),
    weight(0, (entry) => {
      entry.name = 'other';
    }),
    /its weight "c\/kernel" is missing/,
  );
  await refuseLayers(
    convolution(),
    weight(0, (entry) => {
      entry.dtype = 'int32';
    }),
    /the constant "c\/kernel" is of type int32, not of real numbers/,
  );
  await refuseLayers(
    convolution(),
    weight(0, (entry) => {
      entry.shape = [9, 12];
    }),
    /the kernel "c\/kernel" has shape \[9,12\], and four axes are needed/,
  );
  await refuseLayers(
    convolution(),
    weight(0, (entry) => {
      entry.shape = [3, 3, 1, 12];
    }),
    /its weights make 12 outputs/,
  );
  await refuseLayers(
    convolution(),
    weight(1, (entry) => {
      entry.quantization = { dtype: 'float16' };
    }),
    /are described; get the files again/,
  );
  const files = await saved(filled(convolution()));
  const view = new DataView(files.weights.buffer);
  view.setFloat32(8, Number.NaN, true);
  says(() => importTfjs(files), /the constant "c\/kernel" holds numbers that are not finite/);
});

test('topologies that make no sense', async () => {
  const model =
    (change: (config: Document, topology: Document) => void): Change =>
    (_, whole) =>
      change(whole.modelTopology.config, whole.modelTopology);
  const cases: [Change, RegExp][] = [
    [
      model((_, topology) => {
        topology.class_name = 'Graph';
      }),
      /its class "Graph" is not one of Model, Functional, Sequential/,
    ],
    [
      model((_, topology) => {
        delete topology.config;
      }),
      /the model has no "config"/,
    ],
    [
      model((config) => {
        config.layers = 1;
      }),
      /"layers" of the model must be a list/,
    ],
    [
      model((config) => {
        delete config.output_layers;
      }),
      /the model has no "output_layers"/,
    ],
    [
      model((config) => {
        config.output_layers = [['nothing', 0, 0]];
      }),
      /there is no layer "nothing"/,
    ],
    [
      model((config) => {
        config.output_layers = [['c', 1, 0]];
      }),
      /the layer "c" has no call number 1/,
    ],
    [
      model((config) => {
        config.output_layers = [['c', 0, 1]];
      }),
      /the layer "c" has no output number 1/,
    ],
    [
      model((config) => {
        config.input_layers = [];
      }),
      /it has 0 inputs, and only models with one are supported/,
    ],
    [
      model((config) => {
        config.input_layers = [['nothing', 0, 0]];
      }),
      /its input "nothing" is none of its layers/,
    ],
    [
      model((config) => {
        config.layers[1].name = config.layers[0].name;
      }),
      /two layers are called /,
    ],
    [
      model((config) => {
        config.layers[1].inbound_nodes = [[['c', 0, 0, {}]]];
      }),
      /its graph has a cycle/,
    ],
    [
      model((config) => {
        config.layers[1].inbound_nodes = [{ args: [] }];
      }),
      /a form of Keras 3 that TensorFlow\.js does not read/,
    ],
    [
      model((config) => {
        config.layers[1].inbound_nodes = [[['c', -1, 0]]];
      }),
      /names no layer, call and output/,
    ],
    [
      model((config) => {
        config.layers[1].inbound_nodes = [[]];
      }),
      /it has 0 inputs, and needs 1/,
    ],
    [
      model((config) => {
        delete config.layers[1].class_name;
      }),
      /a layer has no "class_name"/,
    ],
    [
      model((config) => {
        config.layers[0].config.batch_input_shape = [null, null, 6, 3];
      }),
      /axis 1 of its input "input.*" has no fixed size; give inputShape/,
    ],
    [
      model((config) => {
        config.layers[0].config.batch_input_shape = [2, 7, 6, 3];
      }),
      /its input has batch size 2, and only 1 is supported/,
    ],
    [
      model((config) => {
        delete config.layers[0].config.batch_input_shape;
      }),
      /has no known shape; give inputShape/,
    ],
  ];
  for (const [change, sentence] of cases) await refuseLayers(convolution(), change, sentence);
  await refuseLayers(
    tfl.sequential({ layers: [layers.flatten({ inputShape: IMAGE })] }),
    (all) => {
      all.length = 0;
    },
    /it has no layers/,
  );
  const two = tfl.input({ shape: IMAGE });
  const other = tfl.input({ shape: IMAGE });
  const sum = layers.add().apply([two, other]) as tfl.SymbolicTensor;
  await refuseLayers(
    tfl.model({ inputs: [two, other], outputs: sum }),
    () => {},
    /it has 2 inputs, and only models with one are supported/,
  );
  const files = await saved(convolution());
  says(() => importTfjs(files, { inputShape: [1, 7, 6, 4] }), /inputShape says 4 for axis 3 of its input, the file 3/);
  says(() => importTfjs(files, { inputShape: [1, 7, 6] }), /inputShape has 3 axes, but its input "input.*" has 4/);
  says(() => importTfjs(files, { outputs: [] }), /no outputs are asked for/);
});

test('models inside models that call each other without end', async () => {
  const files = await saved(chain(IMAGE, layers.reLU()));
  const document: Document = JSON.parse(files.modelJson);
  const config = document.modelTopology.config;
  for (let depth = 0; depth < 20; depth++) {
    const inner = JSON.parse(JSON.stringify(config));
    const [input] = config.layers;
    const call = (name: string, from: string, at: number) => ({
      name,
      class_name: 'Model',
      config: inner,
      inbound_nodes: [[[from, at, 0, {}]]],
    });
    config.layers = [input, call('a', input.name, 0), call('b', 'a', 1)];
    config.output_layers = [['b', 1, 0]];
    if (depth < 14) continue;
    break;
  }
  says(() => importTfjs({ ...files, modelJson: JSON.stringify(document) }), /it has more than 16384 layers/);
});

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
