/** What the calculator takes: plain data, the same in a program, in JSON and behind a web page. */
import * as t from 'io-ts';
import {
  type Codec,
  chosen,
  decode,
  list,
  nonEmptyString,
  oneOf,
  orNull,
  positiveNumber,
  strictObject,
  wholeNumber,
} from '../boundary/codecs.js';
import { CHECK_MODULUS } from '../model/modulus.js';
import type { ChallengeStructure } from '../protocol/challenge-error.js';
import { defaultParameters } from '../protocol/parameters.js';
import { MOST_REPETITIONS, type RejectPolicy } from '../protocol/soundness.js';
import { isPrime } from './primality.js';

/** One linear layer as the calculator sees it; `networkSummary` makes them from a network. */
export interface CalculatorLayer {
  /** What messages call it; its number if left out. */
  readonly name?: string;
  /** |X|: entries of one image's input. */
  readonly inputs: number;
  /** |Y|: entries of its output. */
  readonly outputs: number;
  /** Multiply-accumulates of one image. */
  readonly macs: number;
  /** B, with |L(x)| <= B for every input in range. Left out: not known. */
  readonly bound?: number;
  /** The largest |bias|. Left out: not known. */
  readonly largestBias?: number;
  /** Output channels, for rank-one challenges: one vector over them, one over the |Y| / channels positions. 1 if left out. */
  readonly channels?: number;
}

/** How fast the two sides are, each per second; what is left out gives no time. */
export interface CalculatorSpeeds {
  /** Multiply-accumulates of the trusted side modulo p or q: folding challenges, making pads. */
  readonly trustedMacs?: number;
  /** Products of an entry with one challenge in the passes of the trusted side; without challenges, entries. */
  readonly trustedEntries?: number;
  /** Multiply-accumulates of the device modulo p (or over the integers without privacy). */
  readonly deviceMacs?: number;
  /** Bytes between the two, each way. */
  readonly linkBytes?: number;
}

/** Everything that may be asked. Only `layers` must be given. */
export interface CalculatorInput {
  /** How many linear layers the device computes in one inference; or those layers, and then costs are known too. */
  readonly layers: number | readonly CalculatorLayer[];
  /** Whether inputs are blinded. True unless said otherwise. */
  readonly privacy?: boolean;
  /** p, odd. Left out or null: the smaller of 2^24 - 3 and 2^31 - 1 that fits the layers' bounds. */
  readonly padModulus?: number | null;
  /** q, prime. 2^31 - 1 unless said otherwise. */
  readonly checkModulus?: number;
  /** |S|: how many residues a coordinate of a challenge is drawn from. Left out or null: all q. */
  readonly challengeSet?: number | null;
  /** Full unless said otherwise; rank one is charged. */
  readonly structure?: ChallengeStructure;
  /** k; 0 checks nothing. Left out or null: the fewest that meet the targets. */
  readonly repetitions?: number | null;
  /** The error shall be at most 2^-targetBits. 40 unless said otherwise, as in a session. */
  readonly targetBits?: number;
  /** Of what: of one inference, as in a session, unless said otherwise; or of one check, that is of one layer. */
  readonly targetPer?: 'inference' | 'check';
  /** The error of a whole session shall be at most 2^-sessionTargetBits, besides. Left out or null: sessions have no target. */
  readonly sessionTargetBits?: number | null;
  /** Inferences that share the challenges of a session. 65536 unless said otherwise, as in a session. */
  readonly inferences?: number;
  /** Whether the first reject ends the session; it does unless said otherwise. */
  readonly onReject?: RejectPolicy;
  /** Private inferences a second, for which pads must be made. Left out or null: not asked. */
  readonly padsPerSecond?: number | null;
  /** How long a pad waits, on average, from being made to being used, in seconds. Left out or null: not asked. */
  readonly padLifetimeSeconds?: number | null;
  /** Without speeds there are counts and bytes, but no times. */
  readonly speeds?: CalculatorSpeeds;
}

/** An input in which nothing is left open. */
export type ResolvedInput = Required<Omit<CalculatorInput, 'padModulus' | 'challengeSet'>> & {
  /** p as given; null when it follows from the bounds, or there is no privacy. */
  readonly padModulus: number | null;
  /** |S|, also when all of F_q was meant. */
  readonly challengeSet: number;
};

const layer = strictObject(
  {
    inputs: wholeNumber(1, 2 ** 31),
    outputs: wholeNumber(1, 2 ** 31),
    macs: wholeNumber(0, Number.MAX_SAFE_INTEGER),
  },
  {
    name: nonEmptyString,
    bound: wholeNumber(0, Number.MAX_SAFE_INTEGER),
    largestBias: wholeNumber(0, 2 ** 31),
    channels: wholeNumber(1, 2 ** 31),
  },
);

/** The most layers a network may have here. */
const MOST_LAYERS = 1_000_000;

const manyLayers = `a whole number from 0 to ${MOST_LAYERS}, or a list of layers`;
const layers = chosen<number | readonly CalculatorLayer[]>(manyLayers, (value) => {
  const codec: unknown = Array.isArray(value) ? list(layer, MOST_LAYERS) : wholeNumber(0, MOST_LAYERS);
  return codec as Codec<number | readonly CalculatorLayer[]>;
});

const codec = strictObject(
  { layers },
  {
    privacy: t.boolean,
    padModulus: orNull(wholeNumber(3, Number.MAX_SAFE_INTEGER)),
    checkModulus: wholeNumber(2, Number.MAX_SAFE_INTEGER),
    challengeSet: orNull(wholeNumber(1, Number.MAX_SAFE_INTEGER)),
    structure: oneOf('full', 'rank-one'),
    repetitions: orNull(wholeNumber(0, MOST_REPETITIONS)),
    targetBits: wholeNumber(1, 256),
    targetPer: oneOf('inference', 'check'),
    sessionTargetBits: orNull(wholeNumber(1, 256)),
    inferences: wholeNumber(1, 2 ** 40),
    onReject: oneOf('poison', 'continue'),
    padsPerSecond: orNull(positiveNumber),
    padLifetimeSeconds: orNull(positiveNumber),
    speeds: strictObject(
      {},
      {
        trustedMacs: positiveNumber,
        trustedEntries: positiveNumber,
        deviceMacs: positiveNumber,
        linkBytes: positiveNumber,
      },
    ),
  },
);

/**
 * Checks an input and fills in what was left out.
 * @throws TypeError in one sentence, when a field is unknown or not of its type or range; RangeError when q is not prime, S larger
 * than the field, p even, or a layer's outputs no multiple of its channels
 */
export function resolveInput(input: CalculatorInput): ResolvedInput {
  const {
    layers,
    privacy = true,
    padModulus = null,
    checkModulus = CHECK_MODULUS,
    challengeSet = null,
    structure = 'full',
    repetitions = null,
    targetBits = defaultParameters.soundnessBits,
    targetPer = 'inference',
    sessionTargetBits = null,
    inferences = defaultParameters.maximumInferences,
    onReject = 'poison',
    padsPerSecond = null,
    padLifetimeSeconds = null,
    speeds = {},
  } = decode(codec, input, 'input') as CalculatorInput;
  if (!isPrime(BigInt(checkModulus))) {
    throw new RangeError(
      `checkModulus must be prime, and ${checkModulus} is not: modulo a composite number, errors hide in the factors`,
    );
  }
  if (challengeSet !== null && challengeSet > checkModulus) {
    throw new RangeError(
      `challengeSet must be at most checkModulus: there are only ${checkModulus} residues, not ${challengeSet}`,
    );
  }
  if (padModulus !== null && padModulus % 2 === 0) {
    throw new RangeError(
      `padModulus must be odd, so that residues have balanced representatives, and ${padModulus} is not`,
    );
  }
  for (const [index, { outputs, channels = 1 }] of (typeof layers === 'number' ? [] : layers).entries()) {
    if (outputs % channels !== 0) {
      throw new RangeError(`layers[${index}]: ${outputs} outputs cannot be shared among ${channels} channels`);
    }
  }
  return {
    layers,
    privacy,
    padModulus: privacy ? padModulus : null,
    checkModulus,
    challengeSet: challengeSet ?? checkModulus,
    structure,
    repetitions,
    targetBits,
    targetPer,
    sessionTargetBits,
    inferences,
    onReject,
    padsPerSecond,
    padLifetimeSeconds,
    speeds,
  };
}
