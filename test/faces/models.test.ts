/** The networks of face-api that look at one face, and its small detector, against the package's own code. */
import { fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { decodeTinyFaces, importFaceModel } from '../../src/faces/index.js';
import { ModelError } from '../../src/model/errors.js';
import { suite } from '../suite.js';
import { modelDirectory } from './package-files.js';

const test = suite('face models');

/** Both compute in float32, in other orders. */
const LARGEST_DIFFERENCE = 1e-4;
const LIMIT_MS = 400_000;
const MODELS = ['face_expression', 'age_gender', 'face_recognition', 'tiny_face_detector'];

const manifest = (model: string): string => `${model}_model-weights_manifest.json`;
const fromPackage = (name: string): Promise<Uint8Array> => readFile(join(modelDirectory, name));

/** In a process of its own: copies of TensorFlow.js in one process share their engine, and other tests have another copy. */
function differences(): Promise<[string, number][]> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('./package-models.ts', import.meta.url)), {
      execArgv: ['--import', import.meta.resolve('tsx')],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.once('message', (found) => resolve(found as [string, number][]));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the package's networks ended early, with code ${code}`)));
  });
}

test(
  'each network is the package’s network',
  async () => {
    const found = await differences();
    assert.equal(
      found.map(([model]) => model),
      MODELS,
    );
    for (const [model, difference] of found) {
      assert.ok(difference <= LARGEST_DIFFERENCE, `${model} differs by ${difference}`);
    }
  },
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
