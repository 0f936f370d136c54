/** One-time pads: made offline, kept secret, used at most once whatever happens. */
import { inputLength, type LinearMap, outputLength } from '../reference/linear-map.js';
import type { TrustedArithmetic, TrustedMap } from './arithmetic.js';
import { PadError } from './errors.js';
import type { Modulus } from './modulus.js';
import type { Randomness } from './randomness.js';
import { sampleResidues } from './sampling.js';

/** The secret of one layer of one inference: rho uniform over Z_p^|X|, u = L(rho) mod p. */
export interface PadMaterial {
  /** |X| residues below p. */
  readonly rho: Uint32Array;
  /** |Y| residues: L(rho) mod p. */
  readonly u: Uint32Array;
}

/** A pad that can be taken once. Taking it marks it spent before anything is done with it. */
export class Pad {
  #material: PadMaterial | null;
  readonly #arithmetic: TrustedArithmetic;

  constructor(material: PadMaterial, arithmetic: TrustedArithmetic) {
    this.#material = material;
    this.#arithmetic = arithmetic;
  }

  /**
   * The material; the caller wipes it with `arithmetic.release` as soon as it was used.
   * @throws PadError the second time.
   */
  take(): PadMaterial {
    const material = this.#material;
    if (material === null) throw new PadError('This pad was already used; a pad is never used twice.');
    this.#material = null;
    return material;
  }

  /** Wipes the pad if it was not taken. */
  destroy(): void {
    if (this.#material === null) return;
    const { rho, u } = this.take();
    this.#arithmetic.release(rho);
    this.#arithmetic.release(u);
  }
}

/** The pads of one inference, one per linear layer. */
export type PadSet = readonly Pad[];

/** Where prepared pads wait. A durable store implements the same interface and must survive crash and fork. */
export interface PadStore {
  /** How many inferences can still be served. */
  readonly count: number;
  /** Takes one set in. */
  add(pads: PadSet): Promise<void>;
  /**
   * Takes one set out for good: from here on it counts as spent, whatever happens to the inference.
   * @throws PadError when none is left.
   */
  reserve(): Promise<PadSet>;
  /** Wipes every pad that waits. */
  destroy(): Promise<void>;
}

/** Pads in this process's memory: gone when it ends, so a crash cannot lead to a second use. */
export class MemoryPadStore implements PadStore {
  #sets: PadSet[] = [];

  get count(): number {
    return this.#sets.length;
  }

  /** Takes one set in. */
  async add(pads: PadSet): Promise<void> {
    this.#sets.push(pads);
  }

  async reserve(): Promise<PadSet> {
    const set = this.#sets.shift();
    if (set === undefined) throw new PadError('No pad is left: call prepare() before running privately.');
    return set;
  }

  async destroy(): Promise<void> {
    const sets = this.#sets;
    this.#sets = [];
    for (const set of sets) for (const pad of set) pad.destroy();
  }
}

/** Makes the pad of one layer: rho by rejection sampling, u = L(rho) mod p on the trusted side. */
export function makePad(
  map: LinearMap,
  trusted: TrustedMap,
  modulus: Modulus,
  arithmetic: TrustedArithmetic,
  randomness: Randomness,
): Pad {
  const rho = arithmetic.allocate('u32', inputLength(map), 'anything');
  const u = arithmetic.allocate('u32', outputLength(map), 'anything');
  sampleResidues(randomness, modulus, rho, arithmetic);
  trusted.applyModulo(rho, modulus, u);
  return new Pad({ rho, u }, arithmetic);
}
