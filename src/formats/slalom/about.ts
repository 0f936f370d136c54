/** What a file says about its network beside what it computes: names, labels, how pictures are prepared, where it came from. */
import * as t from 'io-ts';
import { type Codec, finiteNumber, list, oneOf, strictObject, wholeNumber } from '../../boundary/codecs.js';
import { type Preprocessing, preprocessingCodec } from '../../pictures/preprocessing.js';
import { ACTIVATION_BITS_RANGE } from '../../quantizer/activation-quantization.js';

/** How the scales of activations were found. */
export interface CalibrationRecord {
  /** See `RangeChoice`. */
  readonly method: 'min-max' | 'percentile' | 'mse';
  /** Only with the method `percentile`: which share of the entries the range keeps, in percent. */
  readonly percentile?: number;
  /** Bits of an activation; 8 where it is not said. */
  readonly activationBits?: number;
  /** How many pictures there were. */
  readonly images: number;
  /** Pairs of layers that were equalized; 0 when it did not help or was switched off. */
  readonly equalizedPairs: number;
  /** Whether biases were corrected. */
  readonly biasCorrected: boolean;
}

/** Where a network came from. It is a claim of whoever wrote the file. */
export interface Origin {
  /** Of the model file: `onnx`, `tflite`. */
  readonly format: string;
  /** The SHA-256 of the model file, in hexadecimal. */
  readonly sha256: string;
  /** The program that wrote the file. */
  readonly tool: string;
  /** Only of a network that was quantized when it was imported. */
  readonly calibration?: CalibrationRecord;
}

const text: Codec<string> = new t.Type(
  'a string',
  t.string.is,
  (value, context) => t.string.validate(value, context),
  (value) => value,
);

const calibration = strictObject(
  {
    method: oneOf('min-max', 'percentile', 'mse'),
    images: wholeNumber(1, 2 ** 40),
    equalizedPairs: wholeNumber(0, 2 ** 16),
    biasCorrected: t.boolean,
  },
  { percentile: finiteNumber, activationBits: wholeNumber(...ACTIVATION_BITS_RANGE) },
);

const origin = strictObject({ format: text, sha256: text, tool: text }, { calibration });

const layer = strictObject({ bound: wholeNumber(0, 2 ** 31), macs: wholeNumber(0, Number.MAX_SAFE_INTEGER) });

/** The certificate as it is kept: what every linear layer can reach, and the pad modulus that holds all of it. */
export const certificateRecord = strictObject({
  modulus: oneOf('P24', 'M31'),
  bound: wholeNumber(0, 2 ** 31),
  layers: list(layer, 2 ** 16),
});

/** See the file's head. */
export const about = strictObject(
  {
    name: text,
    tensors: list(text, 2 ** 16),
    operations: list(text, 2 ** 16),
    certificate: certificateRecord,
    labels: list(text, 2 ** 20),
  },
  { preprocessing: preprocessingCodec, origin },
);

export type About = t.TypeOf<typeof about>;

/** What a file holds beside the network; a part that is not known is null, or empty. */
export interface NetworkDetails {
  /** How a picture becomes the network's input; null when the network takes none, or it is not known. */
  readonly preprocessing: Preprocessing | null;
  /** One per class. */
  readonly labels: readonly string[];
  /** Null when it is not known. */
  readonly origin: Origin | null;
}

/** Nothing is known. */
export const NO_DETAILS: NetworkDetails = { preprocessing: null, labels: [], origin: null };
