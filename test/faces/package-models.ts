/** Four networks of @vladmandic/face-api, computed by the package's own code and by ours, for random colours; for a process of its own. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { relativeDifference } from '../../bench/published/agreement.js';
import { coloursTensor, withWeights } from '../../bench/published/faces.js';
import { type FaceApi, values } from '../../bench/published/tfjs.js';
import { importFaceModel } from '../../src/faces/index.js';
import { evaluateFloat } from '../../src/graph/index.js';
import { seededRandomness } from '../seeded-randomness.js';
import { modelDirectory } from './package-files.js';

const MEAN = [122.782, 117.001, 104.298];
const TINY_MEAN = [117.001, 114.697, 97.404];

const manifest = (model: string): string => `${model}_model-weights_manifest.json`;

/** Random colours, less the mean, over 255: what the networks take. */
function noise(side: number, mean: readonly number[]): Float32Array {
  const bytes = new Uint8Array(3 * side * side);
  seededRandomness(20181013).fill(bytes);
  return Float32Array.from(bytes, (byte, at) => (byte - mean[at % 3]!) / 255);
}

/** The largest difference, relative to the largest number. */
async function difference(
  model: string,
  side: number,
  mean: readonly number[],
  theirs: (api: FaceApi, input: Float32Array) => Promise<Float32Array[]>,
): Promise<[string, number]> {
  const { network } = await importFaceModel(manifest(model), (name) => readFile(join(modelDirectory, name)));
  const input = noise(side, mean);
  const { api } = await withWeights(manifest(model), (nets) => ({
    ...nets.faceRecognitionNet,
    loadFromWeightMap() {},
  }));
  const expected = await theirs(api, input);
  const found = evaluateFloat(network, input);
  const ours = network.outputs.map((id) => found[id]!);
  return [model, relativeDifference(expected, ours)];
}

const differences = [
  await difference('face_expression', 112, MEAN, async (_, input) => {
    const { api, net } = await withWeights(manifest('face_expression'), (nets) => nets.faceExpressionNet);
    return values(net.runNet(await api.toNetInput(coloursTensor(api, input, 112, MEAN))));
  }),
  await difference('age_gender', 112, MEAN, async (_, input) => {
    const { api, net } = await withWeights(manifest('age_gender'), (nets) => nets.ageGenderNet);
    const { age, gender } = net.runNet(await api.toNetInput(coloursTensor(api, input, 112, MEAN)));
    return values([age, gender]);
  }),
  await difference('face_recognition', 150, MEAN, async (_, input) => {
    const { api, net } = await withWeights(manifest('face_recognition'), (nets) => nets.faceRecognitionNet);
    return values(await net.forward(coloursTensor(api, input, 150, MEAN)));
  }),
  await difference('tiny_face_detector', 416, TINY_MEAN, async (_, input) => {
    const { api, net } = await withWeights(manifest('tiny_face_detector'), (nets) => nets.tinyFaceDetector);
    return values(await net.forward(coloursTensor(api, input, 416, TINY_MEAN), 416));
  }),
];
process.send!(differences, () => process.exit(0));
