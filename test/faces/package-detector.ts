/** The float detector of @vladmandic/face-api itself, code and weights, on TensorFlow.js: the rival of the faces test. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Face } from '../../src/faces/index.js';
import type { Image } from '../../src/pictures/index.js';

/**
 * Runs the package's detector on pictures of the same pixels, one after another in a process of its own. About 6 seconds
 * a picture: it has only TensorFlow.js's plain JavaScript backend.
 * @returns for every picture its faces, best first
 */
export function detectWithPackage(images: readonly Image[], minConfidence: number): Promise<Face[][]> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('./package-detector-process.ts', import.meta.url)), {
      execArgv: ['--import', import.meta.resolve('tsx')],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.once('message', (faces) => resolve(faces as Face[][]));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the package's detector ended early, with code ${code}`)));
    child.send({ images, minConfidence });
  });
}
