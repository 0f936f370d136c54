/** Where answers land, and how they reach the caller without being copied again. */
import { markAsUntransferable } from 'node:worker_threads';
import type { DeviceOutput } from '../../../protocol/device.js';
import { DeviceError } from '../../../protocol/errors.js';
import { type HostCopies, WORTH_A_THREAD_BYTES } from './host-copies.js';
import type { Koffi, Pointer } from './koffi.js';
import type { PinnedBlock, PinnedPool } from './pinned-pool.js';
import type { Registrations } from './registrations.js';

/** Smaller answers are copied: that is cheaper than waiting for the collector to give a block back. */
const LENT_BYTES = 2 ** 20;

/** Keeps the memory behind every buffer that was lent, for as long as somebody has that buffer. */
const memoryOf = new WeakMap<ArrayBuffer, ArrayBuffer>();

/** Consecutive bytes of host memory that the card writes. */
export interface Stretch {
  readonly address: Pointer;
  readonly bytes: number;
}

/** An answer that is being written. */
export interface PendingAnswer {
  /** Where bytes [start, start + bytes) of the answer are to be written, one stretch after the other. */
  parts(start: number, bytes: number): readonly Stretch[];
  /** The finished answer. */
  finish(): DeviceOutput | Promise<DeviceOutput>;
  /** Gives the memory back unread. */
  abandon(): void;
}

type AnswerType = Int32ArrayConstructor | Uint32ArrayConstructor;

/** Makes answers in page-locked memory. */
export class Answers {
  readonly #koffi: Koffi;
  readonly #pool: PinnedPool;
  readonly #registrations: Registrations;
  readonly #copies: HostCopies;
  readonly #returned: FinalizationRegistry<PinnedBlock>;

  constructor(koffi: Koffi, pool: PinnedPool, registrations: Registrations, copies: HostCopies) {
    this.#koffi = koffi;
    this.#pool = pool;
    this.#registrations = registrations;
    this.#copies = copies;
    this.#returned = new FinalizationRegistry((block) => pool.give(block));
  }

  /** Memory for `length` entries of 32 bits; they end up in `into` where that is given. */
  begin(type: AnswerType, length: number, into: DeviceOutput | undefined): PendingAnswer {
    if (into !== undefined) return this.#placed(into);
    const block = this.#pool.take(length * 4);
    return {
      parts: (start, bytes) => [{ address: block.address + BigInt(start), bytes }],
      finish: () => (length * 4 < LENT_BYTES ? this.#copied(type, length, block) : this.#lent(type, length, block)),
      abandon: () => this.#pool.give(block),
    };
  }

  /** Room that somebody else owns: written by the card where it is locked, and copied to where it is not. */
  #placed(into: DeviceOutput): PendingAnswer {
    const address = this.#koffi.address(into);
    const end = into.byteLength;
    const hold = this.#registrations.hold(into);
    const clamp = (at: Pointer): number => Math.min(Math.max(Number(at - address), 0), end);
    const [first, last] = hold === undefined ? [0, 0] : [clamp(hold.start), clamp(hold.end)];
    // What lies before and after the locked pages comes through a block of its own: [0, first) and then [last, end).
    const loose = first + (end - last);
    const block = loose === 0 ? undefined : this.#pool.take(loose);
    const done = (): void => {
      hold?.release();
      if (block !== undefined) this.#pool.give(block);
    };
    const stretches = (start: number, stop: number): Stretch[] => {
      const cuts = [start, Math.min(Math.max(first, start), stop), Math.min(Math.max(last, start), stop), stop];
      const places = [block?.address ?? 0n, address + BigInt(first), (block?.address ?? 0n) + BigInt(first)];
      const begins = [0, first, last];
      return places.flatMap((place, part) => {
        const [from, to] = [cuts[part]!, cuts[part + 1]!];
        return from < to ? [{ address: place + BigInt(from - begins[part]!), bytes: to - from }] : [];
      });
    };
    return {
      parts: (start, bytes) => stretches(start, start + bytes),
      finish: async () => {
        try {
          if (block !== undefined) await this.#bring(into, block, first, last);
        } finally {
          done();
        }
        return into;
      },
      abandon: done,
    };
  }

  async #bring(into: DeviceOutput, block: PinnedBlock, first: number, last: number): Promise<void> {
    const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
    const loose = first + (bytes.length - last);
    if (last > first || loose < WORTH_A_THREAD_BYTES) {
      bytes.set(block.view.subarray(0, first));
      bytes.set(block.view.subarray(first, loose), last);
      return;
    }
    const good = await this.#copies.copy(this.#koffi.address(into), block.address, loose);
    if (!good) throw new DeviceError('The cuda device failed: the answer could not be copied.');
  }

  #copied(type: AnswerType, length: number, block: PinnedBlock): DeviceOutput {
    const y = new type(block.buffer, block.view.byteOffset, length).slice();
    this.#pool.give(block);
    return y;
  }

  /** A buffer of its own over the block's memory. When nobody has that buffer any more the block is used again. */
  #lent(type: AnswerType, length: number, block: PinnedBlock): DeviceOutput {
    const buffer = this.#koffi.view(block.address, length * 4);
    // In another thread it would outlive the buffer that is watched here.
    markAsUntransferable(buffer);
    memoryOf.set(buffer, block.buffer);
    this.#returned.register(buffer, block);
    return new type(buffer);
  }
}
