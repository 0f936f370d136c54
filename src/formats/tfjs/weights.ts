/** The weights that a manifest describes, from the bytes of its shards. */
import { ModelError } from '../../model/errors.js';
import { countEntries } from '../shared/count-entries.js';
import { fail, located, shown } from '../shared/fail.js';
import { fromFloat16 } from '../shared/half.js';
import { type Constant, newEntries } from './constant.js';
import type { Manifest, WeightEntry } from './schema.js';

/** The bytes of a file of weights by the path that the manifest gives it; undefined when there is none. */
export type ShardReader = (path: string, mostBytes: number) => Uint8Array | undefined;

/** All weights of a model, by their names; null for those that are no numbers (text, complex numbers). */
export type Weights = ReadonlyMap<string, Constant | null>;

export interface ReadWeights {
  readonly weights: Weights;
  /** Of all shards. */
  readonly byteLength: number;
}

/** Nothing that is read into memory at once is larger. */
const MOST_BYTES = 2 ** 31;

const BYTES = { float32: 4, int32: 4, bool: 1, complex64: 8, uint8: 1, uint16: 2, float16: 2 } as const;

/** The length of texts, each behind its own length of four bytes. */
function textLength(view: DataView, at: number, count: number): number {
  let end = at;
  for (let text = 0; text < count; text++) {
    if (end + 4 > view.byteLength) return fail('its shards are cut short');
    end += 4 + view.getUint32(end, true);
  }
  return end - at;
}

function lengthOf(entry: WeightEntry, view: DataView, at: number): number {
  const count = countEntries(entry.shape, entry.name);
  if (entry.dtype === 'string') return textLength(view, at, count);
  return count * BYTES[entry.quantization?.dtype ?? entry.dtype];
}

/** Real number = code * scale + min, in double precision and rounded once, as TensorFlow.js does. */
function dequantized({ dtype, quantization }: WeightEntry, view: DataView, length: number): Constant['entries'] {
  const entries = newEntries(dtype as 'float32' | 'int32', length);
  const how = quantization!;
  for (let index = 0; index < length; index++) {
    if (how.dtype === 'float16') {
      entries[index] = fromFloat16(view.getUint16(2 * index, true));
      continue;
    }
    const code = how.dtype === 'uint8' ? view.getUint8(index) : view.getUint16(2 * index, true);
    const real = code * how.scale + how.min;
    entries[index] = dtype === 'int32' ? Math.round(real) : real;
  }
  return entries;
}

function constantOf(entry: WeightEntry, bytes: Uint8Array): Constant | null {
  const { name, shape, dtype, quantization } = entry;
  if (dtype === 'string' || dtype === 'complex64') return null;
  if (quantization !== undefined) {
    if (dtype === 'bool' || (dtype === 'int32' && quantization.dtype === 'float16')) {
      return fail(`its ${dtype} entries cannot be quantized as ${quantization.dtype}`);
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const entries = dequantized(entry, view, countEntries(shape, name));
    return { kind: 'constant', name, type: dtype, shape, entries };
  }
  // A copy, so that entries are aligned; the bytes as they are, on every machine that runs Node.js or a browser.
  const { buffer } = new Uint8Array(bytes);
  const entries =
    dtype === 'float32'
      ? new Float32Array(buffer)
      : dtype === 'int32'
        ? new Int32Array(buffer)
        : new Uint8Array(buffer);
  return { kind: 'constant', name, type: dtype, shape, entries };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  if (parts.length === 1) return first!;
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/**
 * Reads every weight. What is allocated is bounded by the bytes that are really there.
 * @throws ModelError when a shard is missing, or a group has fewer or more bytes than its weights need
 */
export function readWeights(manifest: Manifest, read: ShardReader): ReadWeights {
  const weights = new Map<string, Constant | null>();
  let byteLength = 0;
  for (const group of manifest) {
    const shards = group.paths.map((path) => {
      const bytes = read(path, MOST_BYTES - byteLength);
      if (bytes === undefined) throw new ModelError(`the shard ${shown(path)} of its weights is missing.`);
      byteLength += bytes.length;
      if (byteLength > MOST_BYTES) throw new ModelError('its weights take more than 2 GiB.');
      return bytes;
    });
    const bytes = joined(shards);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    for (const entry of group.weights) {
      located(`the weight ${shown(entry.name)}`, () => {
        if (weights.has(entry.name)) fail('there is another of that name');
        const length = lengthOf(entry, view, at);
        if (at + length > bytes.length) fail('its shards are cut short; get them again');
        weights.set(entry.name, constantOf(entry, bytes.subarray(at, at + length)));
        at += length;
      });
    }
    if (at !== bytes.length) {
      throw new ModelError(
        `a group of its weights has ${bytes.length} bytes, and ${at} are described; get the files again.`,
      );
    }
  }
  return { weights, byteLength };
}
