/** Where answers land, and how they reach the caller without being copied again. */
import { markAsUntransferable } from 'node:worker_threads';
import type { DeviceOutput } from '../../../protocol/device.js';
import type { Koffi, Pointer } from './koffi.js';
import type { PinnedBlock, PinnedPool } from './pinned-pool.js';

/** Smaller answers are copied: that is cheaper than waiting for the collector to give a block back. */
const LENT_BYTES = 2 ** 20;

/** Keeps the memory behind every buffer that was lent, for as long as somebody has that buffer. */
const memoryOf = new WeakMap<ArrayBuffer, ArrayBuffer>();

/** An answer that is being written. */
export interface PendingAnswer {
  readonly address: Pointer;
  /** The finished answer. */
  finish(): DeviceOutput;
  /** Gives the memory back unread. */
  abandon(): void;
}

/** Makes answers in page-locked memory. */
export class Answers {
  readonly #koffi: Koffi;
  readonly #pool: PinnedPool;
  readonly #returned: FinalizationRegistry<PinnedBlock>;

  constructor(koffi: Koffi, pool: PinnedPool) {
    this.#koffi = koffi;
    this.#pool = pool;
    this.#returned = new FinalizationRegistry((block) => pool.give(block));
  }

  /** Memory for `length` entries of 32 bits. */
  begin(type: Int32ArrayConstructor | Uint32ArrayConstructor, length: number): PendingAnswer {
    const block = this.#pool.take(length * 4);
    return {
      address: block.address,
      finish: () => (length * 4 < LENT_BYTES ? this.#copied(type, length, block) : this.#lent(type, length, block)),
      abandon: () => this.#pool.give(block),
    };
  }

  #copied(type: Int32ArrayConstructor | Uint32ArrayConstructor, length: number, block: PinnedBlock): DeviceOutput {
    const y = new type(block.buffer, block.view.byteOffset, length).slice();
    this.#pool.give(block);
    return y;
  }

  /** A buffer of its own over the block's memory. When nobody has that buffer any more the block is used again. */
  #lent(type: Int32ArrayConstructor | Uint32ArrayConstructor, length: number, block: PinnedBlock): DeviceOutput {
    const buffer = this.#koffi.view(block.address, length * 4);
    // In another thread it would outlive the buffer that is watched here.
    markAsUntransferable(buffer);
    memoryOf.set(buffer, block.buffer);
    this.#returned.register(buffer, block);
    return new type(buffer);
  }
}
