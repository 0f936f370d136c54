/** What a job finds on whatever thread it runs. */

import type { Kernels } from '../kernels/exports.js';
import type { ForeignBytes } from './foreign.js';
import { bytesOf } from './foreign.js';

/** One thread's view of the team's memory. */
export interface Host {
  readonly kernels: Kernels;
  /** The kernels' memory, for views. */
  readonly buffer: ArrayBufferLike;
  /** The kernels' memory, to copy from and to. */
  readonly bytes: Uint8Array;
  /** Memory outside the kernels' that was made known under a number, to copy from and to. */
  foreign(id: number): ForeignBytes;
}

/** A piece of work cut into chunks that any thread may do in any order; `thread` numbers the working spaces. */
export type Job = (host: Host, args: Int32Array, chunk: number, thread: number) => void;

/** Names for the places of a job's arguments, and the way to fill them. */
export interface Fields<Name extends string> {
  readonly at: Readonly<Record<Name, number>>;
  pack(values: Readonly<Record<Name, number>>): number[];
}

/** Numbers the arguments of a job in the order given. Addresses are unsigned and survive the way through int32. */
export function fields<const Names extends readonly string[]>(...names: Names): Fields<Names[number]> {
  type Name = Names[number];
  return {
    at: Object.fromEntries(names.map((name, index) => [name, index])) as Record<Name, number>,
    pack(values) {
      const packed: number[] = [];
      for (let index = 0; index < names.length; index++) packed.push(values[names[index] as Name]);
      return packed;
    },
  };
}

/** A host over one memory, which may grow. */
export function hostOf(kernels: Kernels, memory: WebAssembly.Memory, foreign: (id: number) => ForeignBytes): Host {
  let known: { readonly buffer: ArrayBufferLike; readonly bytes: Uint8Array } | undefined;
  return {
    kernels,
    get buffer() {
      return memory.buffer;
    },
    get bytes() {
      const { buffer } = memory;
      if (known?.buffer !== buffer) known = { buffer, bytes: bytesOf(buffer) };
      return known.bytes;
    },
    foreign,
  };
}
