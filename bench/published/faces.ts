/** The package @vladmandic/face-api: its networks with their weights, in its own code, and the faces on its photographs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Image } from '../../src/pictures/index.js';
import { modelDirectory } from '../../test/faces/package-files.js';
import type { Sample } from './model.js';
import { cut, photographs } from './photos.js';
import { type FaceApi, type FaceNet, faceApi, type Tensor } from './tfjs.js';

/** The package, one of its networks ready. */
export async function withWeights<N extends FaceNet>(
  file: string,
  choose: (nets: FaceApi['nets']) => N,
): Promise<{ readonly api: FaceApi; readonly net: N }> {
  const api = await faceApi();
  const net = choose(api.nets);
  const [group] = JSON.parse(readFileSync(join(modelDirectory, file), 'utf8')) as [
    { paths: [string]; weights: unknown },
  ];
  const bytes = Uint8Array.from(readFileSync(join(modelDirectory, group.paths[0])));
  net.loadFromWeightMap(api.tf.io.decodeWeights(bytes.buffer, group.weights));
  return { api, net };
}

/** The picture as the package takes it. */
export function pictureTensor({ tf }: FaceApi, { width, height, pixels }: Image): Tensor {
  return tf.tensor(Int32Array.from(pixels), [height, width, 3], 'int32');
}

/** Colours from 0 to 255, back from what a network of one face takes: (colour - mean) / 255. */
export function coloursTensor({ tf }: FaceApi, input: Float32Array, side: number, mean: readonly number[]): Tensor {
  return tf.tensor(
    input.map((value, at) => 255 * value + mean[at % 3]!),
    [side, side, 3],
  );
}

const found = new Map<number, Promise<Sample[]>>();

/** Square cuts around the faces on a photograph, a fifth wider than the face; the package's small detector finds them. */
async function facesOn(number: number): Promise<Sample[]> {
  const [photo] = await photographs(number);
  const { api, net } = await withWeights(
    'tiny_face_detector_model-weights_manifest.json',
    (nets) => nets.tinyFaceDetector,
  );
  const picture = pictureTensor(api, photo!.image);
  const detections = await net.locateFaces(picture, { inputSize: 416, scoreThreshold: 0.5 });
  picture.dispose();
  return detections.map(({ box }, index) => {
    const side = Math.round(1.2 * Math.max(box.right - box.left, box.bottom - box.top));
    const left = Math.round((box.left + box.right - side) / 2);
    const top = Math.round((box.top + box.bottom - side) / 2);
    return { name: `${photo!.name}, face ${index + 1}`, image: cut(photo!.image, left, top, side) };
  });
}

/** The faces on the photographs with these numbers. */
export async function facesOf(...numbers: number[]): Promise<Sample[]> {
  const all: Sample[] = [];
  for (const number of numbers) {
    const faces = found.get(number) ?? facesOn(number);
    found.set(number, faces);
    all.push(...(await faces));
  }
  return all;
}

/** Photographs for calibration, and those that are tested with. */
export const CALIBRATION = [1, 2, 3] as const;
export const TEST = [4, 5, 6] as const;
