/** Page-locked host memory, reused: the card copies to and from it directly, at the full rate of the bus. */
import type { CudaContext } from './context.js';
import type { Pointer } from './koffi.js';

const PAGE = 4096;
const SMALLEST = 2 ** 16;

/** A block of host memory. */
export interface PinnedBlock {
  /** Owns the memory. While anything refers to it, the memory exists, pinned or not. */
  readonly buffer: ArrayBuffer;
  readonly address: Pointer;
  readonly bytes: number;
  /** The whole block. */
  readonly view: Uint8Array;
  /** Undefined for a block that could not be page-locked: it works as well, and slower. */
  readonly unpin: (() => void) | undefined;
}

/** Sizes in eighths of powers of two, so that blocks fit again and at most an eighth is wasted. */
function sizeClass(bytes: number): number {
  const eighth = Math.max(SMALLEST / 8, 2 ** Math.floor(Math.log2(Math.max(bytes, 1))) / 8);
  return Math.max(SMALLEST, Math.ceil(bytes / eighth) * eighth);
}

/** Blocks by size. The memory is JavaScript's own, so that nothing that still refers to a block is ever left dangling. */
export class PinnedPool {
  readonly #context: CudaContext;
  readonly #limitBytes: number;
  readonly #free: PinnedBlock[] = [];
  #pinnedBytes = 0;
  #closed = false;

  constructor(context: CudaContext, limitBytes: number) {
    this.#context = context;
    this.#limitBytes = limitBytes;
    context.cleanup.add(() => {
      this.#closed = true;
      this.#free.length = 0;
    });
  }

  /** A block of at least `bytes`: a used one of at most twice the size, or a new one. */
  take(bytes: number): PinnedBlock {
    const size = sizeClass(bytes);
    let best = -1;
    for (let i = 0; i < this.#free.length; i++) {
      const have = this.#free[i]!.bytes;
      if (have >= size && have <= 2 * size && (best < 0 || have < this.#free[best]!.bytes)) best = i;
    }
    if (best >= 0) return this.#free.splice(best, 1)[0]!;
    while (this.#pinnedBytes + size > this.#limitBytes && this.#free.length > 0) this.#drop(this.#free.shift()!);
    return this.#create(size);
  }

  /** Takes a block back. Nothing may be reading or writing it. */
  give(block: PinnedBlock): void {
    if (this.#closed || block.unpin === undefined) return;
    this.#free.push(block);
  }

  #create(bytes: number): PinnedBlock {
    // Page-locking works by pages, and two locked blocks must not share one.
    const buffer = new ArrayBuffer(bytes + PAGE);
    const base = this.#context.koffi.address(new Uint8Array(buffer));
    const skip = (PAGE - Number(base % BigInt(PAGE))) % PAGE;
    const address = base + BigInt(skip);
    return { buffer, address, bytes, view: new Uint8Array(buffer, skip, bytes), unpin: this.#pin(address, bytes) };
  }

  #pin(address: Pointer, bytes: number): (() => void) | undefined {
    if (this.#closed || this.#pinnedBytes + bytes > this.#limitBytes) return undefined;
    const { driver, cleanup } = this.#context;
    try {
      driver.pin(address, bytes);
    } catch {
      // The system limits how much may be locked. Copies then take a detour through the driver's own buffers.
      return undefined;
    }
    this.#pinnedBytes += bytes;
    return cleanup.add(() => {
      this.#pinnedBytes -= bytes;
      driver.unpin(address);
    });
  }

  #drop(block: PinnedBlock): void {
    try {
      block.unpin?.();
    } catch {}
  }
}
