/**
 * The quantized face detector against the float detector of the package its weights come from, on the package's own
 * photographs. The photographs were not used to calibrate.
 */
import * as assert from 'uvu/assert';
import {
  decodeFaces,
  type Face,
  faceAnchors,
  faceDetector,
  loadFaceWeights,
  overlap,
  prepareFaceInput,
  quantizedFaceDetector,
  realOutputs,
} from '../../src/faces/index.js';
import { wasmArithmetic } from '../../src/fast/trusted/arithmetic.js';
import { evaluateFloat } from '../../src/graph/index.js';
import { P24 } from '../../src/model/modulus.js';
import { certify } from '../../src/operations/certificate.js';
import { type Image, readImage } from '../../src/pictures/index.js';
import { runInTheClear } from '../../src/session/clear.js';
import { suite } from '../suite.js';
import { detectWithPackage } from './package-detector.js';
import { modelDirectory, photoNumbers, photoPath } from './package-files.js';

const test = suite('faces');

const CONFIDENCE = 0.5;
const LEAST_OVERLAP = 0.85;
const LIMIT_MS = 400_000;

let photos: readonly Image[] = [];
/** What the package finds; it works in a thread of its own while the tests before go on. */
let expected: Promise<Face[][]> = Promise.resolve([]);

test.before(async () => {
  photos = await Promise.all(photoNumbers.map((number) => readImage(photoPath(number))));
  expected = detectWithPackage(photos, CONFIDENCE);
  // Whoever awaits it reports the failure; until then it must not count as unhandled.
  expected.catch(() => undefined);
});

/** For every face of `faces` the one of `others` that overlaps it most. */
function matches(faces: readonly Face[], others: readonly Face[]): { face: Face; other: Face; area: number }[] {
  return faces.map((face) => {
    const areas = others.map((other) => ({ face, other, area: overlap(face.box, other.box) }));
    return areas.reduce((best, candidate) => (candidate.area > best.area ? candidate : best));
  });
}

test.long(
  'the float network is the package’s network',
  async () => {
    const weights = await loadFaceWeights(modelDirectory);
    const network = faceDetector(weights);
    // Half a step of the input's integers is its only difference from the package's input.
    const values = evaluateFloat(
      network,
      Float32Array.from(prepareFaceInput(photos[0]!), (value) => value / 255),
    );
    const outputs = network.outputs.map((id) => values[id]!);
    const faces = decodeFaces(outputs, faceAnchors(weights), photos[0]!, CONFIDENCE);
    const others = (await expected)[0]!;
    assert.is(faces.length, others.length);
    for (const { face, other, area } of matches(faces, others)) {
      assert.ok(area > 0.99, `overlap ${area}`);
      assert.ok(Math.abs(face.score - other.score) < 0.005, `scores ${face.score} and ${other.score}`);
    }
  },
  LIMIT_MS,
);

test.long(
  'the quantized network finds the same faces',
  async () => {
    const { network, anchors } = await quantizedFaceDetector(modelDirectory);
    const arithmetic = await wasmArithmetic();
    const found: Face[][] = [];
    for (const photo of photos) {
      const outputs = await runInTheClear(network, arithmetic, prepareFaceInput(photo));
      found.push(decodeFaces(realOutputs(network, outputs), anchors, photo, CONFIDENCE));
    }
    arithmetic.close();
    const rows = (await expected).map((others, index) => {
      const faces = found[index]!;
      const pairs = faces.length === 0 || others.length === 0 ? [] : matches(others, faces);
      return {
        photo: photoNumbers[index]!,
        float: others.length,
        quantized: faces.length,
        leastOverlap: pairs.reduce((least, { area }) => Math.min(least, area), 1),
        scoreDifference: pairs.reduce((most, { face, other }) => Math.max(most, Math.abs(face.score - other.score)), 0),
      };
    });
    console.log('\nphoto  faces: float  quantized  least overlap  largest difference of scores');
    for (const { photo, float, quantized, leastOverlap, scoreDifference } of rows) {
      const numbers = [leastOverlap, scoreDifference].map((value) => value.toFixed(3)).join('          ');
      console.log(`${photo}                 ${float}      ${quantized}          ${numbers}`);
    }
    for (const row of rows) {
      assert.ok(row.float > 0, `the package finds no face on photo ${row.photo}`);
      assert.is(row.quantized, row.float, `number of faces on photo ${row.photo}`);
      assert.ok(row.leastOverlap >= LEAST_OVERLAP, `overlap ${row.leastOverlap} on photo ${row.photo}`);
    }
  },
  LIMIT_MS,
);

test('every sum of the quantized network fits the small pad modulus', async () => {
  const { network } = await quantizedFaceDetector(modelDirectory);
  const { modulus, bound } = certify(network);
  assert.is(modulus, P24);
  assert.ok(2 * bound < P24);
  assert.is(network.outputs.length, 12);
  for (const id of network.outputs) assert.is(network.tensors[id]!.kind, 'accumulator');
});
