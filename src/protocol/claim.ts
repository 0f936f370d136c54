/** What an answer is claimed to be, and is held against. */
import type { Challenges } from './freivalds.js';
import type { Finish, Unblinding } from './passes.js';

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
