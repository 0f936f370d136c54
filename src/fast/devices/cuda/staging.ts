/** Bringing a caller's entries to where the card can read them. */
import type { DeviceInput } from '../../../protocol/device.js';
import { DeviceError } from '../../../protocol/errors.js';
import type { ForeignFunction, Koffi, Pointer } from './koffi.js';
import type { PinnedPool } from './pinned-pool.js';
import type { Registrations } from './registrations.js';

/** Larger pieces are copied by other threads, in slices of at least this size, and the event loop goes on. */
const SLICE_BYTES = 2 ** 20;
const MOST_SLICES = 4;

/** Bytes that the card may read until `release`. */
export interface Staged {
  readonly address: Pointer;
  release(): void;
}

/** One call's input, given out piece by piece. */
export interface StagedInput {
  /** Bytes [start, start + bytes) of the input. */
  piece(start: number, bytes: number): Promise<Staged>;
  /** After the last piece was released. */
  end(): void;
}

/** Copies through page-locked memory, unless the input itself can be page-locked. */
export class Staging {
  readonly #pool: PinnedPool;
  readonly #registrations: Registrations;
  readonly #koffi: Koffi;
  readonly #memcpy: ForeignFunction;

  constructor(koffi: Koffi, pool: PinnedPool, registrations: Registrations) {
    this.#koffi = koffi;
    this.#pool = pool;
    this.#registrations = registrations;
    this.#memcpy = koffi.load(null).func('memcpy', 'uint64', ['uint64', 'uint64', 'uint64']);
  }

  /** Prepares an input, which the caller no longer changes. */
  open(x: DeviceInput): StagedInput {
    const hold = this.#registrations.hold(x);
    if (hold !== undefined) {
      const piece = async (start: number): Promise<Staged> => ({
        address: hold.address + BigInt(start),
        release: () => {},
      });
      return { piece, end: () => hold.release() };
    }
    return { piece: (start, bytes) => this.#copy(x, start, bytes), end: () => {} };
  }

  async #copy(x: DeviceInput, start: number, bytes: number): Promise<Staged> {
    const block = this.#pool.take(bytes);
    const staged = { address: block.address, release: () => this.#pool.give(block) };
    if (bytes < 2 * SLICE_BYTES) {
      block.view.set(new Uint8Array(x.buffer, x.byteOffset + start, bytes));
      return staged;
    }
    const slice = Math.max(SLICE_BYTES, Math.ceil(bytes / MOST_SLICES / 64) * 64);
    const from = this.#koffi.address(x) + BigInt(start);
    const slices: Promise<void>[] = [];
    for (let at = 0; at < bytes; at += slice) {
      slices.push(this.#copySlice(block.address + BigInt(at), from + BigInt(at), Math.min(slice, bytes - at)));
    }
    const outcomes = await Promise.allSettled(slices);
    // Both ends of the copy are used here once more: until now neither could be collected.
    if (x.length === 0 || outcomes.some(({ status }) => status === 'rejected')) {
      staged.release();
      throw new DeviceError('The cuda device failed: the input could not be copied.');
    }
    return staged;
  }

  #copySlice(to: Pointer, from: Pointer, bytes: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#memcpy.async(to, from, bytes, (error) => (error === null ? resolve() : reject(error)));
    });
  }
}
