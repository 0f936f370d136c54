/**
 * The verdict, and the only values that exist because of one. A `Verified` can be made nowhere else: its constructor asks
 * for a key that never leaves this file, and its content sits in a private field that no other object has.
 */
import type { TrustedArithmetic } from './arithmetic.js';
import { copyAnswer } from './decode.js';
import type { Challenges } from './freivalds.js';
import type { Modulus } from './modulus.js';

const key = Symbol('made by the check');

/** A value that passed decoding, range and every fold: equal to what an honest device would give, up to the soundness error. */
export class Verified<T> {
  readonly #value: T;

  /** @throws TypeError for everybody but the check. */
  constructor(proof: symbol, value: T) {
    if (proof !== key) throw new TypeError('only the check makes Verified values');
    this.#value = value;
  }

  /** The value. @throws TypeError on anything that only looks like a Verified. */
  get value(): T {
    return this.#value;
  }
}

/** A device's answer in a session that was opened with integrity off: only decoded and cut to the certified range. */
export class Unchecked<T> {
  readonly #value: T;

  /** @throws TypeError for everybody but this file. */
  constructor(proof: symbol, value: T) {
    if (proof !== key) throw new TypeError('only a session without integrity makes Unchecked values');
    this.#value = value;
  }

  /** The value. @throws TypeError on anything that only looks like an Unchecked. */
  get value(): T {
    return this.#value;
  }
}

/** What one answer is held against. */
export interface Claim {
  /** The centred input, |X| entries, unchanged since it was sent. */
  readonly x: Int16Array;
  /** B: the certified bound of the map. */
  readonly bound: number;
  /** Null when the session was opened with integrity off. */
  readonly challenges: Challenges | null;
  /** u and p when the input was blinded; null when the device saw x itself. */
  readonly unblinding: { readonly u: Uint32Array; readonly modulus: Modulus } | null;
}

/** Trusted memory the check works in: |Y| entries each. */
export interface CheckMemory {
  /** Receives the answer of a blinded call. */
  readonly residues: Uint32Array | null;
  /** Receives y. */
  readonly y: Int32Array;
}

/**
 * Decodes, unblinds and checks one answer. One verdict for all of it: every part is computed whatever the others say.
 * @returns the answer, in `memory.y`, or null: reject
 */
export function check(
  answer: unknown,
  claim: Claim,
  memory: CheckMemory,
  arithmetic: TrustedArithmetic,
): Verified<Int32Array> | Unchecked<Int32Array> | null {
  const { x, bound, challenges, unblinding } = claim;
  const { residues, y } = memory;
  if (!copyAnswer(answer, residues ?? y)) return null;
  if (challenges === null) {
    if (residues !== null && unblinding !== null) {
      if (!arithmetic.isCanonical(residues, unblinding.modulus)) return null;
      arithmetic.unblind(residues, unblinding.u, unblinding.modulus, bound, y);
    }
    cut(y, bound);
    return new Unchecked(key, y);
  }
  const inRange =
    residues !== null && unblinding !== null
      ? arithmetic.unblind(residues, unblinding.u, unblinding.modulus, bound, y)
      : arithmetic.isWithin(y, bound);
  const folds = challenges.hold(x, y, bound);
  return Number(inRange) & Number(folds) ? new Verified(key, y) : null;
}

/** Later arithmetic is proved for |y| <= B; an unchecked y gets no chance to leave that range. */
function cut(y: Int32Array, bound: number): void {
  for (let index = 0; index < y.length; index++) y[index] = Math.max(-bound, Math.min(bound, y[index]!));
}
