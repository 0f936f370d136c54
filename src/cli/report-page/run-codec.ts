/** What `slalom run --json` and `slalom faces --json` print, as it is read again. */
import * as t from 'io-ts';
import {
  type Codec,
  finiteNumber,
  list,
  matching,
  nonEmptyString,
  oneOf,
  orNull,
  strictObject,
  wholeNumber,
} from '../../boundary/codecs.js';

/** The largest count. */
const COUNT = Number.MAX_SAFE_INTEGER;

const anything: Codec<unknown> = t.unknown as Codec<unknown>;
const digits = matching('a whole number in decimal digits', /^\d{1,5000}$/);
const fraction = strictObject({ numerator: digits, denominator: digits });
const bits = orNull(wholeNumber(0, COUNT));
const term = strictObject({
  name: oneOf('folds', 'decoding', 'wrap-around', 'verdicts'),
  label: nonEmptyString,
  error: fraction,
  bits,
});

const soundness = strictObject({
  repetitions: wholeNumber(0, 16),
  perCheck: fraction,
  perInference: fraction,
  perSession: fraction,
  inferenceBits: bits,
  sessionBits: bits,
  terms: list(term, 16),
  binding: term,
});

const layer = strictObject({
  name: nonEmptyString,
  by: oneOf('device', 'inside'),
  macs: wholeNumber(0, COUNT),
  verified: t.boolean,
  startMs: orNull(finiteNumber),
  endMs: orNull(finiteNumber),
  deviceMs: finiteNumber,
  protocolMs: finiteNumber,
  insideMs: finiteNumber,
  bytesToDevice: wholeNumber(0, COUNT),
  bytesFromDevice: wholeNumber(0, COUNT),
});

const top = list(
  strictObject({ label: t.string as Codec<string>, index: wholeNumber(0, COUNT), probability: finiteNumber }),
  1000,
);

/** Outputs are not part of a report, so they are not looked at. */
const result = strictObject({ image: nonEmptyString, top }, { output: anything });

const box = strictObject({ left: finiteNumber, top: finiteNumber, right: finiteNumber, bottom: finiteNumber });

const digest = matching('64 hexadecimal digits', /^[0-9a-f]{64}$/);

/** A run. */
export const runFile = strictObject(
  {
    slalom: nonEmptyString,
    network: strictObject(
      { name: nonEmptyString, sha256: orNull(digest) },
      // Not in what version 0.1.0 wrote.
      { networkHash: digest },
    ),
    device: nonEmptyString,
    integrity: t.boolean,
    privacy: t.boolean,
    plan: oneOf('auto', 'all'),
    threads: wholeNumber(1, 64),
    modulus: oneOf('P24', 'M31', 'integers'),
    repetitions: wholeNumber(0, 16),
    soundnessBits: bits,
    maximumInferences: wholeNumber(1, 2 ** 40),
    soundness,
    images: wholeNumber(1, COUNT),
    batches: wholeNumber(1, COUNT),
    linearLayers: wholeNumber(0, COUNT),
    outsourcedLayers: wholeNumber(0, COUNT),
    insideLayers: wholeNumber(0, COUNT),
    verifiedLayers: wholeNumber(0, COUNT),
    bytesToDevice: wholeNumber(0, COUNT),
    bytesFromDevice: wholeNumber(0, COUNT),
    offlineMs: finiteNumber,
    onlineMs: finiteNumber,
    trustedMs: finiteNumber,
    deviceMs: finiteNumber,
    protocolMs: finiteNumber,
    insideMs: finiteNumber,
    operationsMs: finiteNumber,
    layers: list(layer, 100_000),
  },
  {
    model: nonEmptyString,
    image: nonEmptyString,
    top,
    output: anything,
    results: list(result, 1_000_000),
    faces: list(strictObject({ box, score: finiteNumber }), 100_000),
    refused: t.boolean,
  },
);

/** See `runFile`. */
export type RunFile = t.TypeOf<typeof runFile>;

/** One of its layers. */
export type RunLayer = RunFile['layers'][number];
