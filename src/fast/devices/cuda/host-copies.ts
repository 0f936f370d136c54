/** Large copies from host memory to host memory, done by other threads while the event loop goes on. */
import type { ForeignFunction, Koffi, Pointer } from './koffi.js';

/** A slice is at least this large. */
const SLICE_BYTES = 2 ** 20;
const MOST_SLICES = 4;

/** Copies of fewer bytes cost less than handing them to another thread. */
export const WORTH_A_THREAD_BYTES = 2 * SLICE_BYTES;

/** The C library's memcpy on the threads of the foreign function interface. */
export class HostCopies {
  readonly #memcpy: ForeignFunction;

  constructor(koffi: Koffi) {
    this.#memcpy = koffi.load(null).func('memcpy', 'uint64', ['uint64', 'uint64', 'uint64']);
  }

  /** Copies in slices; the caller keeps both memories alive. Resolves, to false if a slice failed, when none is under way. */
  async copy(to: Pointer, from: Pointer, bytes: number): Promise<boolean> {
    const slice = Math.max(SLICE_BYTES, Math.ceil(bytes / MOST_SLICES / 64) * 64);
    const slices: Promise<void>[] = [];
    for (let at = 0; at < bytes; at += slice) {
      slices.push(this.#slice(to + BigInt(at), from + BigInt(at), Math.min(slice, bytes - at)));
    }
    const outcomes = await Promise.allSettled(slices);
    return outcomes.every(({ status }) => status === 'fulfilled');
  }

  #slice(to: Pointer, from: Pointer, bytes: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#memcpy.async(to, from, bytes, (error) => (error === null ? resolve() : reject(error)));
    });
  }
}
