/** Memory that only JavaScript reaches: copies from and to it, however large it is, and however it grows. */
import { byteLengthOf } from '../../../boundary/array-buffers.js';

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
