/** Pictures that the command line names, as inputs of a network. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelError } from '../model/errors.js';
import { preparePicture, readImage } from '../pictures/index.js';
import { UsageError } from './exit.js';
import type { LoadedNetwork } from './load-network.js';

const PICTURE = /\.(bmp|jpe?g|png)$/i;

/**
 * Files as they are, and of every folder the pictures in it, sorted by name.
 * @throws UsageError when a folder has no picture
 */
export async function picturePaths(paths: readonly string[], option = '--image'): Promise<string[]> {
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
      throw new UsageError(`${option} ${path}: there is no BMP, JPEG or PNG picture in this folder.`);
    found.push(...names.map((name) => join(path, name)));
  }
  return found;
}

/**
 * The network's input for a picture, prepared as its file says.
 * @throws ModelError when the network does not take pictures, or its file does not say how; ImageError when the file is none
 */
export async function prepareInput({ network, preprocessing }: LoadedNetwork, path: string): Promise<Int16Array> {
  const tensor = network.tensors[network.input]!;
  if (preprocessing === null) {
    throw new ModelError(
      `The model takes an input of shape [${tensor.shape}] and does not say how a picture becomes one: ` +
        'a model that takes [height, width, 3] can be told with "slalom import".',
    );
  }
  return preparePicture(await readImage(path), preprocessing, tensor);
}
