/** The host's side of the kernels' memory: arrays that live there, working space, and what it takes to use other arrays. */
import { clearFields } from './jobs/clear.js';
import type { Kernels } from './kernels/exports.js';
import type { KernelInstance } from './kernels/instance.js';
import { soloTeam, type Team } from './team/team.js';

/** The element types the kernels work on. */
export type KernelArray = Int16Array | Int32Array | Uint32Array;

/** Kernels read and overwrite whole vectors, so every block has room for two more. */
const SLACK_BYTES = 32;

/** The most bytes that wait, unwiped, to be used again. */
const MOST_KEPT_BYTES = 2 ** 30;

/** What one thread wipes at a time. */
const CLEAR_BYTES = 2 ** 18;

/** One memory with its allocations. */
export class KernelMemory {
  readonly kernels: Kernels;
  /** The threads that work on this memory. */
  readonly team: Team;
  readonly #memory: WebAssembly.Memory;
  /** Growing makes a new buffer object over the same bytes; views of the older ones stay valid. */
  readonly #buffers = new WeakSet<ArrayBufferLike>();
  readonly #blocks = new Map<number, number>();
  /** Blocks that were given back and not wiped, by size. */
  readonly #kept = new Map<number, number[]>();
  #keptBytes = 0;
  #closed = false;

  constructor(instance: KernelInstance, team: Team = soloTeam(instance)) {
    this.kernels = instance.kernels;
    this.team = team;
    this.#memory = instance.memory;
  }

  /** How many bytes are in use. */
  get usedBytes(): number {
    let bytes = 0;
    for (const size of this.#blocks.values()) bytes += size;
    return bytes;
  }

  /**
   * A block of memory, zeroed unless it is working space.
   * @throws Error when there is no more memory.
   */
  take(bytes: number, content: 'zeros' | 'anything' = 'zeros'): number {
    if (this.#closed) throw new Error('this memory was closed');
    const kept = content === 'anything' ? this.#kept.get(bytes)?.pop() : undefined;
    if (kept !== undefined) {
      this.#keptBytes -= bytes;
      this.#blocks.set(kept, bytes);
      return kept;
    }
    let pointer: number;
    try {
      if (!(bytes >= 0 && bytes < 2 ** 30 - 2 * SLACK_BYTES))
        throw new RangeError('a block must be smaller than 1 GiB');
      pointer = this.#allocate(bytes + SLACK_BYTES);
    } catch (cause) {
      throw new Error(`out of WebAssembly memory: ${bytes} bytes more were asked for`, { cause });
    }
    if (content === 'zeros') this.#clear(pointer, bytes + SLACK_BYTES);
    this.#blocks.set(pointer, bytes);
    return pointer;
  }

  /** What is only kept makes room when there is no other. */
  #allocate(bytes: number): number {
    try {
      return this.kernels.allocate(bytes) >>> 0;
    } catch (error) {
      if (this.#keptBytes === 0) throw error;
      this.wipe();
      return this.kernels.allocate(bytes) >>> 0;
    }
  }

  /** Takes a block back as it is, for the next one of its size whose content is not fixed. After `wipe` nothing is left of it. */
  keep(pointer: number): void {
    const bytes = this.#blocks.get(pointer);
    if (this.#closed || bytes === undefined || this.#keptBytes + bytes > MOST_KEPT_BYTES) {
      this.give(pointer);
      return;
    }
    this.#blocks.delete(pointer);
    const same = this.#kept.get(bytes);
    if (same === undefined) this.#kept.set(bytes, [pointer]);
    else same.push(pointer);
    this.#keptBytes += bytes;
  }

  /** Overwrites with zeros what was kept, and takes it back for good. */
  wipe(): void {
    for (const [bytes, pointers] of this.#kept) {
      for (const pointer of pointers) {
        this.#clear(pointer, bytes + SLACK_BYTES);
        this.kernels.free(pointer);
      }
    }
    this.#kept.clear();
    this.#keptBytes = 0;
  }

  /**
   * Overwrites a block with zeros and takes it back; only what lies behind its entries if those were wiped already. After `close`
   * there is nothing left to take back.
   */
  give(pointer: number, content: 'wipe' | 'zeros' = 'wipe'): void {
    if (this.#closed) return;
    const bytes = this.#blocks.get(pointer);
    if (bytes === undefined)
      throw new RangeError('this memory is not in use: it was never allocated here, or released twice');
    this.#blocks.delete(pointer);
    if (content === 'zeros') this.#clear(pointer + bytes, SLACK_BYTES);
    else this.#clear(pointer, bytes + SLACK_BYTES);
    this.kernels.free(pointer);
  }

  /** Large blocks are wiped by all threads, unless they are gone. */
  #clear(pointer: number, bytes: number): void {
    if (bytes < 2 * CLEAR_BYTES || !this.team.usable) {
      this.kernels.clear(pointer, bytes);
      return;
    }
    const tile = CLEAR_BYTES;
    this.team.run('clear', clearFields.pack({ pointer, bytes, tile }), Math.ceil(bytes / tile));
  }

  /** Gives back every block; nothing can be taken afterwards. */
  close(): void {
    for (const pointer of [...this.#blocks.keys()]) this.give(pointer);
    this.wipe();
    this.team.close();
    this.#closed = true;
  }

  /** The buffer as it is now, for views. */
  get buffer(): ArrayBufferLike {
    const { buffer } = this.#memory;
    this.#buffers.add(buffer);
    return buffer;
  }

  /** True if the array lies in this memory. */
  owns(array: KernelArray): boolean {
    return this.#buffers.has(array.buffer);
  }

  /** Copies an array from anywhere to an address. */
  write(pointer: number, array: KernelArray): void {
    if (array instanceof Int16Array) new Int16Array(this.buffer, pointer, array.length).set(array);
    else new Int32Array(this.buffer, pointer, array.length).set(array);
  }

  /** Copies as many entries from an address as the array has. */
  read(pointer: number, array: KernelArray): void {
    if (array instanceof Int16Array) array.set(new Int16Array(this.buffer, pointer, array.length));
    else if (array instanceof Int32Array) array.set(new Int32Array(this.buffer, pointer, array.length));
    else array.set(new Uint32Array(this.buffer, pointer, array.length));
  }

  /**
   * Runs `work` with working space that is overwritten and given back afterwards, whatever happens.
   * Outputs of other memories are written only when `work` returned.
   */
  within<T>(work: (frame: Frame) => T): T {
    const frame = new Frame(this);
    try {
      const result = work(frame);
      frame.finish();
      return result;
    } finally {
      frame.end();
    }
  }
}

/** Working space per thread: where thread 0's starts and how far the others' are apart. */
export interface ThreadSpace {
  readonly scratch: number;
  readonly scratchPitch: number;
}

/** No two threads write to one cache line. */
const LINE_BYTES = 128;

/** The working space of one call. */
export class Frame {
  readonly #memory: KernelMemory;
  readonly #blocks: number[] = [];
  readonly #outputs: { readonly pointer: number; readonly array: KernelArray }[] = [];

  constructor(memory: KernelMemory) {
    this.#memory = memory;
  }

  /** Space for this call, with nothing known about its content (no secret: blocks are zeroed when they are given back). */
  space(bytes: number): number {
    const pointer = this.#memory.take(bytes, 'anything');
    this.#blocks.push(pointer);
    return pointer;
  }

  /** Space for this call, so many bytes for every thread of the team; zeroed if it is to be added to. */
  perThread(bytes: number, content: 'zeros' | 'anything' = 'anything'): ThreadSpace {
    const scratchPitch = Math.ceil((bytes + SLACK_BYTES) / LINE_BYTES) * LINE_BYTES;
    const scratch = this.#memory.take(scratchPitch * this.#memory.team.threads, content);
    this.#blocks.push(scratch);
    return { scratch, scratchPitch };
  }

  /** The address of an array to read, which is copied if it lies elsewhere. */
  input(array: KernelArray): number {
    if (this.#memory.owns(array)) return array.byteOffset;
    const pointer = this.space(array.byteLength);
    this.#memory.write(pointer, array);
    return pointer;
  }

  /** The address of an array to write, which is copied back if it lies elsewhere. */
  output(array: KernelArray): number {
    if (this.#memory.owns(array)) return array.byteOffset;
    const pointer = this.space(array.byteLength);
    this.#outputs.push({ pointer, array });
    return pointer;
  }

  finish(): void {
    for (const { pointer, array } of this.#outputs) this.#memory.read(pointer, array);
  }

  end(): void {
    for (const pointer of this.#blocks) this.#memory.give(pointer);
    this.#blocks.length = 0;
  }
}
