/** Pictures that the command line names, as inputs of a network. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelError } from '../network/errors.js';
import { quantizeInput, readImage, resizeBilinear } from '../network/image/index.js';
import type { QuantizedNetwork } from '../reference/index.js';
import { UsageError } from './exit.js';

const PICTURE = /\.(bmp|jpe?g|png)$/i;

/**
 * Files as they are, and of every folder the pictures in it, sorted by name.
 * @throws UsageError when a folder has no picture
 */
export async function picturePaths(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    // What is not there is reported by whoever reads it.
    const isFolder = await stat(path).then(
      (entry) => entry.isDirectory(),
      () => false,
    );
    if (!isFolder) {
      found.push(path);
      continue;
    }
    const names = (await readdir(path)).filter((name) => PICTURE.test(name)).sort();
    if (names.length === 0)
      throw new UsageError(`--image ${path}: there is no BMP, JPEG or PNG picture in this folder.`);
    found.push(...names.map((name) => join(path, name)));
  }
  return found;
}

/**
 * The network's input for a picture.
 * @throws ModelError when the network does not take pictures; ImageError when the file is none
 */
export async function prepareInput(network: QuantizedNetwork, path: string): Promise<Int16Array> {
  const tensor = network.tensors[network.input]!;
  const [height, width, channels] = tensor.shape;
  if (tensor.shape.length !== 3 || channels !== 3) {
    throw new ModelError(`The model takes an input of shape [${tensor.shape}], but --image needs [height, width, 3].`);
  }
  return quantizeInput(resizeBilinear(await readImage(path), width!, height!), tensor);
}
