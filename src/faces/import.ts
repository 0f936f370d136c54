/** Which of the package's networks a manifest belongs to, how it is built, and how a picture becomes its input. */

import type { FloatNetwork } from '../graph/index.js';
import { ModelError } from '../model/errors.js';
import type { Preprocessing } from '../pictures/preprocessing.js';
import { ageAndGender } from './age-gender.js';
import { faceDetector } from './detector.js';
import { faceExpression } from './expression.js';
import { FACE_MEAN } from './layers.js';
import { faceRecognition } from './recognition.js';
import { TINY_FACE_MEAN, tinyFaceDetector } from './tiny-detector.js';
import { type FaceModel, type FileReader, readFaceWeights, type Weights } from './weights.js';

/** A network of the package, ready for the quantizer. */
export interface ImportedFaceModel {
  /** Its numbers are real. */
  readonly network: FloatNetwork;
  /** What the package's own code does to a picture. */
  readonly preprocessing: Preprocessing;
}

/** real = (colour - mean) / 255. */
function lessMean(fit: Preprocessing['fit'], mean: readonly number[]): Preprocessing {
  const factors = mean.map(() => 1 / 255);
  return { fit, order: 'rgb', colours: { kind: 'affine', factors, offsets: mean.map((value) => -value / 255) } };
}

const MODELS: Readonly<Record<FaceModel, { build(weights: Weights): FloatNetwork; preprocessing: Preprocessing }>> = {
  ssd_mobilenetv1: {
    build: faceDetector,
    preprocessing: {
      fit: 'corner',
      order: 'rgb',
      colours: { kind: 'affine', factors: [2 / 255, 2 / 255, 2 / 255], offsets: [-1, -1, -1] },
    },
  },
  tiny_face_detector: { build: tinyFaceDetector, preprocessing: lessMean('corner', TINY_FACE_MEAN) },
  face_expression: { build: faceExpression, preprocessing: lessMean('pad', FACE_MEAN) },
  age_gender: { build: ageAndGender, preprocessing: lessMean('pad', FACE_MEAN) },
  face_recognition: { build: faceRecognition, preprocessing: lessMean('pad', FACE_MEAN) },
};

const MANIFEST = /^(\w+)_model-weights_manifest\.json$/;

/**
 * Builds a network of the npm package @vladmandic/face-api from its files.
 * @param manifest the name of its weights' manifest, which says which network it is, such as
 *   `age_gender_model-weights_manifest.json`
 * @param read gives that file and its neighbours by their names; whatever it throws is passed on
 * @throws ModelError when the package's network is not one of the five that are known, or a file is damaged
 */
export async function importFaceModel(manifest: string, read: FileReader): Promise<ImportedFaceModel> {
  const name = MANIFEST.exec(manifest)?.[1] ?? '';
  if (!Object.hasOwn(MODELS, name)) {
    const known = Object.keys(MODELS).map((model) => `${model}_model-weights_manifest.json`);
    throw new ModelError(
      `${manifest} is no network of @vladmandic/face-api that can be imported: give one of ${known.join(', ')}.`,
    );
  }
  const model = name as FaceModel;
  const { build, preprocessing } = MODELS[model];
  return { network: build(await readFaceWeights(read, model)), preprocessing };
}
