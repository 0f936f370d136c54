/** Cutting what belongs to a whole batch down to some of its images, when a device takes the batch in several calls. */
import type { Claim } from './claim.js';
import type { Finish } from './passes.js';

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
