/** Where prepared pads wait. */
import { PadError } from './errors.js';
import { destroyPads, type PadSet } from './pads.js';

/**
 * Where prepared pads wait. Every question is asked and answered asynchronously, so that a store may be a file, or another
 * machine. A set is data: `pad.take()` gives what must be kept secret, `pad.binding` what it is for, and `new Pad(binding,
 * material)` makes a pad of them again. A durable store must make "spent" durable before it hands a set out, and survive
 * crash and fork; sealing what it writes is its business.
 */
export interface PadStore {
  /** How many inferences of one image can still be served. */
  count(): Promise<number>;
  /** Takes one set in; from here on it is the store's. */
  add(set: PadSet): Promise<void>;
  /**
   * Takes so many sets out for good, all or none: from here on they count as spent, whatever happens to the inference.
   * @param sets from 1
   * @throws PadError when there are fewer; none is spent then
   */
  reserve(sets: number): Promise<readonly PadSet[]>;
  /** Wipes every pad that waits. */
  destroy(): Promise<void>;
}

/** Pads in this process's memory: gone when it ends, so a crash cannot lead to a second use. */
export class MemoryPadStore implements PadStore {
  #sets: PadSet[] = [];

  async count(): Promise<number> {
    return this.#sets.length;
  }

  async add(set: PadSet): Promise<void> {
    this.#sets.push(set);
  }

  async reserve(sets: number): Promise<readonly PadSet[]> {
    if (sets > this.#sets.length) throw tooFewPads(this.#sets.length, sets);
    return this.#sets.splice(0, sets);
  }

  async destroy(): Promise<void> {
    const sets = this.#sets;
    this.#sets = [];
    destroyPads(sets);
  }
}

/** That `wanted` sets of pads were asked for and fewer are left. */
export function tooFewPads(left: number, wanted: number): PadError {
  return new PadError(`${left} pads are left for ${wanted} images: call prepare() before running privately.`);
}
