/** What a job finds on whatever thread it runs. */

import type { Kernels } from '../kernels/exports.js';

import { bytesOf, copyBytes, type ForeignBytes } from './foreign.js';

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

/** Brings bytes to address `to`. Nothing else reads the source, so whoever owns it cannot change what was brought. */
export function bring(host: Host, id: number, at: number, bytes: number, to: number): void {
  if (id === 0) {
    host.kernels.copy(to, at, bytes);
    return;
  }
  const { view, from } = host.foreign(id).window(at, bytes);
  copyBytes(host.bytes, to, view.subarray(from, from + bytes));
}

/** Takes bytes from address `from`. */
export function take(host: Host, id: number, at: number, bytes: number, from: number): void {
  const to = host.foreign(id).window(at, bytes);
  copyBytes(to.view, to.from, host.bytes.subarray(from, from + bytes));
}

/** A byte offset in two arguments, since memory outside the kernels' may have more than 4 GiB. */
export function offsetOf(high: number, low: number): number {
  return high * 2 ** 32 + (low >>> 0);
}

/** The upper part of an offset; the lower 32 bits survive as they are. */
export function highOf(offset: number): number {
  return Math.floor(offset / 2 ** 32);
}
