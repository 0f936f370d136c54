/** The protocol for one linear layer, from end to end, as one pure function. */

import type { LinearMap } from '../model/linear-map.js';
import { apply } from './apply.js';
import { blind, unblind } from './blinding.js';
import { bound } from './bound.js';
import { decodeIntegers, decodeResidues } from './decode.js';
import { modulo } from './field.js';
import { accepts, type Challenge } from './freivalds.js';

/** The device: given the numbers it may see, answers with whatever it likes. */
export type Answer = (input: readonly number[]) => unknown;

/**
 * Privately and verified: x is blinded with rho, the answer is decoded, unblinded with u = L(rho) mod p and checked.
 * @returns L(x), or null when the device is caught
 */
export function privateLayer(
  map: LinearMap,
  x: readonly bigint[],
  rho: readonly bigint[],
  challenges: readonly Challenge[],
  p: bigint,
  q: bigint,
  device: Answer,
): bigint[] | null {
  const u = apply(map, rho).map((value) => modulo(value, p));
  const z = decodeResidues(device(blind(x, rho, p).map(Number)), u.length, p);
  if (z === null) return null;
  const y = unblind(z, u, p);
  return accepts(challenges, x, y, bound(map), q) ? y : null;
}

/** Verified but not private: the device sees x itself and answers with integers. */
export function plainLayer(
  map: LinearMap,
  x: readonly bigint[],
  challenges: readonly Challenge[],
  length: number,
  q: bigint,
  device: Answer,
): bigint[] | null {
  const y = decodeIntegers(device(x.map(Number)), length);
  return y !== null && accepts(challenges, x, y, bound(map), q) ? y : null;
}
