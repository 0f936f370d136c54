/** How many inferences may share challenges before new ones must be drawn. */
import { challengeError } from '../protocol/challenge-error.js';
import { power } from '../protocol/rational.js';
import type { ResolvedInput } from './input.js';

/** When to open a new session. */
export interface Rotation {
  /** The error of a session that is to be kept: at most 2^-bits. */
  readonly bits: number;
  /** The most inferences that may share the challenges; 0 when not even one may, null when there is no limit. */
  readonly inferences: bigint | null;
  /** The same in seconds at `padsPerSecond`; null when that is not given, or without a limit. */
  readonly seconds: number | null;
}

/**
 * The largest n for which a session of n inferences keeps its targets, exactly. With error e = a / d per check and l layers:
 * where rejects poison, the error of a session is e whatever n is, so there is no limit if e <= 2^-bits, and otherwise n = 0.
 * Where they do not, n * l * e <= 2^-bits, so n = floor(d / (l * a * 2^bits)); and the last inference must keep its
 * target too: l * e / (1 - (n - 1) * l * e) <= 2^-target, so n - 1 <= (d - l * a * 2^target) / (l * a), rounded down.
 */
export function rotationOf(input: ResolvedInput, repetitions: number, fails: boolean): Rotation {
  const bits = input.sessionTargetBits ?? input.targetBits;
  const layers = BigInt(typeof input.layers === 'number' ? input.layers : input.layers.length);
  const { numerator, denominator } = power(
    challengeError({
      checkModulus: BigInt(input.checkModulus),
      challengeSet: BigInt(input.challengeSet),
      structure: input.structure,
    }),
    repetitions,
  );
  const unit = layers * numerator;
  if (unit === 0n) return { bits, inferences: null, seconds: null };
  if (input.onReject === 'poison') {
    const never = fails || numerator << BigInt(bits) > denominator;
    return { bits, inferences: never ? 0n : null, seconds: never && input.padsPerSecond !== null ? 0 : null };
  }
  let inferences = fails ? 0n : denominator / (unit << BigInt(bits));
  if (input.targetPer === 'inference') {
    const room = denominator - (unit << BigInt(input.targetBits));
    const last = room < 0n ? 0n : room / unit + 1n;
    if (last < inferences) inferences = last;
  }
  const seconds = input.padsPerSecond === null ? null : Number(inferences) / input.padsPerSecond;
  return { bits, inferences, seconds };
}
