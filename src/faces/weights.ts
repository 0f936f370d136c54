/** Weights from files of the npm package @vladmandic/face-api, which are not trusted. */
import { decode, finiteNumber, list, nonEmptyString, oneOf, strictObject, wholeNumber } from '../boundary/codecs.js';
import { entryCount } from '../graph/index.js';
import { ModelError } from '../model/errors.js';

/** A named array of real numbers. */
export interface Weight {
  /** As the manifest says. */
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: Float32Array;
}

/** All weights of a network, by the names its manifest gives them. */
export type Weights = ReadonlyMap<string, Weight>;

/** The networks of the package that can be built, by the names of their files. */
export type FaceModel =
  | 'ssd_mobilenetv1'
  | 'tiny_face_detector'
  | 'face_expression'
  | 'age_gender'
  | 'face_recognition';

/** The file that describes the others. */
const manifestOf = (model: FaceModel): string => `${model}_model-weights_manifest.json`;
/** What helps when a file is missing or damaged. */
export const REMEDY = 'run "npm install" to get @vladmandic/face-api with its model folder again';

const entry = strictObject(
  { name: nonEmptyString, shape: list(wholeNumber(1, 2 ** 20), 4), dtype: oneOf('float32', 'int32') },
  { quantization: strictObject({ dtype: oneOf('uint8'), scale: finiteNumber, min: finiteNumber }) },
);
type Entry = (typeof entry)['_A'];

const manifest = list(strictObject({ paths: list(nonEmptyString, 16), weights: list(entry, 1024) }), 16);

/** Gives the bytes of one of the package's files by its name. */
export type FileReader = (name: string) => Promise<Uint8Array>;

async function readNeighbour(read: FileReader, name: string): Promise<Uint8Array> {
  // A manifest names its neighbours and nothing else.
  if (!/^\w[\w.-]*$/.test(name)) {
    throw new ModelError(`The face model's manifest names a file outside its folder; ${REMEDY}.`);
  }
  return read(name);
}

function parseManifest(text: string): (typeof manifest)['_A'] {
  try {
    return decode(manifest, JSON.parse(text), 'the manifest');
  } catch (error) {
    const reason = error instanceof TypeError ? error.message : 'it is not JSON';
    throw new ModelError(`The face model's manifest is damaged (${reason}); ${REMEDY}.`);
  }
}

/** One weight from its bytes: 8-bit codes mean code * scale + min, everything else is little-endian 32 bits. */
function dequantize({ shape, dtype, quantization }: Entry, bytes: Uint8Array): Float32Array {
  const values = new Float32Array(entryCount(shape));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let index = 0; index < values.length; index++) {
    if (quantization !== undefined) values[index] = bytes[index]! * quantization.scale + quantization.min;
    else values[index] = dtype === 'float32' ? view.getFloat32(4 * index, true) : view.getInt32(4 * index, true);
  }
  return values;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/**
 * Checks the manifest and the weights it describes, wherever the files come from.
 * @param read gives a file of the package's `model` folder by its name; whatever it throws is passed on
 * @param model which of the package's networks, the detector unless given
 * @throws ModelError when a file is damaged, shorter or longer than the manifest says
 */
export async function readFaceWeights(read: FileReader, model: FaceModel = 'ssd_mobilenetv1'): Promise<Weights> {
  const weights = new Map<string, Weight>();
  for (const group of parseManifest(new TextDecoder().decode(await read(manifestOf(model))))) {
    const bytes = joined(await Promise.all(group.paths.map((name) => readNeighbour(read, name))));
    let at = 0;
    for (const description of group.weights) {
      const length = entryCount(description.shape) * (description.quantization === undefined ? 4 : 1);
      if (at + length > bytes.length) throw new ModelError(`The face model's weights are cut short; ${REMEDY}.`);
      const values = dequantize(description, bytes.subarray(at, at + length));
      if (weights.has(description.name) || !values.every(Number.isFinite)) {
        throw new ModelError(`The face model's weight ${description.name} is damaged; ${REMEDY}.`);
      }
      weights.set(description.name, { shape: description.shape, values });
      at += length;
    }
    if (at !== bytes.length) throw new ModelError(`The face model's weights are longer than described; ${REMEDY}.`);
  }
  return weights;
}

/**
 * One weight of exactly this shape.
 * @throws ModelError when it is missing or has another shape
 */
export function weightOf(weights: Weights, name: string, shape: readonly number[]): Float32Array {
  const found = weights.get(name);
  if (found === undefined || found.shape.join() !== shape.join()) {
    throw new ModelError(`The face model needs the weight ${name} of shape ${shape.join(' x ')}; ${REMEDY}.`);
  }
  return found.values;
}

/** Kernels are stored [height][width][inputs][outputs], matrices [inputs][outputs]; ours have the outputs first. */
export function outputsFirst(kernel: Float32Array, outputs: number): Float32Array {
  const terms = kernel.length / outputs;
  const result = new Float32Array(kernel.length);
  for (let output = 0; output < outputs; output++) {
    for (let term = 0; term < terms; term++) result[output * terms + term] = kernel[term * outputs + output]!;
  }
  return result;
}
