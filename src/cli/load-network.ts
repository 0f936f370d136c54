/** The one way in which commands get a network: whatever format the file has, told by its content, never by its name. */
import { basename } from 'node:path';
import { sha256 } from '@noble/hashes/sha2';
import { ModelError } from '../network/errors.js';
import { isNetworkFile, type NetworkDetails, networkHash, readNetworkFile } from '../network/file/index.js';
import { hexadecimal } from '../network/file/network-hash.js';
import type { FloatNetwork } from '../network/float/index.js';
import { BYTE_CODES } from '../network/image/index.js';
import { importTflite } from '../network/tflite/index.js';
import type { QuantizedNetwork, Tensor } from '../reference/index.js';
import { readInput } from './read-input.js';

/** A network of integers, ready to run, and what its file says about it. */
export interface LoadedNetwork extends NetworkDetails {
  readonly network: QuantizedNetwork;
  readonly format: string;
}

/** What a model file holds: integers, or real numbers that must be quantized first. */
export type LoadedModel =
  | { readonly kind: 'quantized'; readonly loaded: LoadedNetwork }
  | { readonly kind: 'float'; readonly network: FloatNetwork; readonly format: string; readonly sha256: string };

interface Format {
  readonly name: string;
  recognizes(bytes: Uint8Array): boolean;
  read(bytes: Uint8Array, name: string, path: string): LoadedModel | Promise<LoadedModel>;
}

const TOOL = 'slalom';

function takesBytes(tensor: Tensor): boolean {
  const channels = tensor.shape.length === 3 ? tensor.shape[2] : 0;
  return tensor.kind === 'activation' && tensor.maximum - tensor.minimum === 255 && (channels === 3 || channels === 1);
}

/** A quantized model of another format, whose pictures are prepared as such files expect when they take bytes. */
export function quantizedModel(network: QuantizedNetwork, format: string, bytes: Uint8Array): LoadedModel {
  const preprocessing = takesBytes(network.tensors[network.input]!) ? BYTE_CODES : null;
  const origin = { format, sha256: hexadecimal(sha256(bytes)), tool: TOOL };
  return { kind: 'quantized', loaded: { network, format, preprocessing, labels: [], origin } };
}

/** In the order in which they are tried. */
const formats: readonly Format[] = [
  {
    name: 'a Slalom network file',
    recognizes: isNetworkFile,
    read: (bytes, name) => ({ kind: 'quantized', loaded: { format: 'slalom', ...readNetworkFile(bytes, name) } }),
  },
  {
    name: 'a quantized TensorFlow Lite model',
    recognizes: (bytes) => new TextDecoder('latin1').decode(bytes.subarray(4, 8)) === 'TFL3',
    read: (bytes, name) => quantizedModel(importTflite(bytes, name), 'tflite', bytes),
  },
];

/**
 * Reads a model of any format that is known.
 * @throws UsageError when the file cannot be read; ModelError when its format is not known, or it cannot be used
 */
export async function loadModel(path: string, option: string): Promise<LoadedModel> {
  const bytes = await readInput(path, option);
  const name = basename(path);
  const format = formats.find(({ recognizes }) => recognizes(bytes));
  if (format === undefined) {
    const known = formats.map((one) => one.name).join(', ');
    throw new ModelError(`${name} is of no known format: give ${known}.`);
  }
  return format.read(bytes, name, path);
}

/**
 * Reads a network that can be run as it is.
 * @throws ModelError also when the model's numbers are real: such a model must be quantized, which needs typical pictures
 */
export async function loadNetwork(path: string, option = '--model'): Promise<LoadedNetwork> {
  const model = await loadModel(path, option);
  if (model.kind === 'quantized') return model.loaded;
  throw new ModelError(
    `${basename(path)} is a float model: quantize it first with "slalom import ${path} --calibrate FOLDER -o net.slalom", ` +
      'FOLDER holding pictures such as it will see.',
  );
}

/** The start of a network's hash, as people compare it. */
export function shortHash(network: QuantizedNetwork): string {
  return networkHash(network).slice(0, 16);
}
