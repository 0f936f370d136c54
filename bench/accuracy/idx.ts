/** The format of MNIST and its kin: arrays of bytes behind a short header, usually compressed. */
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { ModelError } from '../../src/network/index.js';

/** An array of bytes, row-major. */
export interface BytesArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** Larger than any set of this kind: what a damaged file may make us expand. */
const MOST_BYTES = 2 ** 28;

const isCompressed = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/**
 * Decodes an IDX file of bytes: 0, 0, 8, the number of axes, each size as 32 bits with the highest byte first, the entries.
 * @param name for messages @param axes how many axes it must have
 * @throws ModelError when it is anything else
 */
export function decodeIdx(bytes: Uint8Array, name: string, axes: number): BytesArray {
  let content = bytes;
  if (isCompressed(bytes)) {
    try {
      content = gunzipSync(bytes, { maxOutputLength: MOST_BYTES });
    } catch {
      throw new ModelError(`${name} is damaged: it cannot be expanded.`);
    }
  }
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const header = 4 + 4 * axes;
  if (content.length < header || view.getUint32(0) !== 0x800 + axes) {
    throw new ModelError(`${name} is no IDX file of bytes with ${axes} ${axes === 1 ? 'axis' : 'axes'}.`);
  }
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const data = content.subarray(header);
  const count = shape.reduce((product, size) => product * size, 1);
  if (data.length !== count) throw new ModelError(`${name} is damaged: it says ${count} bytes and has ${data.length}.`);
  return { shape, data };
}

/** Reads one. @throws ModelError when it cannot be read, or as `decodeIdx` */
export async function readIdx(path: string, axes: number): Promise<BytesArray> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch {
    throw new ModelError(`${path} cannot be read: install Debian's dataset-fashion-mnist, or name the files yourself.`);
  }
  return decodeIdx(bytes, path, axes);
}
