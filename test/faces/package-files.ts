/** Where the npm package @vladmandic/face-api keeps its weights, its photographs and its code. */
import { fileURLToPath } from 'node:url';

const root = new URL('../../node_modules/@vladmandic/face-api/', import.meta.url);

/** The folder with the weights. */
export const modelDirectory = fileURLToPath(new URL('model', root));
/** The photographs with faces. */
export const photoNumbers = [1, 2, 3, 4, 5, 6] as const;
export const photoPath = (number: number): string => fileURLToPath(new URL(`demo/sample${number}.jpg`, root));
/** The pictures the calibration is made from; none of them is a photograph of the tests. */
export const calibrationPaths = ['screenshot-images.png', 'screenshot-webcam.png'].map((name) =>
  fileURLToPath(new URL(`demo/${name}`, root)),
);
/** The package's own detector, TensorFlow.js included. */
export const bundle = new URL('dist/face-api.esm.js', root).href;
