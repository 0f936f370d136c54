/** The calculator: what parameters guarantee and what they cost, before anything runs. */
import { type ChallengeSpace, challengeError } from '../protocol/challenge-error.js';
import { power, type Rational, soundnessBits } from '../protocol/rational.js';
import { MOST_REPETITIONS, type Soundness, smallestRepetitions, soundness } from '../protocol/soundness.js';
import {
  type CalculatedCertificate,
  certificateOf,
  type LaneCondition,
  laneConditions,
  wrapCondition,
} from './certificate.js';
import { type CalculatedCosts, costsOf, type PadSupply, padSupplyOf } from './costs.js';
import { type CalculatorInput, type ResolvedInput, resolveInput } from './input.js';
import { notesOf } from './notes.js';
import { type Rotation, rotationOf } from './rotation.js';

/** An error with its bits, floor(-log2 error). */
export interface BoundedError {
  /** An upper bound on a probability. */
  readonly error: Rational;
  /** The largest b with error <= 2^-b; Infinity when there is no error. */
  readonly bits: number;
}

/** The input with nothing left open. */
export interface CalculatedParameters extends ResolvedInput {
  /** The k that everything is about: as given, or the fewest that meet the targets. */
  readonly repetitions: number;
  /** How many layers there are. */
  readonly layerCount: number;
}

/** Whether the targets are met. */
export interface CalculatedTarget {
  /** Of what `targetPer` names: the bits that are reached. */
  readonly bits: number;
  /** Whether they are enough. */
  readonly bitsMet: boolean;
  /** Null when there is no target for a session. */
  readonly sessionMet: boolean | null;
  /** Both. */
  readonly met: boolean;
}

/** What the calculator gives: plain data; `calculationToJson` makes JSON of it. */
export interface Calculation {
  /** What was calculated with. */
  readonly parameters: CalculatedParameters;
  /** Equal, value for value, to `session.soundness` of a session with these parameters: both come from one function. */
  readonly soundness: Soundness;
  /** That one wrong answer to one layer passes. */
  readonly perCheck: BoundedError;
  /** That an inference releases a wrong result; where rejects do not poison, the last inference of a session. */
  readonly perInference: BoundedError;
  /** That a session ever releases a wrong result: one lie where rejects poison, otherwise a union over all its checks. */
  readonly perSession: BoundedError;
  /** The same of a device that lies at most once. Where rejects poison that is all a device can do, and this is `perSession`. */
  readonly oneLie: BoundedError;
  /** Whether the error is small enough. */
  readonly target: CalculatedTarget;
  /** The fewest repetitions that meet the targets; null when not even 16 do. */
  readonly smallestRepetitions: number | null;
  /** What the choice of challenges costs against full ones over all of F_q, with the same k. */
  readonly challengeCost: {
    /** The error per check of full challenges. */
    readonly best: BoundedError;
    /** How many bits per check these challenges give less. */
    readonly bitsLost: number;
  };
  /** How many inferences may share the challenges. */
  readonly rotation: Rotation;
  /** Whether the layers' integers fit the moduli. */
  readonly certificate: CalculatedCertificate;
  /** Whether they fit the lanes of this library's kernels. */
  readonly lanes: readonly LaneCondition[];
  /** Null when only the number of layers is known. */
  readonly costs: CalculatedCosts | null;
  /** Null when it is not asked, or cannot be known. */
  readonly padSupply: PadSupply | null;
  /** True if the targets are met and neither the certificate nor a lane fails (`kernels` says whether this library can run it). */
  readonly usable: boolean;
  /** What a person should know about this choice, in plain sentences. */
  readonly notes: readonly string[];
}

/**
 * Everything that follows from a choice of parameters: exact errors, labelled terms and the one that binds, the fewest
 * repetitions that meet the target, how often to rotate challenges, whether integers and lanes fit, and costs.
 *
 * A pure function without input or output, the same in Node and in a browser; errors are exact fractions throughout.
 * @throws TypeError or RangeError in one sentence when the input is wrong, see `resolveInput`
 * @see spec/soundness.md
 * @example
 * const { perInference, smallestRepetitions } = calculateSoundness({ layers: 53, targetBits: 80 });
 */
export function calculateSoundness(given: CalculatorInput): Calculation {
  const input = resolveInput(given);
  const layerCount = typeof input.layers === 'number' ? input.layers : input.layers.length;
  const challenges: ChallengeSpace = {
    checkModulus: BigInt(input.checkModulus),
    challengeSet: BigInt(input.challengeSet),
    structure: input.structure,
  };
  const certificate = certificateOf(input);
  const { inferences, onReject, targetBits, targetPer, sessionTargetBits } = input;
  const noWrap = wrapCondition(certificate);
  const of = (repetitions: number): Soundness =>
    soundness({ layers: layerCount, repetitions, inferences, challenges, onReject, noWrap });
  const targetOf = ({ perCheck, inferenceBits, sessionBits }: Soundness): Calculation['target'] => {
    const bits = targetPer === 'check' && layerCount > 0 ? soundnessBits(perCheck) : inferenceBits;
    const bitsMet = bits >= targetBits;
    const sessionMet = sessionTargetBits === null ? null : sessionBits >= sessionTargetBits;
    return { bits, bitsMet, sessionMet, met: bitsMet && sessionMet !== false };
  };
  const smallest = smallestRepetitions((k) => targetOf(of(k)).met);
  const repetitions = input.repetitions ?? smallest ?? MOST_REPETITIONS;
  const result = of(repetitions);
  const target = targetOf(result);
  const costs = costsOf(input, repetitions);
  const lanes = laneConditions(input, certificate);
  const lanesFit = lanes.every(({ name, condition }) => name === 'kernels' || condition !== 'fails');
  const bounded = (error: Rational): BoundedError => ({ error, bits: soundnessBits(error) });
  const perCheck = bounded(result.perCheck);
  const chosen = bounded(power(challengeError(challenges), repetitions));
  const best = bounded(
    power(challengeError({ ...challenges, challengeSet: challenges.checkModulus, structure: 'full' }), repetitions),
  );
  const calculation = {
    parameters: { ...input, repetitions, layerCount },
    soundness: result,
    perCheck,
    perInference: bounded(result.perInference),
    perSession: bounded(result.perSession),
    oneLie: layerCount === 0 ? bounded(result.perInference) : perCheck,
    target,
    smallestRepetitions: smallest,
    challengeCost: { best, bitsLost: best.bits - chosen.bits },
    rotation: rotationOf(input, repetitions, certificate.check === 'fails'),
    certificate,
    lanes,
    costs,
    padSupply: padSupplyOf(input, costs),
    usable: target.met && certificate.check !== 'fails' && certificate.pads !== 'fails' && lanesFit,
  };
  return { ...calculation, notes: notesOf(calculation) };
}
