/** How likely a wrong answer is to be accepted: exact rationals, labelled terms, and the one that binds. */
import { CHECK_MODULUS } from './modulus.js';

/** An exact non-negative fraction, not necessarily reduced. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** One way in which a wrong answer could slip through, with a bound on its probability. */
export interface SoundnessTerm {
  readonly label: string;
  readonly error: Rational;
  readonly bits: number;
}

/** The soundness of a session, known before it runs. */
export interface Soundness {
  /** k: independent challenges per layer. */
  readonly repetitions: number;
  readonly perCheck: Rational;
  readonly perInference: Rational;
  /** Over every inference the session may run, up to the first reject. */
  readonly perSession: Rational;
  /** floor(-log2) of `perInference` and `perSession`. */
  readonly inferenceBits: number;
  readonly sessionBits: number;
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
}

const ONE: Rational = { numerator: 1n, denominator: 1n };

/** floor(-log2(error)): the largest b with error <= 2^-b. An error of one or more has 0 bits, no error Infinity. */
export function soundnessBits(error: Rational): number {
  const { numerator, denominator } = error;
  if (numerator === 0n) return Infinity;
  if (numerator >= denominator) return 0;
  let bits = denominator.toString(2).length - numerator.toString(2).length;
  if (numerator << BigInt(bits) > denominator) bits--;
  return bits;
}

function times(error: Rational, count: number): Rational {
  const numerator = error.numerator * BigInt(count);
  return numerator >= error.denominator ? ONE : { numerator, denominator: error.denominator };
}

/**
 * The soundness error of k challenges, uniform and independent modulo q = 2^31 - 1, each layer checked once per inference.
 * Per check: q^-k exactly (Freivalds; the integers are in range, so a wrong answer differs modulo q). Per inference and per
 * session: a union bound, valid for an adaptive device because it learns nothing but "accepted" until the first reject.
 */
export function soundness(input: SoundnessInput): Soundness {
  const { layers, repetitions, inferences } = input;
  const perCheck: Rational = { numerator: 1n, denominator: BigInt(CHECK_MODULUS) ** BigInt(repetitions) };
  const perInference = times(perCheck, layers);
  const perSession = times(perCheck, layers * inferences);
  const terms: SoundnessTerm[] = [
    {
      label:
        repetitions === 0 && layers > 0
          ? 'nothing is checked'
          : `Freivalds' check: ${layers} layers, each wrong answer missed with probability q^-${repetitions}, q = 2^31 - 1`,
      error: perInference,
      bits: soundnessBits(perInference),
    },
    {
      label: 'range and format of every answer: checked exactly',
      error: { numerator: 0n, denominator: 1n },
      bits: Infinity,
    },
  ];
  return {
    repetitions,
    perCheck,
    perInference,
    perSession,
    inferenceBits: soundnessBits(perInference),
    sessionBits: soundnessBits(perSession),
    terms,
    binding: terms[0]!,
  };
}

/**
 * The smallest k whose error per inference is at most 2^-targetBits.
 * @throws RangeError when not even 16 repetitions reach it.
 */
export function repetitionsFor(targetBits: number, layers: number): number {
  for (let repetitions = 1; repetitions <= 16; repetitions++) {
    if (soundness({ layers, repetitions, inferences: 1 }).inferenceBits >= targetBits) return repetitions;
  }
  throw new RangeError(`no sensible number of repetitions gives ${targetBits} bits of soundness`);
}
