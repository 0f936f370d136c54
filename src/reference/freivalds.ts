/** Integrity: Freivalds' check (1977) of y = L(x) over the integers, with k secret uniform challenges modulo q. */

import type { LinearMap } from '../model/linear-map.js';
import { innerProduct, modulo } from './field.js';
import { transpose } from './transpose.js';

/** A secret challenge s and folded = transpose of L applied to s, modulo q. */
export interface Challenge {
  /** |Y| residues modulo q, uniform and secret. */
  readonly s: readonly bigint[];
  /** |X| residues modulo q, as secret as s. */
  readonly folded: readonly bigint[];
}

/** Folds a challenge of |Y| residues once, so that checking an answer costs |X| + |Y| products instead of L. */
export function fold(map: LinearMap, s: readonly bigint[], q: bigint): Challenge {
  return { s, folded: transpose(map, s).map((value) => modulo(value, q)) };
}

/**
 * One verdict: every |y| <= bound, and <s, y> = <folded, x> mod q for every challenge.
 * If |L(x)| <= bound and 2 * bound < q, a wrong y is accepted with probability at most q^-k.
 */
export function accepts(
  challenges: readonly Challenge[],
  x: readonly bigint[],
  y: readonly bigint[],
  bound: bigint,
  q: bigint,
): boolean {
  const inRange = y.every((value) => value <= bound && -value <= bound);
  const folds = challenges.map(({ s, folded }) => innerProduct(s, y, q) === innerProduct(folded, x, q));
  return inRange && folds.every((holds) => holds);
}
