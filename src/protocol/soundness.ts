/** How likely a wrong answer is to be accepted: exact rationals, labelled terms, and the one that binds. */

import { CHECK_MODULUS } from '../model/modulus.js';
import { type ChallengeSpace, challengeError } from './challenge-error.js';
import { exceeds, ONE, power, type Rational, soundnessBits, total, union, ZERO } from './rational.js';

/** What happens after a reject: the session ends, as in this library; or it goes on with the same challenges. */
export type RejectPolicy = 'poison' | 'continue';

/**
 * Whether 2B < q, so that a wrong answer in range is wrong modulo q: `holds`, `fails`, or `assumed` when no bound B is known.
 */
export type WrapCondition = 'holds' | 'fails' | 'assumed';

/** One way in which a wrong answer could slip through, with a bound on its probability in one inference. */
export interface SoundnessTerm {
  /** Which. */
  readonly name: 'folds' | 'decoding' | 'wrap-around' | 'verdicts';
  /** In words. */
  readonly label: string;
  /** The bound. */
  readonly error: Rational;
  /** floor(-log2 error). */
  readonly bits: number;
}

/** The soundness of a session, known before it runs. */
export interface Soundness {
  /** k: independent challenges per layer. */
  readonly repetitions: number;
  /** That one wrong answer to one layer passes. */
  readonly perCheck: Rational;
  /** That an inference releases a wrong result, whatever came before it: the sum of the terms. */
  readonly perInference: Rational;
  /** That any inference of the session ever does: where rejects poison, one lie; where they do not, a union over all checks. */
  readonly perSession: Rational;
  /** floor(-log2 perInference). */
  readonly inferenceBits: number;
  /** floor(-log2 perSession). */
  readonly sessionBits: number;
  /** Of one inference. */
  readonly terms: readonly SoundnessTerm[];
  /** The term with the largest error. */
  readonly binding: SoundnessTerm;
}

/** What soundness depends on. */
export interface SoundnessInput {
  /** Linear layers checked in one inference; none when the trusted side computes everything itself. */
  readonly layers: number;
  /** k. Zero means that nothing is checked. */
  readonly repetitions: number;
  /** Inferences that share the same challenges. */
  readonly inferences: number;
  /** Full entropy over F_q with q = 2^31 - 1, unless said otherwise; a session knows nothing else. */
  readonly challenges?: ChallengeSpace;
  /** `poison`, unless said otherwise; a session knows nothing else. */
  readonly onReject?: RejectPolicy;
  /** `holds`, unless said otherwise; a session refuses maps for which it does not. */
  readonly noWrap?: WrapCondition;
}

/** What sessions use. */
export const sessionChallenges: ChallengeSpace = {
  checkModulus: BigInt(CHECK_MODULUS),
  challengeSet: BigInt(CHECK_MODULUS),
  structure: 'full',
};

/**
 * The soundness error of k independent challenges per layer.
 *
 * Per check: the k-th power of `challengeError`; q^-k for full challenges over F_q (Freivalds; the integers are in range, so a
 * wrong answer differs modulo q).
 *
 * If rejects poison, a device has one lie: until it tells it, every verdict is "accept" and says nothing; and the lie either
 * passes or ends the session. So the chance that a session ever releases a wrong result is that of one check, whatever the
 * number of layers, images and inferences, for an adaptive device too (theorems `one_lie`, `session_sound_M31`; for whole
 * networks, several in flight, `session_released_is_clear_M31`). The same bounds each inference.
 *
 * If they do not, it may lie in every check. Per session: a union bound over all its checks (`session_sound_going_on_M31`);
 * before the first wrong answer is accepted every verdict says what the device knows already, whether its answer was right.
 * Per inference: every earlier reject told it one more vector that the challenges do not miss. After j rejects the challenges
 * are uniform over what is left, at least 1 - j * perCheck of all, so that the next check errs with at most
 * perCheck / (1 - j * perCheck); the term `verdicts` charges the last inference of the session for all the checks before it.
 */
export function soundness(input: SoundnessInput): Soundness {
  const { repetitions, challenges = sessionChallenges, onReject = 'poison', noWrap = 'holds' } = input;
  const layers = BigInt(input.layers);
  const checks = layers * BigInt(input.inferences);
  const lies = (most: bigint): bigint => (onReject === 'poison' && most > 1n ? 1n : most);
  const missed = power(challengeError(challenges), repetitions);
  const perCheck = noWrap === 'fails' ? ONE : missed;
  const folds = union(missed, lies(layers));
  const terms: SoundnessTerm[] = [
    term('folds', foldsLabel(input, challenges, onReject), folds),
    term('decoding', 'range and format of every answer: checked exactly', ZERO),
    wrapTerm(noWrap, input.layers),
  ];
  if (onReject === 'continue' && repetitions > 0) {
    terms.push(
      term(
        'verdicts',
        'what rejects that did not end the session taught the device: charged to the last inference',
        lessons(missed, layers, checks - layers, folds),
      ),
    );
  }
  const perInference = total(terms.map(({ error }) => error));
  const perSession = union(perCheck, lies(checks));
  return {
    repetitions,
    perCheck,
    perInference,
    perSession,
    inferenceBits: soundnessBits(perInference),
    sessionBits: soundnessBits(perSession),
    terms,
    binding: terms.reduce((largest, next) => (exceeds(next.error, largest.error) ? next : largest)),
  };
}

function term(name: SoundnessTerm['name'], label: string, error: Rational): SoundnessTerm {
  return { name, label, error, bits: soundnessBits(error) };
}

function wrapTerm(noWrap: WrapCondition, layers: number): SoundnessTerm {
  if (noWrap === 'fails' && layers > 0) {
    return term(
      'wrap-around',
      'a wrong answer may differ by a multiple of q, which no fold sees: 2B < q does not hold',
      ONE,
    );
  }
  const why = noWrap === 'assumed' ? 'assumed, no bounds are known' : 'certified';
  return term('wrap-around', `wrap-around modulo q: excluded by 2B < q (${why})`, ZERO);
}

/** layers * error / (1 - rejects * error) - layers * error, at most what is missing to one. */
function lessons(error: Rational, layers: bigint, rejects: bigint, folds: Rational): Rational {
  const { numerator, denominator } = error;
  const left = denominator - rejects * numerator;
  if (left <= layers * numerator) {
    return { numerator: folds.denominator - folds.numerator, denominator: folds.denominator };
  }
  return { numerator: layers * numerator * rejects * numerator, denominator: denominator * left };
}

function foldsLabel({ layers, repetitions }: SoundnessInput, space: ChallengeSpace, onReject: RejectPolicy): string {
  if (repetitions === 0 && layers > 0) return 'nothing is checked';
  const { checkModulus, challengeSet, structure } = space;
  const q = checkModulus === BigInt(CHECK_MODULUS) ? 'q = 2^31 - 1' : `q = ${checkModulus}`;
  const set = challengeSet === checkModulus ? 'q' : `${challengeSet}`;
  const one = structure === 'full' ? `${set}^-${repetitions}` : `((2*${set} - 1) / ${set}^2)^${repetitions}`;
  return onReject === 'poison'
    ? `Freivalds' check: one lie in any of ${layers} layers, missed with probability ${one}, ${q}`
    : `Freivalds' check: ${layers} layers, each wrong answer missed with probability ${one}, ${q}`;
}

/**
 * The smallest k whose error is at most 2^-targetBits, of an inference and of a session alike. Where there are layers to check,
 * it does not depend on how many.
 * @throws RangeError when not even 16 repetitions reach it.
 */
export function repetitionsFor(targetBits: number, layers: number): number {
  const repetitions = smallestRepetitions(
    (k) => soundness({ layers, repetitions: k, inferences: 1 }).inferenceBits >= targetBits,
  );
  if (repetitions !== null) return repetitions;
  throw new RangeError(`no sensible number of repetitions gives ${targetBits} bits of soundness`);
}

/** The most repetitions that anybody should need: 16 * 31 bits. */
export const MOST_REPETITIONS = 16;

/** The smallest k from 1 to 16 that is good enough, or null. */
export function smallestRepetitions(isEnough: (repetitions: number) => boolean): number | null {
  for (let repetitions = 1; repetitions <= MOST_REPETITIONS; repetitions++)
    if (isEnough(repetitions)) return repetitions;
  return null;
}
