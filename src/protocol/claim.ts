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
