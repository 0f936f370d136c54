/** The files of a model: each is read once, and what was read is hashed. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ModelError } from '../../model/errors.js';
import { type ExternalFiles, externalFromFiles, externalFromFolder } from '../onnx/external-data.js';
import type { ExternalData } from '../onnx/tensor-data.js';
import { MODEL_FILE } from '../tfjs/index.js';
import { shardsInFolder } from '../tfjs/shards-in-folder.js';
import type { ShardReader } from '../tfjs/weights.js';

/** Nothing that is read or hashed at once is larger. */
const MOST_BYTES = 2 ** 31 - 1;

/** A model's main file and its neighbours, read from disk or given by the caller. */
export interface ModelFiles {
  /** What messages call the model. */
  readonly name: string;
  /** The main file. */
  readonly bytes: Uint8Array;
  /** A whole file beside it; undefined when there is none. */
  readonly neighbour: ShardReader;
  /** Parts of files beside it, as ONNX keeps weights. */
  readonly external: ExternalData;
  /** SHA-256, in hexadecimal, of the main file and then of everything that has been read beside it, in that order. */
  sha256(): string;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function read(path: string, name: string): Uint8Array {
  try {
    if (statSync(path).size <= MOST_BYTES) return readFileSync(path);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new ModelError(`${path}: ${missing ? 'there is no such file' : 'the file cannot be read'}.`, { cause });
  }
  return tooLarge(name);
}

function tooLarge(name: string): never {
  throw new ModelError(`${name} is larger than 2 GiB: store its weights in files beside it.`);
}

/** Hashes what goes through. */
function hashed(name: string, bytes: Uint8Array, neighbour: ShardReader, external: ExternalData): ModelFiles {
  const hash = createHash('sha256').update(bytes);
  return {
    name,
    bytes,
    neighbour(path, mostBytes) {
      const found = neighbour(path, mostBytes);
      if (found !== undefined) hash.update(found);
      return found;
    },
    external(tensor) {
      const found = external(tensor);
      hash.update(found);
      return found;
    },
    sha256: () => hash.copy().digest('hex'),
  };
}

/**
 * @param source the path of a file, or of a folder that holds a `model.json`; or a file's bytes
 * @param given for bytes: files beside them, by the path that the model names
 * @throws ModelError when there is no such file, or it cannot be read; TypeError for another kind of source
 */
export function modelFiles(source: string | URL | Uint8Array, name?: string, given?: ExternalFiles): ModelFiles {
  if (source instanceof Uint8Array) {
    if (source.length > MOST_BYTES) tooLarge(name ?? 'model');
    return hashed(name ?? 'model', source, (path) => given?.(path), externalFromFiles(given));
  }
  const path = source instanceof URL ? fileURLToPath(source) : source;
  if (typeof path !== 'string') throw new TypeError('a model is given as a path, a URL, or the bytes of its file');
  const file = isFolder(path) ? join(path, MODEL_FILE) : path;
  const called = name ?? basename(file);
  const folder = dirname(file);
  return hashed(called, read(file, called), shardsInFolder(folder), externalFromFolder(folder));
}
