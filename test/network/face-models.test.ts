/** The networks of face-api that look at one face, and its small detector, against the package's own code. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { relativeDifference } from '../../bench/published/agreement.js';
import { coloursTensor, withWeights } from '../../bench/published/faces.js';
import { type FaceApi, values } from '../../bench/published/tfjs.js';
import { ModelError } from '../../src/network/errors.js';
import { decodeTinyFaces, importFaceModel } from '../../src/network/faces/index.js';
import { evaluateFloat } from '../../src/network/float/index.js';
import { modelDirectory } from '../faces/package-files.js';
import { seededRandomness } from '../seeded-randomness.js';
import { suite } from '../suite.js';

const test = suite('face models');

/** Both compute in float32, in other orders. */
const LARGEST_DIFFERENCE = 1e-4;
const LIMIT_MS = 400_000;

const manifest = (model: string): string => `${model}_model-weights_manifest.json`;
const fromPackage = (name: string): Promise<Uint8Array> => readFile(join(modelDirectory, name));

/** Random colours, less the mean, over 255: what the networks take. */
function noise(side: number, mean: readonly number[]): Float32Array {
  const bytes = new Uint8Array(3 * side * side);
  seededRandomness(20181013).fill(bytes);
  return Float32Array.from(bytes, (byte, at) => (byte - mean[at % 3]!) / 255);
}

async function compare(
  model: string,
  side: number,
  mean: readonly number[],
  theirs: (api: FaceApi, input: Float32Array) => Promise<Float32Array[]>,
): Promise<void> {
  const { network } = await importFaceModel(manifest(model), fromPackage);
  const input = noise(side, mean);
  const { api } = await withWeights(manifest(model), (nets) => ({
    ...nets.faceRecognitionNet,
    loadFromWeightMap() {},
  }));
  const expected = await theirs(api, input);
  const found = evaluateFloat(network, input);
  const difference = relativeDifference(
    expected,
    network.outputs.map((id) => found[id]!),
  );
  assert.ok(difference <= LARGEST_DIFFERENCE, `${model} differs by ${difference}`);
}

const MEAN = [122.782, 117.001, 104.298];

test(
  'expressions',
  () =>
    compare('face_expression', 112, MEAN, async (_, input) => {
      const { api, net } = await withWeights(manifest('face_expression'), (nets) => nets.faceExpressionNet);
      return values(net.runNet(await api.toNetInput(coloursTensor(api, input, 112, MEAN))));
    }),
  LIMIT_MS,
);

test(
  'age and gender',
  () =>
    compare('age_gender', 112, MEAN, async (_, input) => {
      const { api, net } = await withWeights(manifest('age_gender'), (nets) => nets.ageGenderNet);
      const { age, gender } = net.runNet(await api.toNetInput(coloursTensor(api, input, 112, MEAN)));
      return values([age, gender]);
    }),
  LIMIT_MS,
);

test(
  'descriptors',
  () =>
    compare('face_recognition', 150, MEAN, async (_, input) => {
      const { api, net } = await withWeights(manifest('face_recognition'), (nets) => nets.faceRecognitionNet);
      return values(await net.forward(coloursTensor(api, input, 150, MEAN)));
    }),
  LIMIT_MS,
);

const TINY_MEAN = [117.001, 114.697, 97.404];

test(
  'the small detector',
  () =>
    compare('tiny_face_detector', 416, TINY_MEAN, async (_, input) => {
      const { api, net } = await withWeights(manifest('tiny_face_detector'), (nets) => nets.tinyFaceDetector);
      return values(await net.forward(coloursTensor(api, input, 416, TINY_MEAN), 416));
    }),
  LIMIT_MS,
);

test('a box of the small detector is where its cell says', () => {
  const output = new Float32Array(13 * 13 * 25).fill(-20);
  // Cell in row 3, column 5, second box: its centre in the middle of the cell, its size as the box itself.
  const at = ((3 * 13 + 5) * 5 + 1) * 5;
  output.set([0, 0, 0, 0, 4], at);
  const [face, ...others] = decodeTinyFaces(output, { width: 1300, height: 1300 });
  assert.is(others.length, 0);
  assert.ok(Math.abs(face!.score - 1 / (1 + Math.exp(-4))) < 1e-6);
  const { left, right, top, bottom } = face!.box;
  assert.ok(Math.abs((left + right) / 2 - 550) < 0.01 && Math.abs((top + bottom) / 2 - 350) < 0.01 + 4.1);
  assert.ok(Math.abs(right - left - 604.1143) < 0.01);
  assert.equal(decodeTinyFaces(output, { width: 1300, height: 1300 }, 0.99), []);
  assert.throws(() => decodeTinyFaces(output.subarray(1), { width: 1, height: 1 }), /not 25 per cell/);
});

test('a network that is not known is refused, and the message names those that are', async () => {
  try {
    await importFaceModel(manifest('face_landmark_68'), fromPackage);
  } catch (error) {
    assert.instance(error, ModelError);
    assert.match((error as ModelError).message, 'age_gender_model-weights_manifest.json');
    return;
  }
  throw new Error('accepted');
});
