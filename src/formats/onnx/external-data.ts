/** Tensors whose entries are kept in files beside the model: only in its folder or below, and only the bytes that are named. */
import { closeSync, fstatSync, readSync } from 'node:fs';
import { ModelError } from '../../model/errors.js';
import { openInside, staysInside } from '../shared/files-inside.js';
import type { ExternalData } from './tensor-data.js';
import type { WireTensor } from './wire.js';

/** The bytes of a file by its location, a relative path with forward slashes; undefined when there is none. */
export type ExternalFiles = (location: string) => Uint8Array | undefined;

/** Nothing that is read into memory at once is larger. */
const MOST_BYTES = 2 ** 31;

interface Place {
  readonly location: string;
  readonly offset: number;
  /** Undefined: all that follows. */
  readonly length: number | undefined;
}

function placeOf(tensor: WireTensor): Place {
  const entries = new Map(tensor.externalData.map(({ key, value }) => [key, value]));
  const size = (key: string): number | undefined => {
    const text = entries.get(key);
    if (text === undefined) return undefined;
    if (!/^\d{1,15}$/.test(text))
      throw new ModelError(`the ${key} of the external data of "${tensor.name}" is no size.`);
    return Number(text);
  };
  const location = entries.get('location') ?? '';
  if (!staysInside(location)) {
    throw new ModelError(`the external data of "${tensor.name}" must lie in the model's folder.`);
  }
  return { location, offset: size('offset') ?? 0, length: size('length') };
}

function missing({ location }: Place): never {
  throw new ModelError(`the external data file "${location}" cannot be read; put it into the model's folder.`);
}

function tooShort({ location }: Place): never {
  throw new ModelError(`the external data file "${location}" is too short or too large; get it again.`);
}

/** Reads from files that the caller has, or refuses when the caller has none. */
export function externalFromFiles(files: ExternalFiles | undefined): ExternalData {
  return (tensor) => {
    const place = placeOf(tensor);
    if (files === undefined) {
      throw new ModelError(
        `the entries of "${tensor.name}" are kept in another file; import the model by its path, or give externalData.`,
      );
    }
    const bytes = files(place.location) ?? missing(place);
    const end = place.length === undefined ? bytes.length : place.offset + place.length;
    if (place.offset > end || end > bytes.length) tooShort(place);
    return bytes.subarray(place.offset, end);
  };
}

/** Reads from the model's folder. */
export function externalFromFolder(folder: string): ExternalData {
  return (tensor) => {
    const place = placeOf(tensor);
    const file = openInside(folder, place.location) ?? missing(place);
    try {
      const status = fstatSync(file);
      const length = place.length ?? status.size - place.offset;
      if (!status.isFile() || length < 0 || length > MOST_BYTES || place.offset + length > status.size) tooShort(place);
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length; ) {
        const count = readSync(file, bytes, done, length - done, place.offset + done);
        if (count === 0) tooShort(place);
        done += count;
      }
      return bytes;
    } finally {
      closeSync(file);
    }
  };
}
