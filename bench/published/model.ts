/** What a row of the table needs: a published network, its package's own runtime, and how two answers are compared. */
import type { FloatNetwork } from '../../src/graph/index.js';
import type { Image, Preprocessing } from '../../src/pictures/index.js';
import type { QuantizedNetwork } from '../../src/reference/index.js';

/** A picture as a network gets it to see. */
export interface Sample {
  readonly name: string;
  readonly image: Image;
}

/** A number that says how near two answers are. */
export interface Measure {
  readonly what: string;
  readonly value: number;
  /** Of several pictures the worst counts, the largest difference or the smallest likeness; of shares, the mean. */
  readonly kind: 'difference' | 'likeness' | 'share';
}

/** What a measure must reach: at most that difference, at least that likeness. */
export interface Limit {
  readonly what: string;
  readonly value: number;
}

/** One picture's answers are the real values of all outputs, in the network's order. */
export type Outputs = readonly Float32Array[];

/** What the quantizer is given and told: fewer pictures for large networks, more bits for those that need them. */
export interface Effort {
  /** Of the calibration pictures, the first so many are used. */
  readonly pictures: number;
  /** With how many of them candidates are compared. */
  readonly measured: number;
  /** Whether cross-layer equalization is tried. */
  readonly equalize: boolean;
  /** Of activations. */
  readonly activationBits: number;
}

/** For all others. */
export const FULL_EFFORT: Effort = {
  pictures: Number.POSITIVE_INFINITY,
  measured: 4,
  equalize: true,
  activationBits: 8,
};

/** For networks of a thousand million multiplications and more. */
export const LITTLE_EFFORT: Effort = { pictures: 4, measured: 1, equalize: false, activationBits: 8 };

/** A network that was read from its package. */
export interface OpenModel<A> {
  /** As it is imported from the package's files. */
  readonly network: FloatNetwork;
  readonly preprocessing: Preprocessing;
  /** Pictures for the quantizer; none of them is a test picture. */
  readonly calibration: readonly Sample[];
  readonly test: readonly Sample[];
  /** All pictures, and four of them, unless given. */
  readonly effort?: Effort;
  /** The quantized network, where the repository has calibrated it already. */
  readonly quantized?: QuantizedNetwork;
  /** What the package's own runtime answers to what the network is given, or to the picture that it was made from. */
  theirs(sample: Sample, input: Float32Array): Promise<A>;
  /** The same from our outputs. */
  answer(outputs: Outputs, sample: Sample): A;
  /** In a few words. */
  words(answer: A): string;
  /** How near `answer` is to `reference`. */
  compare(reference: A, answer: A): readonly Measure[];
}

/** A row of the table. */
export interface PublishedModel<A = unknown> {
  /** On the command line and in the table. */
  readonly name: string;
  /** The npm package. */
  readonly package: string;
  /** The file of the model, within its package or within the folder of fetched models. */
  readonly file: string;
  /** What answers are compared with. */
  readonly rival: string;
  /** Whether its package is there after `npm ci`. */
  readonly installed: boolean;
  /** Limits of the measures between the rival and our float network, ... */
  readonly floatLimits: readonly Limit[];
  /** ... and between our float network and its quantization. */
  readonly quantizedLimits: readonly Limit[];
  open(): Promise<OpenModel<A>>;
}
