/** The files of weights beside a `model.json`. */
import { closeSync, fstatSync, readSync } from 'node:fs';
import { ModelError } from '../../model/errors.js';
import { shown } from '../shared/fail.js';
import { openInside, staysInside } from '../shared/files-inside.js';
import type { ShardReader } from './weights.js';

function readWhole(file: number, mostBytes: number): Uint8Array | null {
  const status = fstatSync(file);
  if (!status.isFile() || status.size > mostBytes) return null;
  const bytes = new Uint8Array(status.size);
  for (let done = 0; done < bytes.length; ) {
    const count = readSync(file, bytes, done, bytes.length - done, done);
    if (count === 0) return null;
    done += count;
  }
  return bytes;
}

/** Reads files in the folder or below, and no others. */
export function shardsInFolder(folder: string): ShardReader {
  return (path, mostBytes) => {
    if (!staysInside(path)) {
      throw new ModelError(`the shard ${shown(path)} of its weights must lie in the model's folder.`);
    }
    const file = openInside(folder, path);
    if (file === null) return undefined;
    try {
      return readWhole(file, mostBytes) ?? unreadable(path);
    } finally {
      closeSync(file);
    }
  };
}

function unreadable(path: string): never {
  throw new ModelError(`the shard ${shown(path)} of its weights cannot be read, or is too large.`);
}
