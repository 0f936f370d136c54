/** Freivalds' check: k secret challenges per layer, drawn with full entropy and folded once per session. */
import { inputLength, type LinearMap, outputLength } from '../reference/linear-map.js';
import type { TrustedArithmetic, TrustedMap } from './arithmetic.js';
import { SessionError } from './errors.js';
import { CHECK_MODULUS } from './modulus.js';
import type { Randomness } from './randomness.js';
import { sampleResidues } from './sampling.js';

interface Challenge {
  readonly s: Uint32Array;
  readonly folded: Uint32Array;
}

/** The k challenges of one layer. They leave this object in no form but accept or reject. */
export class Challenges {
  #challenges: Challenge[] = [];
  readonly #arithmetic: TrustedArithmetic;

  private constructor(arithmetic: TrustedArithmetic) {
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
    const made = new Challenges(arithmetic);
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const s = arithmetic.allocate('u32', outputLength(map));
      const folded = arithmetic.allocate('u32', inputLength(map));
      sampleResidues(randomness, CHECK_MODULUS, s);
      trusted.transpose(s, folded);
      made.#challenges.push({ s, folded });
    }
    return made;
  }

  /**
   * True if <s, y> = <folded, x> mod q for every challenge, given |y| <= bound. All of them are computed before any is
   * looked at, and one bit comes out: neither time nor result tells which repetition failed.
   * @throws SessionError after `destroy`: with no challenge left, everything would hold
   */
  hold(x: Int16Array, y: Int32Array, bound: number): boolean {
    if (this.#challenges.length === 0) throw new SessionError('The challenges were destroyed; nothing can be checked.');
    let difference = 0;
    for (const { s, folded } of this.#challenges) {
      difference |= this.#arithmetic.foldOutput(s, y, bound) ^ this.#arithmetic.foldInput(folded, x);
    }
    return difference === 0;
  }

  /** Wipes the challenges. */
  destroy(): void {
    for (const { s, folded } of this.#challenges) {
      this.#arithmetic.release(s);
      this.#arithmetic.release(folded);
    }
    this.#challenges = [];
  }
}
