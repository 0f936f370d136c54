/** Memory outside the kernels', to copy from and to: however large it is, and however it grows. */
import { byteLengthOf } from '../../../boundary/array-buffers.js';
import { bytesOf } from '../jobs/copy-bytes.js';

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
