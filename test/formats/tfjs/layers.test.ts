/** Every layer against TensorFlow.js, which makes the models, saves them and runs them. */
import * as assert from 'uvu/assert';
import { importTfjs } from '../../../src/formats/tfjs/index.js';
import { numbers } from '../../session/random-network.js';
import { suite } from '../../suite.js';
import {
  chain,
  type Document,
  filled,
  near,
  networkOutputs,
  predicted,
  sameLayers,
  saved,
  tf,
  tfl,
} from './layers-model.js';

const test = suite('tfjs layers');
const { layers } = tfl;
const IMAGE = [7, 6, 3];

type Config = Parameters<typeof layers.conv2d>[0];

function conv(config: Partial<Config> = {}): tfl.layers.Layer {
  return layers.conv2d({ filters: 4, kernelSize: 3, ...config } as Config);
}

test('convolutions with every padding, stride and dilation', async () => {
  for (const padding of ['same', 'valid'] as const) {
    await sameLayers(chain(IMAGE, conv({ padding })));
    await sameLayers(chain(IMAGE, conv({ padding, strides: 2, kernelSize: [2, 3] })));
    await sameLayers(chain(IMAGE, conv({ padding, strides: [2, 1], useBias: false })));
    await sameLayers(chain(IMAGE, conv({ padding, dilationRate: 2 })));
  }
});

test('depthwise convolutions with and without a multiplier', async () => {
  for (const padding of ['same', 'valid'] as const) {
    await sameLayers(chain(IMAGE, layers.depthwiseConv2d({ kernelSize: 3, padding })));
    await sameLayers(
      chain(IMAGE, layers.depthwiseConv2d({ kernelSize: [3, 2], padding, depthMultiplier: 2, strides: 2 })),
    );
    await sameLayers(
      chain(IMAGE, layers.depthwiseConv2d({ kernelSize: 3, padding, useBias: false, activation: 'relu6' })),
    );
  }
});

test('separable convolutions', async () => {
  await sameLayers(chain(IMAGE, layers.separableConv2d({ filters: 5, kernelSize: 3, padding: 'same' })));
  const strided = { filters: 4, kernelSize: 3, strides: 2, depthMultiplier: 2, activation: 'relu' } as const;
  await sameLayers(chain(IMAGE, layers.separableConv2d(strided)));
});

test('dense layers, of rows too', async () => {
  await sameLayers(chain([5], layers.dense({ units: 4 })));
  await sameLayers(chain([5], layers.dense({ units: 4, useBias: false, activation: 'relu' })));
  await sameLayers(chain([5], layers.dense({ units: 3, activation: 'softmax' })));
  await sameLayers(chain([4, 5], layers.dense({ units: 3 })));
  await sameLayers(chain(IMAGE, layers.dense({ units: 3 })));
});

test('batch normalization with and without scale and center', async () => {
  await sameLayers(chain(IMAGE, conv(), layers.batchNormalization()));
  await sameLayers(chain(IMAGE, conv(), layers.batchNormalization({ scale: false, epsilon: 0.1 })));
  await sameLayers(chain(IMAGE, layers.batchNormalization({ center: false })));
  await sameLayers(chain([5], layers.batchNormalization({ axis: -1 })));
  await sameLayers(chain(IMAGE, layers.batchNormalization({ axis: 3 })));
});

test('every activation, as a layer and inside others', async () => {
  const kinds = [
    'linear',
    'relu',
    'relu6',
    'hardSigmoid',
    'elu',
    'selu',
    'sigmoid',
    'tanh',
    'softplus',
    'softsign',
  ] as const;
  for (const activation of [...kinds, 'swish', 'mish', 'gelu', 'gelu_new'] as (typeof kinds)[number][]) {
    await sameLayers(chain(IMAGE, layers.activation({ activation })));
    await sameLayers(chain(IMAGE, conv({ activation })));
  }
  await sameLayers(chain([5], layers.activation({ activation: 'softmax' })));
  await sameLayers(chain([5], layers.softmax()));
  await sameLayers(chain(IMAGE, layers.softmax({ axis: 3 })));
});

test('ReLU and its kin', async () => {
  await sameLayers(chain(IMAGE, layers.reLU()));
  await sameLayers(chain(IMAGE, layers.reLU({ maxValue: 6 })));
  await sameLayers(chain(IMAGE, layers.reLU({ maxValue: 1.5 })));
  await sameLayers(chain(IMAGE, layers.leakyReLU()));
  await sameLayers(chain(IMAGE, layers.leakyReLU({ alpha: 0.1 })));
  await sameLayers(chain(IMAGE, layers.prelu({ sharedAxes: [1, 2] } as never)));
  await sameLayers(chain(IMAGE, layers.prelu()));
  await sameLayers(chain(IMAGE, layers.elu()));
});

test('transposed convolutions', async () => {
  for (const padding of ['same', 'valid'] as const) {
    await sameLayers(chain(IMAGE, layers.conv2dTranspose({ filters: 4, kernelSize: 3, padding })));
    await sameLayers(chain(IMAGE, layers.conv2dTranspose({ filters: 4, kernelSize: 4, strides: 2, padding })));
    await sameLayers(
      chain(IMAGE, layers.conv2dTranspose({ filters: 2, kernelSize: [2, 3], strides: 2, padding, useBias: false })),
    );
    await sameLayers(
      chain(IMAGE, layers.conv2dTranspose({ filters: 2, kernelSize: 2, strides: 3, padding, activation: 'relu' })),
    );
  }
});

test('layers that move entries', async () => {
  await sameLayers(chain(IMAGE, layers.permute({ dims: [3, 1, 2] })));
  await sameLayers(chain(IMAGE, layers.permute({ dims: [2, 1, 3] }), conv()));
  await sameLayers(
    chain(
      IMAGE,
      layers.cropping2D({
        cropping: [
          [1, 2],
          [0, 1],
        ],
      } as never),
    ),
  );
  await sameLayers(
    chain(
      IMAGE,
      layers.zeroPadding2d({ padding: 2 }),
      layers.cropping2D({
        cropping: [
          [1, 3],
          [2, 1],
        ],
      } as never),
    ),
  );
  for (const interpolation of ['nearest', 'bilinear'] as const) {
    await sameLayers(chain(IMAGE, layers.upSampling2d({ interpolation } as never)));
    await sameLayers(chain(IMAGE, layers.upSampling2d({ size: [3, 1], interpolation } as never)));
  }
  await sameLayers(chain([5], layers.repeatVector({ n: 3 })));
});

test('an ELU whose factor TensorFlow.js itself does not take', async () => {
  const files = await saved(chain(IMAGE, layers.elu()));
  const document: Document = JSON.parse(files.modelJson);
  document.modelTopology.config.layers[1].config.alpha = 0.5;
  const input = numbers(3)(7 * 6 * 3, 4);
  const [actual] = networkOutputs(importTfjs({ ...files, modelJson: JSON.stringify(document) }), input);
  near(
    actual!,
    input.map((value) => (value < 0 ? Math.expm1(value) / 2 : value)),
  );
});

test('a ReLU with a negative slope, which TensorFlow.js itself ignores, is what Keras makes it', async () => {
  const files = await saved(chain(IMAGE, layers.reLU({ maxValue: 2 })));
  const document: Document = JSON.parse(files.modelJson);
  document.modelTopology.config.layers[1].config.negative_slope = 0.25;
  const network = importTfjs({ ...files, modelJson: JSON.stringify(document) });
  const input = numbers(3)(7 * 6 * 3, 4);
  const [actual] = networkOutputs(network, input);
  near(
    actual!,
    input.map((value) => Math.min(2, value < 0 ? 0.25 * value : value)),
  );
});

test('pools over windows and over everything', async () => {
  for (const padding of ['same', 'valid'] as const) {
    for (const pool of [layers.maxPooling2d, layers.averagePooling2d]) {
      await sameLayers(chain(IMAGE, pool({ padding })));
      await sameLayers(chain(IMAGE, pool({ padding, poolSize: 3, strides: 1 })));
      await sameLayers(chain(IMAGE, pool({ padding, poolSize: [2, 3], strides: [1, 2] })));
    }
  }
  await sameLayers(chain(IMAGE, layers.globalAveragePooling2d({})));
  await sameLayers(chain(IMAGE, layers.globalMaxPooling2d({})));
});

test('zero padding before what takes it in and what does not', async () => {
  const pad = (padding: number | [number, number] | [[number, number], [number, number]]): tfl.layers.Layer =>
    layers.zeroPadding2d({ padding });
  await sameLayers(
    chain(
      IMAGE,
      pad([
        [0, 1],
        [0, 1],
      ]),
      conv({ strides: 2 }),
    ),
  );
  await sameLayers(chain(IMAGE, pad(2), conv({ padding: 'same' })));
  await sameLayers(chain(IMAGE, pad([1, 2]), pad(1), conv({ strides: 2 })));
  await sameLayers(chain(IMAGE, pad(1), layers.maxPooling2d({ poolSize: 3, strides: 2 })));
  await sameLayers(chain(IMAGE, pad(1), layers.averagePooling2d({ poolSize: 3, strides: 2 })));
  await sameLayers(chain(IMAGE, pad(1)));
  await sameLayers(chain(IMAGE, pad(1), layers.reLU(), layers.flatten()));
  await sameLayers(chain(IMAGE, pad(1), layers.batchNormalization()));
});

test('layers that only give entries another shape', async () => {
  await sameLayers(chain(IMAGE, layers.flatten(), layers.dense({ units: 2 })));
  await sameLayers(chain(IMAGE, layers.reshape({ targetShape: [3, 7, 6] }), conv()));
  await sameLayers(chain(IMAGE, layers.reshape({ targetShape: [-1, 9] }), layers.dense({ units: 2 })));
  await sameLayers(chain([12], layers.reshape({ targetShape: [1, 1, 12] }), conv({ kernelSize: 1 })));
});

test('layers that do something only in training', async () => {
  const noise = [
    layers.dropout({ rate: 0.5 }),
    layers.gaussianDropout({ rate: 0.5 }),
    layers.gaussianNoise({ stddev: 1 }),
    layers.alphaDropout({ rate: 0.5 }),
    layers.spatialDropout1d({ rate: 0.5 }),
  ];
  const network = await sameLayers(chain([4, 5], layers.dense({ units: 4 }), ...noise));
  assert.is(network.operations.filter(({ kind }) => kind !== 'reshape').length, 1);
});

function merged(merge: tfl.layers.Layer, branches = 2): tfl.LayersModel {
  const input = tfl.input({ shape: IMAGE });
  const parts = Array.from({ length: branches }, (_, at) =>
    conv({ padding: 'same', dilationRate: at + 1 }).apply(input),
  ) as tfl.SymbolicTensor[];
  return tfl.model({ inputs: input, outputs: merge.apply(parts) as tfl.SymbolicTensor });
}

test('sums, differences and averages', async () => {
  await sameLayers(merged(layers.add()));
  await sameLayers(merged(layers.add(), 3));
  await sameLayers(merged(layers.average()));
  await sameLayers(merged(layers.average(), 3));
});

test('products and extremes', async () => {
  for (const merge of [layers.multiply, layers.maximum, layers.minimum]) {
    await sameLayers(merged(merge()));
    await sameLayers(merged(merge(), 3));
  }
});

test('inputs that are repeated along axes of size one', async () => {
  for (const merge of [layers.multiply, layers.add, layers.maximum]) {
    const input = tfl.input({ shape: IMAGE });
    const pooled = layers.globalAveragePooling2d({}).apply(input) as tfl.SymbolicTensor;
    const gate = layers.reshape({ targetShape: [1, 1, 3] }).apply(pooled) as tfl.SymbolicTensor;
    await sameLayers(tfl.model({ inputs: input, outputs: merge().apply([input, gate]) as tfl.SymbolicTensor }));
    await sameLayers(tfl.model({ inputs: input, outputs: merge().apply([gate, input]) as tfl.SymbolicTensor }));
  }
});

test('concatenation along every axis', async () => {
  await sameLayers(merged(layers.concatenate()));
  for (const axis of [1, 2, 3, -1]) await sameLayers(merged(layers.concatenate({ axis }), 3));
});

test('rescaling of colours', async () => {
  await sameLayers(chain(IMAGE, layers.rescaling({ scale: 1 / 127.5, offset: -1 }), conv()));
});

test('a sequential model, with and without a layer for its input', async () => {
  const bare = tfl.sequential({
    layers: [layers.conv2d({ filters: 2, kernelSize: 3, inputShape: IMAGE }), layers.flatten()],
  });
  await sameLayers(bare);
  const input = tfl.sequential({ layers: [layers.inputLayer({ inputShape: IMAGE }), conv(), layers.reLU()] });
  await sameLayers(input);
});

/** Weights are set in the models inside, which are layers. */
test('models inside models', async () => {
  const block = tfl.sequential({
    layers: [layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same', inputShape: IMAGE }), layers.reLU()],
  });
  const input = tfl.input({ shape: IMAGE });
  const twice = block.apply(block.apply(input) as tfl.SymbolicTensor) as tfl.SymbolicTensor;
  const inner = tfl.model({
    inputs: input,
    outputs: layers.add().apply([twice, input] as tfl.SymbolicTensor[]) as tfl.SymbolicTensor,
  });
  const head = tfl.sequential({ layers: [inner, layers.flatten(), layers.dense({ units: 3, activation: 'softmax' })] });
  await sameLayers(head);
  await sameLayers(chain(IMAGE, inner, conv()));
});

test('a layer that is called several times', async () => {
  const input = tfl.input({ shape: IMAGE });
  const shared = layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same' });
  const once = shared.apply(input) as tfl.SymbolicTensor;
  const twice = shared.apply(once) as tfl.SymbolicTensor;
  await sameLayers(tfl.model({ inputs: input, outputs: layers.add().apply([once, twice]) as tfl.SymbolicTensor }));
});

test('several outputs, in order', async () => {
  const input = tfl.input({ shape: IMAGE });
  const features = conv().apply(input) as tfl.SymbolicTensor;
  const pooled = layers.globalAveragePooling2d({}).apply(features) as tfl.SymbolicTensor;
  await sameLayers(tfl.model({ inputs: input, outputs: [pooled, features] }));
});

test('inner layers as outputs', async () => {
  const model = filled(
    chain(IMAGE, conv({ name: 'features' }), layers.flatten({ name: 'flat' }), layers.dense({ units: 2 })),
  );
  const files = await saved(model);
  const network = importTfjs(files, { outputs: ['flat', 'features'] });
  const inner = tfl.model({
    inputs: model.inputs,
    outputs: ['flat', 'features'].map((name) => model.getLayer(name).output as tfl.SymbolicTensor),
  });
  const input = numbers(1)(7 * 6 * 3);
  const expected = predicted(inner, input, IMAGE);
  networkOutputs(network, input).forEach((values, at) => {
    near(values, expected[at]!);
  });
  assert.throws(() => importTfjs(files, { outputs: ['nothing'] }), /it has no layer "nothing" to be an output\./);
});

test('an input whose size is open takes the size that is given', async () => {
  const network = await sameLayers(chain([null, null, 3] as never, conv()), { inputShape: [1, 7, 6, 3] });
  assert.equal(network.tensors[network.input]!.shape, IMAGE);
});

test('files that Keras wrote: other names for the same things', async () => {
  const model = filled(
    chain(IMAGE, conv({ name: 'c', activation: 'relu' }), layers.flatten(), layers.dense({ units: 2, name: 'd' })),
  );
  const files = await saved(model);
  const document: Document = JSON.parse(files.modelJson);
  const { class_name, config } = document.modelTopology;
  assert.is(class_name, 'Model');
  document.modelTopology = {
    keras_version: '2.4.0',
    backend: 'tensorflow',
    model_config: { class_name: 'Functional', config },
  };
  // An inner cell's name before the weight's own.
  for (const weight of document.weightsManifest[0].weights) weight.name = weight.name.replace('/', '/cell/');
  const input = numbers(1)(7 * 6 * 3);
  const network = importTfjs({ ...files, modelJson: JSON.stringify(document) });
  near(networkOutputs(network, input)[0]!, predicted(model, input, IMAGE)[0]!);
});

test('own classes of layers, when they are described', async () => {
  const files = await saved(filled(chain(IMAGE, conv(), layers.reLU({ name: 'mine' }))));
  const document: Document = JSON.parse(files.modelJson);
  document.modelTopology.config.layers[2].class_name = 'MultiplyBeta';
  const own = { ...files, modelJson: JSON.stringify(document) };
  const customLayers = new Map([['MultiplyBeta', { kind: 'scale', factor: 0.2 } as const]]);
  assert.throws(() => importTfjs(own), /layer "mine" \(MultiplyBeta\) cannot be used: its class is not supported/);
  const input = numbers(1)(7 * 6 * 3);
  const [scaled] = networkOutputs(importTfjs(own, { customLayers }), input);
  const plain = importTfjs(own, { customLayers: new Map([['MultiplyBeta', { kind: 'identity' }]]) });
  near(
    scaled!,
    networkOutputs(plain, input)[0]!.map((value) => 0.2 * value),
  );
  const relu = importTfjs(own, {
    customLayers: new Map([['MultiplyBeta', { kind: 'activation', activation: 'relu' }]]),
  });
  near(
    networkOutputs(relu, input)[0]!,
    networkOutputs(plain, input)[0]!.map((value) => Math.max(0, value)),
  );
  const shuffled = new Map([['MultiplyBeta', { kind: 'depthToSpace', block: 2 } as const]]);
  const before = networkOutputs(plain, input)[0]!;
  const tensor = tf.depthToSpace(tf.tensor4d(before, [1, 5, 4, 4]), 2, 'NHWC');
  near(networkOutputs(importTfjs(own, { customLayers: shuffled }), input)[0]!, Float32Array.from(tensor.dataSync()));
  const wrong = new Map([['MultiplyBeta', { kind: 'scale' } as never]]);
  assert.throws(() => importTfjs(own, { customLayers: wrong }), /customLayers does not describe what it computes\./);
});
