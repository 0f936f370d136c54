/** One layer of the protocol by the reference: its secrets, what travels, and what becomes of an answer. */
import {
  accepts,
  apply,
  blind,
  bound,
  decodeIntegers,
  decodeResidues,
  fold,
  inputLength,
  type LinearMap,
  M31,
  modulo,
  outputLength,
  P24,
  sampleResidues,
  unblind,
} from '../../../src/reference/index.js';
import type { AnswerVector } from '../shapes/protocol.js';
import { integers, plain } from './numbers.js';

export interface ChallengeVector {
  s: number[];
  folded: number[];
}

export interface PadVector {
  rho: number[];
  u: number[];
}

/** The smallest pad modulus with 2B < p. */
export function modulusFor(maps: readonly LinearMap[]): number {
  return Number(maps.every((map) => 2n * bound(map) < P24) ? P24 : M31);
}

export function drawChallenge(map: LinearMap, bytes: Iterator<number>): ChallengeVector {
  const challenge = fold(map, sampleResidues(bytes, outputLength(map), M31), M31);
  return { s: plain(challenge.s), folded: plain(challenge.folded) };
}

export function drawPad(map: LinearMap, bytes: Iterator<number>, p: number): PadVector {
  const rho = sampleResidues(bytes, inputLength(map), BigInt(p));
  return { rho: plain(rho), u: plain(apply(map, rho).map((value) => modulo(value, BigInt(p)))) };
}

/** What the device receives. */
export function messageOf(x: number[], pad: PadVector | null, p: number | null): number[] {
  return pad === null || p === null ? x : plain(blind(integers(x), integers(pad.rho), BigInt(p)));
}

/** What an honest device answers. */
export function honestAnswer(map: LinearMap, message: number[], p: number | null): AnswerVector {
  const y = apply(map, integers(message));
  if (p === null) return { type: 'Int32Array', values: plain(y) };
  return { type: 'Uint32Array', values: plain(y.map((value) => modulo(value, BigInt(p)))) };
}

/** An answer as the reference reads it: a list only if it is of the type that was promised. */
function received(answer: AnswerVector, p: number | null): unknown {
  return answer.type === (p === null ? 'Int32Array' : 'Uint32Array') ? answer.values : null;
}

/** y after decoding and unblinding, or null where the answer is refused unread; and the verdict over all of it. */
export function verdictOf(
  map: LinearMap,
  x: number[],
  pad: PadVector | null,
  challenges: readonly ChallengeVector[],
  answer: AnswerVector,
  p: number | null,
): { y: number[] | null; accepted: boolean } {
  const length = outputLength(map);
  let y: bigint[] | null;
  if (pad === null || p === null) y = decodeIntegers(received(answer, p), length);
  else {
    // The reference's decoder takes numbers up to 32 bits with a sign; a larger word is refused just as well.
    const z = decodeResidues(received(answer, p), length, BigInt(p));
    y = z === null ? null : unblind(z, integers(pad.u), BigInt(p));
  }
  if (y === null) return { y: null, accepted: false };
  const known = challenges.map(({ s, folded }) => ({ s: integers(s), folded: integers(folded) }));
  return { y: plain(y), accepted: accepts(known, integers(x), y, bound(map), M31) };
}
