/** What is refused of layers models, and that it is said plainly: the file, the layer, and why. */
import { importTfjs } from '../../../src/formats/tfjs/index.js';
import { suite } from '../../suite.js';
import { chain, type Document, filled, saved, tfl } from './layers-model.js';
import { says } from './says.js';

const test = suite('tfjs layer refusals');
const { layers } = tfl;
const IMAGE = [7, 6, 3];

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

test('layers that move entries, told to do what cannot be done', async () => {
  const set =
    (field: string, value: unknown): Change =>
    (all) => {
      all[1].config[field] = value;
    };
  const image = (layer: tfl.layers.Layer): tfl.LayersModel => chain(IMAGE, layer);
  await refuseLayers(
    image(layers.permute({ dims: [3, 1, 2] })),
    set('dims', [1, 2, 2]),
    /\[0,1,2,2\] is no order of 4 axes/,
  );
  const cropping = image(
    layers.cropping2D({
      cropping: [
        [1, 1],
        [1, 1],
      ],
    } as never),
  );
  await refuseLayers(
    cropping,
    set('cropping', [
      [4, 3],
      [0, 0],
    ]),
    /it cuts off all of \[1,7,6,3\]/,
  );
  await refuseLayers(
    image(layers.upSampling2d({})),
    set('interpolation', 'bicubic'),
    /must be "nearest" or "bilinear", not "bicubic"/,
  );
  await refuseLayers(image(layers.upSampling2d({})), set('size', [70000, 1]), /must be a whole number from 1 to 65536/);
  const transposed = image(layers.conv2dTranspose({ filters: 2, kernelSize: 3 }));
  await refuseLayers(transposed, set('dilation_rate', [2, 2]), /its dilation_rate must be 1/);
  await refuseLayers(transposed, set('filters', 3), /its weights make 2 outputs, but its "filters" is 3/);
  await refuseLayers(chain([5], layers.repeatVector({ n: 2 })), set('n', 0), /must be a whole number from 1/);
  await refuseLayers(
    image(layers.flatten()),
    (all) => {
      all[1].class_name = 'Multiply';
    },
    /it has 1 inputs, and needs at least 2/,
  );
});
