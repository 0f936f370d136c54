/** Copies between the kernels' memory and memory that only JavaScript reaches. Number 0 stands for the kernels' own. */

import { byteLengthOf } from '../../../boundary/array-buffers.js';
import type { Host } from './host.js';

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

/**
 * A memory, or a part of it, in the form in which `copyBytes` writes to it fastest. Its length is fixed, also if the memory grows. JavaScript
 * copies shared memory word by word with atomic accesses, a quarter as fast as the processor can; filling one of Node's buffers with another
 * is a plain memcpy.
 */
export function bytesOf(memory: ArrayBufferLike, start = 0, length = byteLengthOf(memory) - start): Uint8Array {
  return typeof Buffer === 'undefined' ? new Uint8Array(memory, start, length) : Buffer.from(memory, start, length);
}

/** Writes `from` to `to`, which `bytesOf` gave, from byte `at` on. Only what was written may be used: the source may change meanwhile. */
export function copyBytes(to: Uint8Array, at: number, from: Uint8Array): void {
  if (from.length === 0) return;
  if (at + from.length > to.length) throw new RangeError('the copy does not fit');
  if (typeof Buffer !== 'undefined' && to instanceof Buffer) to.fill(from, at, at + from.length);
  else to.set(from, at);
}

/** Where windows start. No copy is longer, so a window of twice that holds every copy that starts in its first half. */
const STEP_BYTES = 2 ** 30;

/** One buffer, seen through windows: Node 20 has no views of more than 4 GiB. */
export class ForeignBytes {
  readonly #buffer: ArrayBufferLike;
  readonly #windows = new Map<number, Uint8Array>();

  constructor(buffer: ArrayBufferLike) {
    this.#buffer = buffer;
  }

  /**
   * A view that has `bytes` bytes from byte `at` of the buffer on, and where they start in it.
   * @throws RangeError when the buffer does not have them
   */
  window(at: number, bytes: number): { readonly view: Uint8Array; readonly from: number } {
    const number = Math.floor(at / STEP_BYTES);
    const from = at - number * STEP_BYTES;
    let view = this.#windows.get(number);
    // The buffer may have grown since the window was made.
    if (view === undefined || from + bytes > view.length) {
      const start = number * STEP_BYTES;
      const length = Math.min(byteLengthOf(this.#buffer) - start, 2 * STEP_BYTES);
      if (from + bytes > length) throw new RangeError('the memory is shorter than what it should hold');
      view = bytesOf(this.#buffer, start, length);
      this.#windows.set(number, view);
    }
    return { view, from };
  }
}
