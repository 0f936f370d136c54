/** The process of `package-detector.ts`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Face } from '../../src/faces/index.js';
import type { Image } from '../../src/pictures/index.js';
import { bundle, modelDirectory } from './package-files.js';

interface Detection {
  readonly score: number;
  readonly box: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };
}

/** The few things of the package that are used here. */
interface FaceApi {
  readonly tf: {
    setBackend(name: string): Promise<boolean>;
    tensor3d(values: Int32Array, shape: [number, number, number], type: 'int32'): { dispose(): void };
    readonly io: { decodeWeights(bytes: ArrayBuffer, description: unknown): unknown };
  };
  readonly nets: {
    readonly ssdMobilenetv1: {
      loadFromWeightMap(weights: unknown): void;
      locateFaces(picture: unknown, options: { minConfidence: number }): Promise<Detection[]>;
    };
  };
}

/** What `package-detector.ts` sends. */
interface Order {
  readonly images: readonly Image[];
  readonly minConfidence: number;
}

const order = new Promise<Order>((resolve) => process.once('message', (message) => resolve(message as Order)));

// TensorFlow.js recommends its native package at length.
console.warn = () => undefined;
// The bundle was built for browsers: in Node it looks for parts that it does not contain. It takes anything with this
// name for a browser's worker, and needs nothing else from it.
Object.assign(globalThis, { WorkerGlobalScope: class {} });
const { tf, nets } = (await import(bundle)) as FaceApi;
await tf.setBackend('cpu');

const manifest = readFileSync(join(modelDirectory, 'ssd_mobilenetv1_model-weights_manifest.json'), 'utf8');
const [group] = JSON.parse(manifest) as [{ weights: unknown }];
const bytes = Uint8Array.from(readFileSync(join(modelDirectory, 'ssd_mobilenetv1_model.bin')));
nets.ssdMobilenetv1.loadFromWeightMap(tf.io.decodeWeights(bytes.buffer, group.weights));

const { images, minConfidence } = await order;
const found: Face[][] = [];
for (const { width, height, pixels } of images) {
  const picture = tf.tensor3d(Int32Array.from(pixels), [height, width, 3], 'int32');
  const detections = await nets.ssdMobilenetv1.locateFaces(picture, { minConfidence });
  picture.dispose();
  const faces = detections.map(({ score, box: { left, top, right, bottom } }) => ({
    score,
    box: { left, top, right, bottom },
  }));
  found.push(faces);
}
process.send!(found);
process.disconnect();
