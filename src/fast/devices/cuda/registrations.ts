/** The caller's own memory, page-locked where it is, so that the card reads or writes it without a copy in between. */

import { isOrdinary } from '../../../boundary/array-buffers.js';
import type { DeviceInput, DeviceOutput } from '../../../protocol/device.js';
import type { CudaContext } from './context.js';
import type { Pointer } from './koffi.js';

const PAGE = 4096n;

/** Locking pages costs about as much as copying them, so it pays for large memory that is used again. */
const WORTH_BYTES = 2n ** 20n;

/** How many places of one buffer are remembered. */
const REMEMBERED = 1024;

/** A right to let the card use addresses [start, end) where they are. */
export interface Hold {
  readonly start: Pointer;
  readonly end: Pointer;
  /** The card is done with them. */
  release(): void;
}

interface Entry {
  /** Held, because memory that is freed while locked would be locked in vain wherever it turns up next. */
  readonly buffer: ArrayBufferLike;
  readonly bufferBytes: number;
  readonly start: Pointer;
  readonly end: Pointer;
  readonly unpin: () => void;
  uses: number;
}

/**
 * What is locked now, up to a limit; what was not used for longest goes first. Only pages that lie wholly inside an input
 * or room for an answer are ever locked: the card gets to see no neighbour of what it is given.
 */
export class Registrations {
  readonly #context: CudaContext;
  readonly #limitBytes: bigint;
  readonly #seen = new WeakMap<ArrayBufferLike, Set<Pointer>>();
  /** Places in shared memory, which comes as another object each time it comes from another thread. */
  readonly #seenShared = new Set<Pointer>();
  #entries: Entry[] = [];

  constructor(context: CudaContext, limitBytes: number) {
    this.#context = context;
    this.#limitBytes = BigInt(limitBytes);
    context.cleanup.add(() => {
      this.#entries = [];
    });
  }

  /** Undefined when the array should be copied instead: small, not seen at this place before, or impossible to lock. */
  hold(array: DeviceInput | DeviceOutput): Hold | undefined {
    // Memory that was transferred to another thread is out of reach here, and may be freed there.
    this.#drop((entry) => entry.buffer.byteLength !== entry.bufferBytes);
    const address = this.#context.koffi.address(array);
    const start = ((address + PAGE - 1n) / PAGE) * PAGE;
    const end = ((address + BigInt(array.byteLength)) / PAGE) * PAGE;
    if (end - start < WORTH_BYTES || end - start > this.#limitBytes) return undefined;
    const entry = this.#find(array.buffer, start, end) ?? this.#lock(array.buffer, start, end);
    if (entry === undefined) return undefined;
    entry.uses++;
    const release = (): void => {
      entry.uses--;
    };
    return { start, end, release };
  }

  /** Shared memory that grew has a new buffer over the old pages; memory that is not shared has only one. */
  #find(buffer: ArrayBufferLike, start: Pointer, end: Pointer): Entry | undefined {
    const same = (entry: Entry): boolean =>
      entry.buffer === buffer || !(isOrdinary(entry.buffer) || isOrdinary(buffer));
    const at = this.#entries.findIndex((entry) => same(entry) && entry.start <= start && end <= entry.end);
    if (at < 0) return undefined;
    const [entry] = this.#entries.splice(at, 1);
    this.#entries.push(entry!);
    return entry;
  }

  #lock(buffer: ArrayBufferLike, start: Pointer, end: Pointer): Entry | undefined {
    if (!this.#cameAgain(buffer, start) || !this.#makeRoom(start, end)) return undefined;
    const { driver, cleanup } = this.#context;
    try {
      driver.pin(start, Number(end - start));
    } catch {
      return undefined;
    }
    const unpin = cleanup.add(() => driver.unpin(start));
    const entry = { buffer, bufferBytes: buffer.byteLength, start, end, unpin, uses: 0 };
    this.#entries.push(entry);
    return entry;
  }

  #cameAgain(buffer: ArrayBufferLike, start: Pointer): boolean {
    const known = isOrdinary(buffer) ? this.#seen.get(buffer) : this.#seenShared;
    const places = known ?? new Set<Pointer>();
    if (places.has(start)) return true;
    if (places.size >= REMEMBERED) places.clear();
    places.add(start);
    if (known === undefined) this.#seen.set(buffer, places);
    return false;
  }

  /** What overlaps, or is too much, and is not in use, is unlocked. False if that is not enough. */
  #makeRoom(start: Pointer, end: Pointer): boolean {
    const overlaps = (entry: Entry): boolean => entry.start < end && start < entry.end;
    this.#drop(overlaps);
    let total = this.#entries.reduce((sum, entry) => sum + entry.end - entry.start, end - start);
    this.#drop((entry) => {
      if (total <= this.#limitBytes) return false;
      total -= entry.end - entry.start;
      return true;
    });
    return total <= this.#limitBytes && !this.#entries.some(overlaps);
  }

  /** Unlocks what the condition picks among the entries that are not in use, oldest first. */
  #drop(condition: (entry: Entry) => boolean): void {
    this.#entries = this.#entries.filter((entry) => {
      if (entry.uses > 0 || !condition(entry)) return true;
      try {
        entry.unpin();
      } catch {}
      return false;
    });
  }
}
