/** Freivalds' check: k secret challenges per layer, drawn with full entropy and folded once per session. */
import { inputLength, type LinearMap, outputLength } from '../model/linear-map.js';
import { CHECK_MODULUS } from '../model/modulus.js';
import type { TrustedArithmetic, TrustedMap } from './arithmetic.js';
import { SessionError } from './errors.js';
import { type Incoming, type Outgoing, packedLength } from './passes.js';
import type { Randomness } from './randomness.js';
import { sampleResidues } from './sampling.js';

/** The k challenges of one layer. They leave this object in no form but what the two passes compute with them. */
export class Challenges {
  readonly repetitions: number;
  readonly #s: Uint32Array[] = [];
  readonly #folded: Uint32Array[] = [];
  readonly #arithmetic: TrustedArithmetic;

  private constructor(repetitions: number, arithmetic: TrustedArithmetic) {
    this.repetitions = repetitions;
    this.#arithmetic = arithmetic;
  }

  /** Draws s uniform over F_q^|Y|, q = 2^31 - 1, and folds it: the transpose of L applied to s, mod q; `repetitions` times. */
  static make(
    map: LinearMap,
    trusted: TrustedMap,
    repetitions: number,
    arithmetic: TrustedArithmetic,
    randomness: Randomness,
  ): Challenges {
    const made = new Challenges(repetitions, arithmetic);
    const inputs = inputLength(map);
    try {
      for (let repetition = 0; repetition < repetitions; repetition++) {
        const s = arithmetic.allocate('u32', outputLength(map), 'anything');
        made.#s.push(s);
        const packed = arithmetic.allocate('u32', packedLength(inputs), 'anything');
        made.#folded.push(packed);
        sampleResidues(randomness, CHECK_MODULUS, s, arithmetic);
        made.#fold(s, trusted, packed, inputs);
      }
      return made;
    } catch (error) {
      made.destroy();
      throw error;
    }
  }

  #fold(s: Uint32Array, trusted: TrustedMap, packed: Uint32Array, inputs: number): void {
    const folded = this.#arithmetic.allocate('u32', inputs, 'anything');
    try {
      trusted.transpose(s, folded);
      this.#arithmetic.packFolded(folded, packed);
    } finally {
      this.#arithmetic.release(folded);
    }
  }

  /** `TrustedArithmetic.outgoing` with these challenges. @throws SessionError after `destroy` */
  outgoing(
    x: Int16Array,
    how: Omit<Outgoing, 'folded'>,
    message: Int16Array | Uint32Array,
    sums: Uint32Array,
  ): boolean {
    this.#requireAlive();
    return this.#arithmetic.outgoing(x, { ...how, folded: this.#folded }, message, sums);
  }

  /** `TrustedArithmetic.incoming` with these challenges. @throws SessionError after `destroy` */
  incoming(
    answer: Int32Array | Uint32Array,
    how: Omit<Incoming, 'challenges'>,
    folds: Uint32Array,
    out: Int16Array | Int32Array,
  ): boolean {
    this.#requireAlive();
    return this.#arithmetic.incoming(answer, { ...how, challenges: this.#s }, folds, out);
  }

  /** With no challenge left, everything would hold. */
  #requireAlive(): void {
    if (this.#s.length === 0) throw new SessionError('The challenges were destroyed; nothing can be checked.');
  }

  /** Wipes the challenges. */
  destroy(): void {
    for (const vector of [...this.#s, ...this.#folded]) this.#arithmetic.release(vector);
    this.#s.length = 0;
    this.#folded.length = 0;
  }
}

/**
 * Products s * y, 0 <= s < q and |y| <= bound, that fit one int64 lane: n * (q - 1) * bound <= 2^63 - 1.
 * BigInt, because 2^63 - 1 is not a float64. At least 2, since bound <= 2^31 - 1; at most 2^30, since the kernel counts
 * in int32.
 */
export function foldTerms(bound: number): number {
  const terms = (2n ** 63n - 1n) / ((2n ** 31n - 2n) * BigInt(Math.max(bound, 1)));
  return Number(terms < 2n ** 30n ? terms : 2n ** 30n);
}
