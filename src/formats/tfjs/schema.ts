/** The parts of a `model.json` outside its topology, which TensorFlow.js itself writes: strict. */
import * as t from 'io-ts';
import {
  type Codec,
  chosen,
  finiteNumber,
  list,
  nonEmptyString,
  oneOf,
  strictObject,
  wholeNumber,
} from '../../boundary/codecs.js';
import { MOST_AXES, MOST_ENTRIES } from '../shared/count-entries.js';

const MOST_WEIGHTS = 2 ** 16;
const MOST_SHARDS = 2 ** 12;

const affine = strictObject(
  { dtype: oneOf('uint8', 'uint16'), scale: finiteNumber, min: finiteNumber },
  { original_dtype: oneOf('float32', 'int32') },
);
const half = strictObject(
  { dtype: oneOf('float16') },
  { scale: finiteNumber, min: finiteNumber, original_dtype: oneOf('float32') },
);

/** How a weight's numbers are stored, when not as they are. */
export type Quantization = t.TypeOf<typeof affine> | t.TypeOf<typeof half>;

const isHalf = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && (value as { dtype?: unknown }).dtype === 'float16';
const quantization = chosen<Quantization>(
  'an object',
  (value) => (isHalf(value) ? half : affine) as Codec<Quantization>,
);

const weight = strictObject(
  {
    name: nonEmptyString,
    shape: list(wholeNumber(0, MOST_ENTRIES), MOST_AXES),
    dtype: oneOf('float32', 'int32', 'bool', 'string', 'complex64'),
  },
  { quantization, group: oneOf('model', 'optimizer') },
);

/** One weight, as the manifest describes it. */
export type WeightEntry = t.TypeOf<typeof weight>;

/** Groups of weights, each with the files that hold its bytes one after the other. */
export const manifest = list(
  strictObject({ paths: list(nonEmptyString, MOST_SHARDS), weights: list(weight, MOST_WEIGHTS) }),
  MOST_SHARDS,
);

/** The whole manifest. */
export type Manifest = t.TypeOf<typeof manifest>;

/** A `model.json`; what is `unknown` here is read later, or says nothing about the network. */
export const modelFile = strictObject(
  { modelTopology: t.unknown, weightsManifest: manifest },
  {
    format: oneOf('layers-model', 'graph-model', 'tfjs-layers-model', 'tfjs-graph-model'),
    generatedBy: t.unknown,
    convertedBy: t.unknown,
    signature: t.unknown,
    userDefinedMetadata: t.unknown,
    trainingConfig: t.unknown,
    modelInitializer: t.unknown,
    initializerSignature: t.unknown,
  },
);

/** A decoded `model.json`. */
export type ModelFile = t.TypeOf<typeof modelFile>;
