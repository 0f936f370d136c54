/** What the calculator gives. */
import type { Rational } from '../protocol/rational.js';
import type { Soundness } from '../protocol/soundness.js';
import type { CalculatedCertificate, LaneCondition } from './certificate.js';
import type { CalculatedCosts, PadSupply } from './costs.js';
import type { ResolvedInput } from './input.js';
import type { Rotation } from './rotation.js';

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
