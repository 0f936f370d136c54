/**
 * The verdict, and the only values that exist because of one. A `Verified` can be made nowhere else: its constructor asks
 * for a key that never leaves this file, and its content sits in a private field that no other object has.
 */

import type { TrustedArithmetic } from './arithmetic.js';
import { openAnswer } from './decode.js';
import type { Challenges } from './freivalds.js';
import type { Finish, Unblinding } from './passes.js';

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

/** What the device gave for some of the images, in order; nothing about it is believed. */
export interface Part {
  readonly answer: unknown;
  readonly images: number;
}

/**
 * Decodes, unblinds, checks and finishes the answers to one layer. One verdict for all of it: every part is computed
 * whatever the others say, and one bit comes out, so neither time nor result tells which image or repetition failed. Only an
 * answer of the wrong type or length, which its sender knows to be wrong, is refused at once. Parts that do not cover exactly
 * the images that were asked for are a reject too: no answer is never a right answer.
 * @param out trusted memory for the result of all images; on a reject its content must not be used
 * @returns `out`, or null: reject
 */
export function check<T extends Int16Array | Int32Array>(
  parts: readonly Part[],
  claim: Claim,
  out: T,
  arithmetic: TrustedArithmetic,
): Verified<T> | Unchecked<T> | null {
  const { challenges, unblinding, outputs, sums, images } = claim;
  const covered = parts.reduce((sum, part) => sum + part.images, 0);
  const checked = images * (challenges?.repetitions ?? 0);
  if (covered !== images || images < 1 || sums.length !== checked || out.length % images !== 0) return null;
  const folds = arithmetic.allocate('u32', sums.length);
  try {
    let difference = 0;
    let first = 0;
    for (const part of parts) {
      const kind = unblinding === null ? 'Int32Array' : 'Uint32Array';
      const answer = openAnswer(part.answer, kind, outputs * part.images);
      if (answer === null) return null;
      difference |= Number(!receive(answer, someImages(claim, first, part.images, images), folds, out, arithmetic));
      first += part.images;
    }
    for (let index = 0; index < sums.length; index++) difference |= sums[index]! ^ folds[index]!;
    if (difference !== 0) return null;
    return challenges === null ? new Unchecked(key, out) : new Verified(key, out);
  } finally {
    arithmetic.release(folds);
  }
}

/** One part's pass; its folds and results go to its own place. */
function receive(
  answer: Int32Array | Uint32Array,
  { claim, first, images, all }: ReturnType<typeof someImages>,
  folds: Uint32Array,
  out: Int16Array | Int32Array,
  arithmetic: TrustedArithmetic,
): boolean {
  const { bound, challenges, unblinding, finish } = claim;
  const k = folds.length / all;
  const size = out.length / all;
  const own = folds.subarray(first * k, (first + images) * k);
  const to = out.subarray(first * size, (first + images) * size);
  const how = { images, bound, unblinding, finish };
  return challenges === null
    ? arithmetic.incoming(answer, { ...how, challenges: [] }, own, to)
    : challenges.incoming(answer, how, own, to);
}

/** What the answers are held against. */
export interface Claim {
  /** How many images were asked for. */
  readonly images: number;
  /** |Y|. */
  readonly outputs: number;
  /** B: the certified bound of the map. */
  readonly bound: number;
  /** Null when the session was opened with integrity off. */
  readonly challenges: Challenges | null;
  /** <folded_t, x_i> of what was sent: k numbers per image. */
  readonly sums: Uint32Array;
  /** u of each image and p when the inputs were blinded; null when the device saw x itself. */
  readonly unblinding: Unblinding | null;
  /** What becomes of y in the same pass; null leaves y as it is. */
  readonly finish: Finish | null;
}

/** A claim about `images` images from `first` on, out of `all`. */
export interface SomeImages {
  readonly claim: Omit<Claim, 'sums' | 'outputs' | 'images'>;
  readonly first: number;
  readonly images: number;
  readonly all: number;
}

/** The claim about images `first` to `first + images`. */
export function someImages(claim: Claim, first: number, images: number, all: number): SomeImages {
  const { bound, challenges, unblinding, finish } = claim;
  const cut = {
    bound,
    challenges,
    unblinding: unblinding === null ? null : { ...unblinding, u: unblinding.u.slice(first, first + images) },
    finish: finish === null ? null : someFollowUps(finish, first, images, all),
  };
  return { claim: cut, first, images, all };
}

function someFollowUps(finish: Finish, first: number, images: number, all: number): Finish {
  const followUps = finish.followUps.map((followUp) => {
    if (followUp.kind !== 'add') return followUp;
    const size = followUp.other.length / all;
    return { ...followUp, other: followUp.other.subarray(first * size, (first + images) * size) };
  });
  return { ...finish, followUps };
}
