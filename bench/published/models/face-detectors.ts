/** The two face detectors of @vladmandic/face-api. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  decodeFaces,
  decodeTinyFaces,
  type Face,
  type FaceModel,
  importFaceModel,
  overlap,
  quantizedFaceDetector,
} from '../../../src/faces/index.js';
import type { Image } from '../../../src/pictures/index.js';
import type { QuantizedNetwork } from '../../../src/reference/index.js';
import { modelDirectory } from '../../../test/faces/package-files.js';
import { pictureTensor, withWeights } from '../faces.js';
import type { Limit, Measure, OpenModel, Outputs, PublishedModel, Sample } from '../model.js';
import { photographs, quarters, screenshots, webcam } from '../photos.js';
import type { Detection, FaceApi, Tensor } from '../tfjs.js';

const CONFIDENCE = 0.5;

/** For every face of the one the best overlap with a face of the other, and how far the confidences are apart. */
function compareFaces(reference: readonly Face[], faces: readonly Face[]): Measure[] {
  const pairs = reference.map((face) => {
    const areas = faces.map((other) => ({ area: overlap(face.box, other.box), score: other.score }));
    const best = areas.reduce((one, other) => (other.area > one.area ? other : one), { area: 0, score: 0 });
    return { area: best.area, difference: Math.abs(best.score - face.score) };
  });
  return [
    { what: 'faces more or less', value: Math.abs(reference.length - faces.length), kind: 'difference' },
    { what: 'overlap of boxes', value: Math.min(1, ...pairs.map(({ area }) => area)), kind: 'likeness' },
    { what: 'confidence', value: Math.max(0, ...pairs.map(({ difference }) => difference)), kind: 'difference' },
  ];
}

function words(faces: readonly Face[]): string {
  if (faces.length === 0) return 'no face';
  const { box, score } = faces[0]!;
  const numbers = [box.left, box.top, box.right - box.left, box.bottom - box.top].map((value) => value.toFixed(0));
  const count = `${faces.length} ${faces.length === 1 ? 'face' : 'faces'}`;
  return `${count}, the surest (${(100 * score).toFixed(1)} %) at ${numbers[0]}, ${numbers[1]}, ${numbers[2]} × ${numbers[3]}`;
}

async function detections(
  api: FaceApi,
  image: Image,
  locate: (picture: Tensor) => Promise<Detection[]>,
): Promise<Face[]> {
  const picture = pictureTensor(api, image);
  const found = await locate(picture);
  picture.dispose();
  return found.map(({ score, box: { left, top, right, bottom } }) => ({ score, box: { left, top, right, bottom } }));
}

interface Detector {
  /** Where the repository has its calibration. */
  readonly quantized?: QuantizedNetwork;
  readonly locate: (sample: Sample) => Promise<Face[]>;
  readonly decode: (outputs: Outputs, sample: Sample) => Face[];
}

function detector(
  model: FaceModel,
  open: () => Promise<Detector>,
  floatLimits: readonly Limit[],
): PublishedModel<readonly Face[]> {
  const file = `${model}_model-weights_manifest.json`;
  return {
    name: model,
    package: '@vladmandic/face-api',
    file: `model/${file}`,
    rival: "the package's own detector, TensorFlow.js 4.22.0, float32",
    installed: true,
    floatLimits,
    quantizedLimits: [
      { what: 'faces more or less', value: 0 },
      { what: 'overlap of boxes', value: 0.8 },
    ],
    async open(): Promise<OpenModel<readonly Face[]>> {
      const { locate, decode, quantized } = await open();
      const imported = await importFaceModel(file, (name) => readFile(join(modelDirectory, name)));
      const calibration = [...(await webcam()), ...(await photographs(1, 2))];
      return {
        ...imported,
        ...(quantized === undefined ? {} : { quantized }),
        // The repository's calibration was made on the two screenshots.
        calibration:
          quantized === undefined
            ? [...calibration, ...calibration.slice(0, 2).flatMap(quarters)]
            : await screenshots(),
        test: await photographs(4, 5),
        theirs: (sample) => locate(sample),
        answer: decode,
        words,
        compare: compareFaces,
      };
    },
  };
}

/** MobileNetV1 with the heads of a single-shot detector. */
export const ssdMobilenet = detector('ssd_mobilenetv1', async () => {
  const file = 'ssd_mobilenetv1_model-weights_manifest.json';
  const { api, net } = await withWeights(file, (nets) => nets.ssdMobilenetv1);
  const { network: quantized, anchors } = await quantizedFaceDetector(modelDirectory);
  return {
    quantized,
    locate: ({ image }) =>
      detections(api, image, (picture) => net.locateFaces(picture, { minConfidence: CONFIDENCE, maxResults: 100 })),
    decode: (outputs, { image }) => decodeFaces(outputs, anchors, image, CONFIDENCE),
  };
}, [
  { what: 'faces more or less', value: 0 },
  { what: 'overlap of boxes', value: 0.99 },
  { what: 'confidence', value: 0.005 },
]);

/** Six layers and five boxes per cell. */
export const tinyDetector = detector('tiny_face_detector', async () => {
  const file = 'tiny_face_detector_model-weights_manifest.json';
  const { api, net } = await withWeights(file, (nets) => nets.tinyFaceDetector);
  return {
    locate: ({ image }) =>
      detections(api, image, (picture) => net.locateFaces(picture, { inputSize: 416, scoreThreshold: CONFIDENCE })),
    decode: (outputs, { image }) => decodeTinyFaces(outputs[0]!, image, CONFIDENCE),
  };
}, [
  { what: 'faces more or less', value: 0 },
  { what: 'overlap of boxes', value: 0.99 },
  { what: 'confidence', value: 0.005 },
]);
