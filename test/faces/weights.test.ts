import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { FACE_RANGES } from '../../src/faces/calibration.js';
import { faceDetector, loadFaceWeights, quantizedFaceDetector, realOutputs } from '../../src/faces/index.js';
import { ModelError } from '../../src/model/errors.js';
import { aQuantizedNetwork } from '../../src/operations/validate-network.js';
import { prepare, readRanges } from '../../src/quantizer/index.js';
import { suite } from '../suite.js';
import { modelDirectory } from './package-files.js';

const test = suite('faces, weights');

const MANIFEST = 'ssd_mobilenetv1_model-weights_manifest.json';
const QUANTIZED = { name: 'a', shape: [2], dtype: 'float32', quantization: { dtype: 'uint8', scale: 0.5, min: -1 } };
const PLAIN = { name: 'b', shape: [1, 1], dtype: 'float32' };
const BYTES = Buffer.concat([Buffer.of(0, 255), Buffer.from(Float32Array.of(2.5).buffer)]);

let directory = '';
test.before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'slalom-faces-'));
});
test.after(() => rm(directory, { recursive: true }));

async function write(manifest: unknown, bytes: Uint8Array = BYTES): Promise<void> {
  await writeFile(join(directory, MANIFEST), typeof manifest === 'string' ? manifest : JSON.stringify(manifest));
  await writeFile(join(directory, 'weights.bin'), bytes);
}

async function refusal(manifest: unknown, bytes?: Uint8Array): Promise<string> {
  await write(manifest, bytes);
  try {
    await loadFaceWeights(directory);
  } catch (error) {
    assert.instance(error, ModelError);
    const { message } = error as ModelError;
    assert.match(message, 'npm install');
    assert.not.match(message, '\n');
    return message;
  }
  throw new Error('accepted');
}

test('8-bit codes mean code * scale + min, other weights are plain floats', async () => {
  await write([{ paths: ['weights.bin'], weights: [QUANTIZED, PLAIN] }]);
  const weights = await loadFaceWeights(directory);
  assert.equal([...weights.get('a')!.values], [-1, 126.5]);
  assert.equal(weights.get('b'), { shape: [1, 1], values: Float32Array.of(2.5) });
});

test('damaged manifests and weights are refused, and the message says what to do', async () => {
  const one = (...weights: unknown[]): unknown => [{ paths: ['weights.bin'], weights }];
  assert.match(await refusal(one(QUANTIZED, PLAIN), BYTES.subarray(0, 5)), 'cut short');
  assert.match(await refusal(one(QUANTIZED, PLAIN), Buffer.alloc(0)), 'cut short');
  assert.match(await refusal(one(QUANTIZED)), 'longer than described');
  assert.match(await refusal('{ not json'), 'it is not JSON');
  assert.match(await refusal({}), 'must be a list');
  assert.match(await refusal(one({ ...QUANTIZED, name: '' }, PLAIN)), '[0].weights[0].name');
  assert.match(await refusal(one({ ...QUANTIZED, shape: [-2] })), 'shape[0] must be a whole number');
  assert.match(await refusal(one({ ...QUANTIZED, shape: [2 ** 20, 2 ** 20, 2 ** 20, 2 ** 20] })), 'cut short');
  assert.match(await refusal(one({ ...QUANTIZED, dtype: 'string' })), 'dtype');
  const infinite = JSON.stringify(one(QUANTIZED, PLAIN)).replace('0.5', '1e999');
  assert.match(await refusal(infinite), 'scale must be a finite number');
  assert.match(await refusal(one(QUANTIZED, { ...PLAIN, name: 'a' })), 'weight a is damaged');
  const nan = Buffer.concat([BYTES.subarray(0, 2), Buffer.of(0, 0, 0xc0, 0x7f)]);
  assert.match(await refusal(one(QUANTIZED, PLAIN), nan), 'weight b is damaged');
  const polluted = JSON.stringify(one(QUANTIZED, PLAIN)).replace('"shape"', '"__proto__":{},"shape"');
  assert.match(await refusal(polluted), '__proto__');
});

test('missing files are refused, and so are files outside the folder', async () => {
  assert.match(await refusal([{ paths: ['absent.bin'], weights: [PLAIN] }]), 'absent.bin cannot be read');
  for (const path of ['../weights.bin', '/etc/hostname', '..', 'a\\b']) {
    assert.match(await refusal([{ paths: [path], weights: [PLAIN] }]), 'outside its folder');
  }
  await loadFaceWeights(join(directory, 'nowhere')).then(
    () => assert.unreachable(),
    (error: unknown) => assert.match((error as ModelError).message, MANIFEST),
  );
});

test('weights of another network are refused', async () => {
  await write([{ paths: ['weights.bin'], weights: [QUANTIZED, PLAIN] }]);
  const weights = await loadFaceWeights(directory);
  assert.throws(
    () => faceDetector(weights),
    /needs the weight MobilenetV1\/Conv2d_0_pointwise\/weights of shape 3 x 3/,
  );
});

test('the committed calibration has a range for every activation, and nothing else', async () => {
  assert.equal(readRanges(FACE_RANGES), FACE_RANGES);
  const network = prepare(faceDetector(await loadFaceWeights(modelDirectory)));
  const heads = new Set([network.input, ...network.outputs]);
  const names = network.tensors.filter((_, id) => !heads.has(id)).map(({ name }) => name);
  assert.equal(
    FACE_RANGES.map(({ tensor }) => tensor),
    names,
  );
});

test('the quantized detector is well formed and always the same', async () => {
  const { network, anchors } = await quantizedFaceDetector(modelDirectory);
  assert.is(aQuantizedNetwork(network), network);
  assert.is(anchors.length, 4 * 5118);
  assert.equal((await quantizedFaceDetector(modelDirectory)).network, network);
  const shapes = network.outputs.map((id) => network.tensors[id]!.shape.join('x'));
  assert.equal(shapes.slice(0, 6), ['32x32x12', '16x16x24', '8x8x24', '4x4x24', '2x2x24', '1x1x24']);
  assert.equal(shapes.slice(6), ['32x32x9', '16x16x18', '8x8x18', '4x4x18', '2x2x18', '1x1x18']);
  const outputs = network.outputs.map((id) => {
    return new Int32Array(network.tensors[id]!.shape.reduce((product, size) => product * size, 1)).fill(2);
  });
  const real = realOutputs(network, outputs);
  const tensor = network.tensors[network.outputs[0]!]!;
  const scales = tensor.kind === 'accumulator' ? tensor.scales : new Float64Array();
  assert.is(real[0]![13], Math.fround(2 * scales[1]!));
  assert.throws(() => realOutputs(network, outputs.slice(1)), /12 outputs, not 11/);
  assert.throws(() => realOutputs(network, outputs.with(0, new Int32Array(3))), /12288 entries, not 3/);
});
