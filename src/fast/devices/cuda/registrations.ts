/** The caller's own memory, page-locked where it is, so that the card reads it without a copy in between. */
import type { DeviceInput } from '../../../protocol/device.js';
import type { CudaContext } from './context.js';
import type { Pointer } from './koffi.js';

/** Locking pages costs about as much as copying them, so it pays for large memory that is used again. */
const WORTH_BYTES = 2 ** 20;

/** A right to let the card read an array where it is. */
export interface Hold {
  readonly address: Pointer;
  /** The card has read it. */
  release(): void;
}

interface Entry {
  /** Held, because memory that is freed while locked would be locked in vain wherever it turns up next. */
  readonly buffer: ArrayBufferLike;
  readonly start: Pointer;
  readonly bytes: number;
  readonly unpin: () => void;
  uses: number;
}

/** What is locked now, up to a limit; what was not used for longest goes first. */
export class Registrations {
  readonly #context: CudaContext;
  readonly #limitBytes: number;
  readonly #seen = new WeakSet<ArrayBufferLike>();
  #entries: Entry[] = [];

  constructor(context: CudaContext, limitBytes: number) {
    this.#context = context;
    this.#limitBytes = limitBytes;
    context.cleanup.add(() => {
      this.#entries = [];
    });
  }

  /** Undefined when the array should be copied instead: small, not seen before, or impossible to lock. */
  hold(array: DeviceInput): Hold | undefined {
    this.#dropStale();
    const { buffer } = array;
    if (array.byteLength < WORTH_BYTES || buffer.byteLength > this.#limitBytes) return undefined;
    const address = this.#context.koffi.address(array);
    const start = address - BigInt(array.byteOffset);
    const entry = this.#find(buffer, start) ?? this.#lock(buffer, start);
    if (entry === undefined) return undefined;
    entry.uses++;
    return {
      address,
      release: () => {
        entry.uses--;
      },
    };
  }

  #find(buffer: ArrayBufferLike, start: Pointer): Entry | undefined {
    const at = this.#entries.findIndex((entry) => entry.buffer === buffer && entry.start === start);
    if (at < 0) return undefined;
    const [entry] = this.#entries.splice(at, 1);
    this.#entries.push(entry!);
    return entry;
  }

  #lock(buffer: ArrayBufferLike, start: Pointer): Entry | undefined {
    // Shared memory is made to be used again; other memory shows it by coming back.
    const again = !(buffer instanceof ArrayBuffer) || this.#seen.has(buffer);
    this.#seen.add(buffer);
    if (!again || !this.#makeRoom(start, buffer.byteLength)) return undefined;
    const { driver, cleanup } = this.#context;
    try {
      driver.pin(start, buffer.byteLength);
    } catch {
      return undefined;
    }
    const unpin = cleanup.add(() => driver.unpin(start));
    const entry = { buffer, start, bytes: buffer.byteLength, unpin, uses: 0 };
    this.#entries.push(entry);
    return entry;
  }

  /** WebAssembly memory that grew is a new buffer at the old place; the old one's pages must be unlocked first. */
  #makeRoom(start: Pointer, bytes: number): boolean {
    const end = start + BigInt(bytes);
    const overlaps = (entry: Entry): boolean => entry.start < end && start < entry.start + BigInt(entry.bytes);
    this.#drop((entry) => overlaps(entry));
    let total = this.#entries.reduce((sum, entry) => sum + entry.bytes, bytes);
    this.#drop((entry) => {
      const tooMuch = total > this.#limitBytes;
      if (tooMuch && entry.uses === 0) total -= entry.bytes;
      return tooMuch;
    });
    return total <= this.#limitBytes && !this.#entries.some(overlaps);
  }

  /** Memory that was transferred to another thread is out of reach here, and may be freed there. */
  #dropStale(): void {
    this.#drop((entry) => entry.buffer.byteLength !== entry.bytes);
  }

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
