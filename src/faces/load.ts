/** Networks from the installed npm package @vladmandic/face-api. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelError } from '../model/errors.js';
import { type QuantizedFaceDetector, quantizeFaceDetector } from './quantized.js';
import { type FaceModel, type FileReader, REMEDY, readFaceWeights, type Weights } from './weights.js';

/**
 * Reads and checks the manifest and the weights it describes.
 * @param directory the package's `model` folder
 * @param model which of the package's networks, the detector unless given
 * @throws ModelError when a file is missing, damaged, shorter or longer than the manifest says
 */
export async function loadFaceWeights(directory: string, model: FaceModel = 'ssd_mobilenetv1'): Promise<Weights> {
  const read: FileReader = async (name) => {
    try {
      return await readFile(join(directory, name));
    } catch {
      throw new ModelError(`The face model's file ${name} cannot be read in ${directory}; ${REMEDY}.`);
    }
  };
  return readFaceWeights(read, model);
}

/**
 * Reads the weights and quantizes the detector, see `quantizeFaceDetector`.
 * @param directory the `model` folder of the npm package @vladmandic/face-api
 * @throws ModelError when a file is missing or damaged
 */
export async function quantizedFaceDetector(directory: string): Promise<QuantizedFaceDetector> {
  return quantizeFaceDetector(await loadFaceWeights(directory));
}
