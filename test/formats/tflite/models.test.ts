/** Real models: what they import as, and what they see in real pictures. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { importTflite } from '../../../src/formats/tflite/index.js';
import type { QuantizedNetwork } from '../../../src/model/quantized-network.js';
import type { ActivationTensor } from '../../../src/model/tensor.js';
import { aQuantizedNetwork } from '../../../src/operations/validate-network.js';
import { classify, readLabels } from '../../../src/pictures/classification.js';
import { quantizeInput, readImage, resizeBilinear } from '../../../src/pictures/index.js';
import { noWrapBound } from '../../../src/protocol/certificate.js';
import { evaluate } from '../../../src/reference/evaluate.js';
import { suite } from '../../suite.js';

const test = suite('tflite models');
const shared = fileURLToPath(new URL('../../../../shared/', import.meta.url));

function load(model: string): QuantizedNetwork {
  return importTflite(readFileSync(`${shared}models/${model}.tflite`), model);
}

/** The labels the network finds most probable for a picture. */
async function labelsOf(network: QuantizedNetwork, picture: string, count: number): Promise<string[]> {
  const tensor = network.tensors[network.input] as ActivationTensor;
  const [height, width] = tensor.shape as [number, number];
  const image = await readImage(`${shared}images/${picture}.bmp`);
  const input = quantizeInput(resizeBilinear(image, width, height), tensor);
  const [output] = evaluate(network, Array.from(input, BigInt));
  const labels = readLabels(readFileSync(`${shared}models/imagenet_labels.txt`, 'utf8'));
  assert.is(labels.length, 1001);
  const found = classify(network, network.outputs[0]!, Int32Array.from(output!, Number), labels);
  return found.slice(0, count).map(({ label }) => label.split(',')[0]!);
}

interface Expected {
  readonly linear: number;
  readonly operations: number;
  /** The largest no-wrap bound of any layer. */
  readonly bound: number;
  readonly input: readonly [minimum: number, maximum: number];
}

const MODELS: Readonly<Record<string, Expected>> = {
  'mobilenet_v1_0.25_128_quant': { linear: 28, operations: 31, bound: 1_537_905, input: [-128, 127] },
  'mobilenet_v2_1.0_224_quant': { linear: 53, operations: 66, bound: 8_568_000, input: [-128, 127] },
  'tf2_mobilenet_v2_1.0_224_ptq': { linear: 53, operations: 69, bound: 12_525_090, input: [-127, 128] },
};

if (!existsSync(`${shared}models/mobilenet_v1_0.25_128_quant.tflite`)) {
  test.skip('real models', '../shared/models is not there');
} else {
  for (const [model, expected] of Object.entries(MODELS)) {
    test(`${model} imports as a well-formed network`, () => {
      const network = aQuantizedNetwork(load(model));
      assert.is(network.operations.length, expected.operations);
      const layers = network.operations.filter((operation) => operation.kind === 'linear');
      assert.is(layers.length, expected.linear);
      assert.is(Math.max(...layers.map(({ map }) => noWrapBound(map))), expected.bound);
      const { minimum, maximum, shape } = network.tensors[network.input] as ActivationTensor;
      assert.equal([minimum, maximum], expected.input);
      assert.is(shape[2], 3);
      assert.equal(network.tensors[network.outputs[0]!]!.shape, [1001]);
    });
  }

  test('the small model sees a chickadee', async () => {
    const network = load('mobilenet_v1_0.25_128_quant');
    assert.equal(await labelsOf(network, 'bird', 1), ['chickadee']);
    assert.equal(await labelsOf(network, 'cat', 3), ['tiger cat', 'tabby', 'Egyptian cat']);
  });

  // The definition, in big integers: minutes on a busy machine.
  const limitMs = 600_000;

  test.long(
    'the uint8 model sees an Egyptian cat',
    async () => {
      assert.equal(await labelsOf(load('mobilenet_v2_1.0_224_quant'), 'cat', 1), ['Egyptian cat']);
    },
    limitMs,
  );

  test.long(
    'the int8 model with one scale per channel sees a dragonfly',
    async () => {
      assert.equal(await labelsOf(load('tf2_mobilenet_v2_1.0_224_ptq'), 'dragonfly', 1), ['dragonfly']);
    },
    limitMs,
  );
}
