/** Imports TensorFlow.js models. */
import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FloatNetwork } from '../../graph/index.js';
import { ModelError } from '../../model/errors.js';
import { importFiles, importTfjsFiles, type TfjsFiles, type TfjsOptions } from './import.js';
import { shardsInFolder } from './shards-in-folder.js';

/** The name that a model's file has. */
export const MODEL_FILE = 'model.json';

const MOST_BYTES = 2 ** 26;

function read(path: string, name: string): Uint8Array {
  try {
    if (statSync(path).size <= MOST_BYTES) return readFileSync(path);
  } catch {
    throw new ModelError(`${name} cannot be read: give the path of a model.json, or of its folder.`);
  }
  throw new ModelError(`${name} is larger than 64 MiB: the weights of a model.json lie in files beside it.`);
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/**
 * The float network of a TensorFlow.js model: a layers model (Keras; models inside it are inlined) or a graph model
 * (TensorFlow). Weights that are stored as 8 or 16 bits become the real numbers they stand for.
 *
 * The batch axis, which must be of size 1 or open, is dropped; images have their channels last. What is fixed only by shapes is
 * computed during the import. Batch normalization with fixed statistics is kept for the quantizer to fold.
 * @param source the path of a `model.json` or of the folder that holds it, whose weights lie in that folder or below; or the files
 * @throws ModelError when a file is missing or damaged, a layer or an operator is not supported, or the model does not make sense
 *   as a network; nothing else is thrown, whatever the bytes are.
 * @example const network = importTfjs('models/mobilenet/model.json');
 * @example const network = importTfjs('models/detector', { outputs: ['Identity', 'raw_boxes'] });
 */
export function importTfjs(source: string | URL | TfjsFiles, options: TfjsOptions = {}): FloatNetwork {
  if (typeof source === 'object' && !(source instanceof URL)) {
    return importTfjsFiles(source, options);
  }
  const given = source instanceof URL ? fileURLToPath(source) : source;
  const path = isFolder(given) ? join(given, MODEL_FILE) : given;
  const name = options.name ?? basename(path);
  return importFiles(name, read(path, name), shardsInFolder(dirname(path)), options);
}
