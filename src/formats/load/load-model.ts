/** The one way in which a model gets in: whatever format its file has, told by its content, never by its name. */
import { someOptions } from '../../boundary/validators.js';
import { importFaceModel } from '../../faces/import.js';
import type { FloatNetwork } from '../../graph/index.js';
import { ModelError } from '../../model/errors.js';
import type { QuantizedNetwork } from '../../model/quantized-network.js';
import type { Tensor } from '../../model/tensor.js';
import { BYTE_CODES, type Preprocessing } from '../../pictures/preprocessing.js';
import type { ExternalFiles } from '../onnx/external-data.js';
import { importOnnxFiles } from '../onnx/index.js';
import { isNetworkFile, type NetworkDetails, readNetworkFile } from '../slalom/index.js';
import { importFiles } from '../tfjs/import.js';
import { importTflite } from '../tflite/index.js';
import { type ModelFiles, modelFiles } from './files.js';
import { version } from './version.js';

/** What a file may leave open, and what of it is wanted. */
export interface ModelOptions {
  /** What the network and error messages call the model; the file's name, or "model", unless given. */
  readonly name?: string;
  /** The input's shape with its batch axis (1), needed where the file leaves other axes open. */
  readonly inputShape?: readonly number[];
  /** Where the network ends, in place of the model's own outputs: of TensorFlow.js models only. */
  readonly outputs?: readonly string[];
  /** For a model given as bytes: files beside it, by the path that the model names; undefined for one that is not there. */
  readonly files?: ExternalFiles;
}

/** The formats that are known. */
export type ModelFormat = 'slalom' | 'tflite' | 'face-api' | 'tfjs' | 'onnx';

/** Where a model came from. */
export interface ModelSource {
  /** A file's name without its folder, or as it was asked for. */
  readonly name: string;
  /** The format, told by the content. */
  readonly format: ModelFormat;
  /** SHA-256, in hexadecimal, of the file; where weights lie beside it, of the file and then of them, as they were read. */
  readonly sha256: string;
}

/** A model of integers, ready to run, with what its file says about it. */
export interface QuantizedModel extends ModelSource, NetworkDetails {
  /** Tells models apart. */
  readonly kind: 'quantized';
  /** Ready to run. */
  readonly network: QuantizedNetwork;
}

/** A model of real numbers, which `quantizeCalibrated` turns into integers. */
export interface FloatModel extends ModelSource {
  /** Tells models apart. */
  readonly kind: 'float';
  /** Ready for the quantizer. */
  readonly network: FloatNetwork;
  /** Null when the model does not say how a picture becomes its input. */
  readonly preprocessing: Preprocessing | null;
}

/** What a file holds. */
export type LoadedModel = QuantizedModel | FloatModel;

interface Format {
  readonly format: ModelFormat;
  /** What messages call it. */
  readonly what: string;
  recognizes(bytes: Uint8Array): boolean;
  read(files: ModelFiles, options: ModelOptions): Found | Promise<Found>;
}

type Found =
  | ({ readonly kind: 'quantized'; readonly network: QuantizedNetwork } & Partial<NetworkDetails>)
  | { readonly kind: 'float'; readonly network: FloatNetwork; readonly preprocessing?: Preprocessing };

function takesBytes(tensor: Tensor): boolean {
  const channels = tensor.shape.length === 3 ? tensor.shape[2] : 0;
  return tensor.kind === 'activation' && tensor.maximum - tensor.minimum === 255 && (channels === 3 || channels === 1);
}

/** ONNX has no mark of its own: a file begins with the number of one of the fields of its outermost message. */
const ONNX_FIELDS = [0x08, 0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42, 0x72, 0xa2, 0xca];

/** No JSON is longer: weights lie beside it. */
const MOST_JSON_BYTES = 2 ** 26;

/** No file of weights of a face model is larger. */
const MOST_WEIGHT_BYTES = 2 ** 28;

const start = (bytes: Uint8Array, length = 64): string => new TextDecoder('latin1').decode(bytes.subarray(0, length));

function requireShort(bytes: Uint8Array, name: string): void {
  if (bytes.length > MOST_JSON_BYTES) {
    throw new ModelError(`${name} is longer than 64 MiB, and the weights of such a model lie in files beside it.`);
  }
}

/** In the order in which they are tried. */
const FORMATS: readonly Format[] = [
  {
    format: 'slalom',
    what: 'a Slalom network file',
    recognizes: isNetworkFile,
    read: ({ bytes, name }) => ({ kind: 'quantized', ...readNetworkFile(bytes, name) }),
  },
  {
    format: 'tflite',
    what: 'a quantized TensorFlow Lite model',
    recognizes: (bytes) => new TextDecoder('latin1').decode(bytes.subarray(4, 8)) === 'TFL3',
    read({ bytes, name }) {
      const network = importTflite(bytes, name);
      const preprocessing = takesBytes(network.tensors[network.input]!) ? BYTE_CODES : null;
      return { kind: 'quantized', network, preprocessing };
    },
  },
  {
    format: 'face-api',
    what: 'a weights manifest of @vladmandic/face-api',
    // A list of groups of weights: what begins like one. Other formats of JSON begin with an object.
    recognizes: (bytes) => /^\s*\[\s*\{/.test(start(bytes)),
    async read({ bytes, name, neighbour }) {
      requireShort(bytes, name);
      const missing = (file: string): never => {
        throw new ModelError(`${file}: there is no such file beside ${name}.`);
      };
      const model = await importFaceModel(name, async (file) =>
        file === name ? bytes : (neighbour(file, MOST_WEIGHT_BYTES) ?? missing(file)),
      );
      return { kind: 'float', ...model };
    },
  },
  {
    format: 'tfjs',
    what: 'a TensorFlow.js model',
    // A JSON text that speaks of a topology.
    recognizes: (bytes) =>
      start(bytes).trimStart().startsWith('{') && start(bytes, MOST_JSON_BYTES).includes('"modelTopology"'),
    read({ name, bytes, neighbour }, options) {
      requireShort(bytes, name);
      return { kind: 'float', network: importFiles(name, bytes, neighbour, options) };
    },
  },
  {
    format: 'onnx',
    what: 'an ONNX model',
    recognizes: ([first = 0]) => ONNX_FIELDS.includes(first),
    read: ({ name, bytes, external }, { inputShape }) => importOnnxFiles(bytes, name, external, inputShape),
  },
];

/**
 * Reads a model of any format that is known: a Slalom network file, TensorFlow Lite, TensorFlow.js, ONNX, or a network of
 * @vladmandic/face-api. Every file is read once, and what is hashed is what was read. Files beside the model are looked for in its
 * folder or below, and nowhere else.
 * @param source the path of a file, or of a folder that holds a `model.json`; or a file's bytes
 * @param options what the file leaves open
 * @returns a quantized model can be run as it is; a float model must be quantized first
 * @throws ModelError when there is no such file, its format is not known, or it cannot be used; nothing else, whatever the bytes are.
 *   TypeError for a source that is none of these, or an option that does not exist
 * @example
 * const model = await loadModel('model.onnx');
 * if (model.kind === 'float') console.log(`${model.name} must be quantized: ${model.sha256}`);
 */
export async function loadModel(source: string | URL | Uint8Array, options: ModelOptions = {}): Promise<LoadedModel> {
  someOptions(options, { name: true, inputShape: true, outputs: true, files: true }, 'loadModel');
  const files = modelFiles(source, options.name, options.files);
  const { name } = files;
  const found = FORMATS.find(({ recognizes }) => recognizes(files.bytes));
  if (found === undefined) {
    const known = FORMATS.map(({ what }) => what).join(', ');
    throw new ModelError(`${name} is of no known format: give ${known}.`);
  }
  const { format } = found;
  if (options.outputs !== undefined && format !== 'tfjs') {
    throw new ModelError(`Outputs can be chosen for TensorFlow.js models only, and ${name} is ${found.what}.`);
  }
  const model = await found.read(files, options);
  const from = { name, format, sha256: files.sha256() };
  if (model.kind === 'float') {
    return { kind: 'float', network: model.network, preprocessing: model.preprocessing ?? null, ...from };
  }
  const { network, preprocessing = null, labels = [], origin } = model;
  const made = { format, sha256: from.sha256, tool: `slalom ${version}` };
  return { kind: 'quantized', network, preprocessing, labels, origin: origin === undefined ? made : origin, ...from };
}
