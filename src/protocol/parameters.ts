/** What a session is opened with: validated once, here. */
import * as t from 'io-ts';
import { decode, strictObject, wholeNumber } from '../boundary/codecs.js';

const parameters = strictObject({
  integrity: t.boolean,
  privacy: t.boolean,
  soundnessBits: wholeNumber(1, 256),
  maximumInferences: wholeNumber(1, 2 ** 40),
  deviceTimeoutMs: wholeNumber(1, 2 ** 31 - 1),
  runTimeoutMs: wholeNumber(1, 2 ** 31 - 1),
});

/** The choices of a session. */
export interface Parameters {
  /** Check every answer. Without it a lying device is believed. */
  readonly integrity: boolean;
  /** Blind every input. Without it the device sees everything. */
  readonly privacy: boolean;
  /** The error, of an inference and of a session, is at most 2^-soundnessBits; the repetitions follow from it. From 1 to 256. */
  readonly soundnessBits: number;
  /** How many inferences may share the challenges of one session; then a new session must be opened. */
  readonly maximumInferences: number;
  /** How long one call of the device may take before the inference is given up, in milliseconds. */
  readonly deviceTimeoutMs: number;
  /** How long one run may wait for the device altogether, and opening for all maps to be loaded, in milliseconds. */
  readonly runTimeoutMs: number;
}

/** Both guarantees, 2^-40 per inference. */
export const defaultParameters: Parameters = {
  integrity: true,
  privacy: true,
  soundnessBits: 40,
  maximumInferences: 65536,
  deviceTimeoutMs: 120_000,
  runTimeoutMs: 600_000,
};

/**
 * The defaults with `choices` over them.
 * @throws TypeError in one sentence, when a name is unknown or a value is not of its type or range
 */
export function someParameters(choices: Partial<Parameters> = {}): Parameters {
  const plain = typeof choices === 'object' && choices !== null && !Array.isArray(choices);
  if (!plain || ![Object.prototype, null].includes(Object.getPrototypeOf(choices))) {
    throw new TypeError('parameters must be a plain object');
  }
  return decode(parameters, { ...defaultParameters, ...choices }, 'parameters');
}
