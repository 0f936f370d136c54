/** Trusted memory and maps that are needed for a while. */

import type { LinearMap } from '../../model/linear-map.js';
import type { TrustedArithmetic, TrustedArrays, TrustedMap } from '../../protocol/index.js';

/** Gives out what the arithmetic gives, and takes all of it back together. */
export class Borrowed {
  readonly arithmetic: TrustedArithmetic;
  readonly #arrays: (Int16Array | Int32Array | Uint32Array)[] = [];
  readonly #maps: TrustedMap[] = [];

  constructor(arithmetic: TrustedArithmetic) {
    this.arithmetic = arithmetic;
  }

  allocate<K extends keyof TrustedArrays>(kind: K, length: number): TrustedArrays[K] {
    const array = this.arithmetic.allocate(kind, length);
    this.#arrays.push(array);
    return array;
  }

  /** 16-bit numbers from -128 to 127, the same every time. */
  integers(length: number): Int16Array {
    const array = this.allocate('i16', length);
    fillEvenly(array, 8, -128);
    return array;
  }

  /** Numbers below 2^30, the same every time: residues of either modulus, and no secrets. */
  residues(length: number): Uint32Array {
    const array = this.allocate('u32', length);
    fillEvenly(array, 30);
    return array;
  }

  load(map: LinearMap): TrustedMap {
    const trusted = this.arithmetic.load(map);
    this.#maps.push(trusted);
    return trusted;
  }

  release(): void {
    for (const array of this.#arrays) this.arithmetic.release(array);
    for (const map of this.#maps) map.release();
  }
}

/** Whole numbers from `least` to `least + 2^bits - 1`, spread evenly. */
export function fillEvenly(array: Int16Array | Uint32Array, bits: number, least = 0): void {
  for (let index = 0; index < array.length; index++) {
    array[index] = (Math.imul(index, 0x9e3779b1) >>> (32 - bits)) + least;
  }
}
