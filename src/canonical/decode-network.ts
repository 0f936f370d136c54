/** The network part of a file, from its sections. */

import { byteLength, describe, fromBytes, isDescriptor, type NetworkArray } from '../boundary/array-bytes.js';
import { NetworkFileError } from '../model/errors.js';
import { aligned } from './layout.js';
import type { Structure } from './structure.js';

/** A network but for its names. */
export interface Nameless {
  readonly tensors: readonly object[];
  readonly operations: readonly object[];
  readonly input: number;
  readonly outputs: readonly number[];
}

/** Takes arrays from the tensor section, one after another. */
class Arrays {
  readonly #section: Uint8Array;
  #at = 0;

  constructor(section: Uint8Array) {
    this.#section = section;
  }

  next(stored: Parameters<typeof byteLength>[0]): NetworkArray {
    const end = this.#at + byteLength(stored);
    if (aligned(end) > this.#section.length) throw new NetworkFileError('it has fewer numbers than its header says');
    const array = fromBytes(stored.array, this.#section.subarray(this.#at, end));
    if (describe(array).array !== stored.array) throw new NetworkFileError('an array is stored wider than it must be');
    for (let at = end; at < aligned(end); at++) {
      if (this.#section[at] !== 0) throw new NetworkFileError('there is something between its arrays');
    }
    this.#at = aligned(end);
    return array;
  }

  /** Fails unless everything was taken. */
  finish(): void {
    if (this.#at !== this.#section.length) throw new NetworkFileError('it has more numbers than its header says');
  }
}

function restored(value: unknown, arrays: Arrays): unknown {
  if (isDescriptor(value)) return arrays.next(value);
  if (Array.isArray(value)) return value.map((entry) => restored(entry, arrays));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, restored(entry, arrays)]));
}

/**
 * Puts the arrays in their places.
 * @throws NetworkFileError when the section is shorter or longer than the structure says, or not in canonical form
 */
export function decodeNetwork(structure: Structure, section: Uint8Array): Nameless {
  const arrays = new Arrays(section);
  const network = restored(structure, arrays) as Nameless;
  arrays.finish();
  return network;
}
