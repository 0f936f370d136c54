/** The one way in which commands get a network: whatever format the file has, told by its content, never by its name. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { importFaceModel } from '../faces/index.js';
import { importOnnx } from '../formats/onnx/index.js';
import { isNetworkFile, type NetworkDetails, networkHash, readNetworkFile } from '../formats/slalom/index.js';
import { importTfjs, MODEL_FILE } from '../formats/tfjs/index.js';
import { importTflite } from '../formats/tflite/index.js';
import type { FloatNetwork } from '../graph/index.js';
import { ModelError } from '../model/errors.js';
import type { QuantizedNetwork } from '../model/quantized-network.js';
import type { Tensor } from '../model/tensor.js';
import { BYTE_CODES, type Preprocessing } from '../pictures/index.js';
import { type ZooName, zooNames, zooNetwork } from '../zoo/index.js';
import { UsageError } from './exit.js';
import type { JsonNetwork } from './json-result.js';
import { readInput } from './read-input.js';
import { version } from './version.js';

/** A network of integers, ready to run, and what its file says about it. */
export interface LoadedNetwork extends NetworkDetails {
  readonly network: QuantizedNetwork;
  /** A file's name without its folder, or a name of the zoo. */
  readonly name: string;
  /** SHA-256 of the file, in hexadecimal; null for a network of the zoo, which is generated. */
  readonly sha256: string | null;
  readonly format: string;
}

/** What a model file holds: integers, or real numbers that must be quantized first. */
export type LoadedModel =
  | { readonly kind: 'quantized'; readonly loaded: LoadedNetwork }
  | {
      readonly kind: 'float';
      readonly network: FloatNetwork;
      readonly format: string;
      readonly sha256: string;
      /** Null when the model does not say how a picture becomes its input. */
      readonly preprocessing: Preprocessing | null;
    };

/** What a file may leave open. */
export interface ModelOptions {
  /** With the batch axis. */
  readonly inputShape?: readonly number[];
  /** Where the network ends, in place of the model's own outputs. */
  readonly outputs?: readonly string[];
}

interface Format {
  readonly name: string;
  /** Whether its models can be cut off at tensors that are named. */
  readonly canBeCut?: boolean;
  recognizes(bytes: Uint8Array): boolean;
  read(bytes: Uint8Array, name: string, path: string, options: ModelOptions): LoadedModel | Promise<LoadedModel>;
}

function takesBytes(tensor: Tensor): boolean {
  const channels = tensor.shape.length === 3 ? tensor.shape[2] : 0;
  return tensor.kind === 'activation' && tensor.maximum - tensor.minimum === 255 && (channels === 3 || channels === 1);
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A quantized model of another format. */
function quantizedModel(
  network: QuantizedNetwork,
  format: string,
  bytes: Uint8Array,
  name: string,
  preprocessing: Preprocessing | null,
): LoadedModel {
  const sha256 = digest(bytes);
  const origin = { format, sha256, tool: `slalom ${version}` };
  return { kind: 'quantized', loaded: { network, name, sha256, format, preprocessing, labels: [], origin } };
}

function networkFile(bytes: Uint8Array, name: string): LoadedModel {
  const { network, preprocessing, labels, origin } = readNetworkFile(bytes, name);
  const loaded = { network, name, sha256: digest(bytes), format: 'slalom', preprocessing, labels, origin };
  return { kind: 'quantized', loaded };
}

function tfliteModel(bytes: Uint8Array, name: string): LoadedModel {
  const network = importTflite(bytes, name);
  const preprocessing = takesBytes(network.tensors[network.input]!) ? BYTE_CODES : null;
  return quantizedModel(network, 'tflite', bytes, name, preprocessing);
}

/** ONNX has no mark of its own: a file begins with the number of one of the fields of its outermost message. */
const ONNX_FIELDS = [0x08, 0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42, 0x72, 0xa2, 0xca];

function onnxModel(bytes: Uint8Array, name: string, path: string, { inputShape }: ModelOptions): LoadedModel {
  // By its path: weights may lie in files beside it.
  const model = importOnnx(path, { name, ...(inputShape === undefined ? {} : { inputShape }) });
  if (model.kind === 'quantized') return quantizedModel(model.network, 'onnx', bytes, name, null);
  return { kind: 'float', network: model.network, format: 'onnx', sha256: digest(bytes), preprocessing: null };
}

/** The weights lie beside their manifest; the SHA-256 is of the manifest and then of every file of weights. */
async function faceModel(bytes: Uint8Array, name: string, path: string): Promise<LoadedModel> {
  const hash = createHash('sha256');
  const model = await importFaceModel(name, async (file) => {
    const read = file === name ? bytes : await readInput(join(dirname(path), file), 'the file of weights');
    hash.update(read);
    return read;
  });
  return { kind: 'float', ...model, format: 'face-api', sha256: hash.digest('hex') };
}

/** A list of groups of weights: what begins like one. Other formats of JSON begin with an object. */
function isManifest(bytes: Uint8Array): boolean {
  return /^\s*\[\s*\{/.test(new TextDecoder('latin1').decode(bytes.subarray(0, 64)));
}

/** A JSON text that speaks of a topology. */
function isTfjs(bytes: Uint8Array): boolean {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 64)).trimStart();
  return start.startsWith('{') && new TextDecoder('latin1').decode(bytes).includes('"modelTopology"');
}

function tfjsModel(bytes: Uint8Array, name: string, path: string, { inputShape, outputs }: ModelOptions): LoadedModel {
  // By its path: the weights lie in files beside it.
  const asked = { ...(inputShape === undefined ? {} : { inputShape }), ...(outputs === undefined ? {} : { outputs }) };
  const network = importTfjs(path, { name, ...asked });
  return { kind: 'float', network, format: 'tfjs', sha256: digest(bytes), preprocessing: null };
}

/** The file itself, or the model in a folder. */
async function modelFile(path: string): Promise<string> {
  try {
    return (await stat(path)).isDirectory() ? join(path, MODEL_FILE) : path;
  } catch {
    return path;
  }
}

/** In the order in which they are tried. */
const formats: readonly Format[] = [
  {
    name: 'a Slalom network file',
    recognizes: isNetworkFile,
    read: networkFile,
  },
  {
    name: 'a quantized TensorFlow Lite model',
    recognizes: (bytes) => new TextDecoder('latin1').decode(bytes.subarray(4, 8)) === 'TFL3',
    read: tfliteModel,
  },
  { name: 'a weights manifest of @vladmandic/face-api', recognizes: isManifest, read: faceModel },
  { name: 'a TensorFlow.js model', canBeCut: true, recognizes: isTfjs, read: tfjsModel },
  { name: 'an ONNX model', recognizes: ([first = 0]) => ONNX_FIELDS.includes(first), read: onnxModel },
];

/**
 * Reads a model of any format that is known.
 * @param path a file, or a folder that holds a `model.json`
 * @throws UsageError when the file cannot be read; ModelError when its format is not known, or it cannot be used
 */
export async function loadModel(path: string, option: string, options: ModelOptions = {}): Promise<LoadedModel> {
  const file = await modelFile(path);
  const bytes = await readInput(file, option);
  const name = basename(file);
  const format = formats.find(({ recognizes }) => recognizes(bytes));
  if (format === undefined) {
    const known = formats.map((one) => one.name).join(', ');
    throw new ModelError(`${name} is of no known format: give ${known}.`);
  }
  if (options.outputs !== undefined && format.canBeCut !== true) {
    throw new UsageError(`--outputs is for TensorFlow.js models, and ${name} is ${format.name}.`);
  }
  return format.read(bytes, name, file, options);
}

/**
 * Reads a network that can be run as it is.
 * @throws ModelError also when the model's numbers are real: such a model must be quantized, which needs typical pictures
 */
export async function loadNetwork(path: string, option: string): Promise<LoadedNetwork> {
  const model = await loadModel(path, option);
  if (model.kind === 'quantized') return model.loaded;
  throw new ModelError(
    `${basename(path)} is a float model: quantize it first with "slalom import ${path} --calibrate FOLDER -o net.slalom", ` +
      'FOLDER holding pictures such as it will see.',
  );
}

/** The same, where the name may also be one of the zoo. */
export async function loadNetworkOrZoo(name: string, option: string): Promise<LoadedNetwork> {
  const zoo = zooNames.find((known): known is ZooName => known === name);
  if (zoo === undefined) return loadNetwork(name, option);
  const network = zooNetwork(zoo);
  return { network, name: zoo, sha256: null, format: 'zoo', preprocessing: null, labels: [], origin: null };
}

/** What results say about the network they came from. */
export function jsonNetwork({ network, name, sha256 }: LoadedNetwork): JsonNetwork {
  return { name, sha256, networkHash: networkHash(network) };
}

/** The start of a network's hash, as people compare it. */
export function shortHash(network: QuantizedNetwork): string {
  return networkHash(network).slice(0, 16);
}
