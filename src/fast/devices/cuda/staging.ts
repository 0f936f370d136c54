/** Bringing a caller's entries to where the card can read them. */
import type { DeviceInput } from '../../../protocol/device.js';
import { DeviceError } from '../../../protocol/errors.js';
import { type HostCopies, WORTH_A_THREAD_BYTES } from './host-copies.js';
import type { Koffi, Pointer } from './koffi.js';
import type { PinnedPool } from './pinned-pool.js';
import type { Hold, Registrations } from './registrations.js';

/** Consecutive bytes of a piece. */
interface Part {
  readonly address: Pointer;
  readonly bytes: number;
  readonly release: () => void;
}

/** A piece of an input that the card may read until `release`: its parts, one after the other. */
export interface Staged {
  readonly parts: readonly Part[];
  /** True if page-locked memory was taken for a copy. */
  readonly copied: boolean;
  release(): void;
}

/** One call's input, given out piece by piece. */
export interface StagedInput {
  /** Bytes [start, start + bytes) of the input. */
  piece(start: number, bytes: number): Promise<Staged>;
  /** After the last piece was released. */
  end(): void;
}

/** Copies through page-locked memory, except for what is page-locked where it is. */
export class Staging {
  readonly #pool: PinnedPool;
  readonly #registrations: Registrations;
  readonly #koffi: Koffi;
  readonly #copies: HostCopies;

  constructor(koffi: Koffi, pool: PinnedPool, registrations: Registrations, copies: HostCopies) {
    this.#koffi = koffi;
    this.#pool = pool;
    this.#registrations = registrations;
    this.#copies = copies;
  }

  /** Prepares an input, which the caller no longer changes. */
  open(x: DeviceInput): StagedInput {
    const hold = this.#registrations.hold(x);
    return {
      piece: (start, bytes) => this.#piece(x, hold, start, bytes),
      end: () => hold?.release(),
    };
  }

  /** What lies before and after the locked pages is less than a page each, and is copied. */
  async #piece(x: DeviceInput, hold: Hold | undefined, start: number, bytes: number): Promise<Staged> {
    const address = this.#koffi.address(x);
    const clamp = (at: Pointer): number => Math.min(Math.max(Number(at - address), start), start + bytes);
    const [first, last] = hold === undefined ? [start, start] : [clamp(hold.start), clamp(hold.end)];
    const parts: Part[] = [];
    const release = (): void => {
      for (const part of parts.splice(0)) part.release();
    };
    try {
      if (first > start) parts.push(await this.#copy(x, start, first - start));
      if (last > first) parts.push({ address: address + BigInt(first), bytes: last - first, release: () => {} });
      if (start + bytes > last) parts.push(await this.#copy(x, last, start + bytes - last));
      return { parts, copied: last - first < bytes, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  async #copy(x: DeviceInput, start: number, bytes: number): Promise<Part> {
    const block = this.#pool.take(bytes);
    const part = { address: block.address, bytes, release: () => this.#pool.give(block) };
    if (bytes < WORTH_A_THREAD_BYTES) {
      block.view.set(new Uint8Array(x.buffer, x.byteOffset + start, bytes));
      return part;
    }
    const good = await this.#copies.copy(block.address, this.#koffi.address(x) + BigInt(start), bytes);
    // The input is used here once more: until now it could not be collected.
    if (x.length === 0 || !good) {
      part.release();
      throw new DeviceError('The cuda device failed: the input could not be copied.');
    }
    return part;
  }
}
