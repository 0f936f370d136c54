/** How likely one challenge is to miss a wrong answer, for every kind of challenge that can be charged for. */
import type { Rational } from './rational.js';

/** `full`: every coordinate is drawn on its own. `rank-one`: s = a (x) b, a per position and b per channel. */
export type ChallengeStructure = 'full' | 'rank-one';

/** Where challenges are drawn from. */
export interface ChallengeSpace {
  /** q, prime: the folds are compared modulo q. */
  readonly checkModulus: bigint;
  /** |S|, from 1 to q: every coordinate is uniform in a set S of so many residues modulo q. */
  readonly challengeSet: bigint;
  /** Whether coordinates are independent of each other. */
  readonly structure: ChallengeStructure;
}

/**
 * The largest probability, over all E that are not 0 modulo q, with which one challenge misses E, that is <s, E> = 0 mod q.
 *
 * * full: 1 / |S| (theorem `freivalds_subset`; for S = F_q it is that for every E, `freivalds_exact`).
 * * rank-one: (2|S| - 1) / |S|^2 = 1 - (1 - 1/|S|)^2 (theorem `freivalds_rank_one`). With E as a matrix, s = a (x) b misses it
 *   if E b = 0 (at most 1/|S|) or, E b being another vector, a misses that (at most 1/|S| again). A matrix E with one
 *   nonzero entry attains it when 0 lies in S: then a or b must be 0 there.
 *
 * Several challenges, drawn independently, all miss E with at most the product of these.
 */
export function challengeError({ challengeSet, structure }: ChallengeSpace): Rational {
  if (structure === 'full') return { numerator: 1n, denominator: challengeSet };
  return { numerator: 2n * challengeSet - 1n, denominator: challengeSet * challengeSet };
}
