/** Imports ONNX models. */
import { readFileSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FloatNetwork } from '../../graph/index.js';
import { ModelError } from '../../model/errors.js';
import type { QuantizedNetwork } from '../../model/quantized-network.js';
import { aQuantizedNetwork } from '../../operations/validate-network.js';
import { lower } from '../../quantizer/lowering/lower.js';
import { type ExternalFiles, externalFromFiles, externalFromFolder } from './external-data.js';
import { type InputOrder, importGraph } from './import.js';
import { LayoutError } from './layout.js';
import { type ModelFile, readModelFile } from './model-file.js';
import { isQuantized } from './operators.js';
import type { ExternalData } from './tensor-data.js';

/** What a file may leave open. */
export interface OnnxOptions {
  /** What the network and error messages call the model; the file's name, or "model", unless given. */
  readonly name?: string;
  /** The input's shape with its batch axis (1), needed where the file leaves other axes open. */
  readonly inputShape?: readonly number[];
  /** For models given as bytes: the bytes of a file of weights beside the model, by the location the model names. */
  readonly externalData?: ExternalFiles;
}

/** A float network is quantized with `calibrate` and `quantize`; a quantized one is ready. */
export type OnnxNetwork =
  | {
      /** Its numbers are real. */
      readonly kind: 'float';
      /** Ready for the quantizer. */
      readonly network: FloatNetwork;
    }
  | {
      /** Its numbers are integers. */
      readonly kind: 'quantized';
      /** Ready to run. */
      readonly network: QuantizedNetwork;
    };

/** Nothing that is read into memory at once is larger: the format's own limit. */
const MOST_BYTES = 2 ** 31;

function read(path: string, name: string): Uint8Array {
  try {
    const { size } = statSync(path);
    if (size <= MOST_BYTES) return readFileSync(path);
  } catch {
    throw new ModelError(`${name} cannot be read: give the path of an .onnx file.`);
  }
  throw new ModelError(`${name} is larger than 2 GiB: store its weights as external data.`);
}

function importFile(file: ModelFile): OnnxNetwork {
  const quantized = isQuantized(file.nodes, file.hasInitializer);
  const run = (order: InputOrder, mayMove: boolean): OnnxNetwork => {
    const network = importGraph(file, order, mayMove, quantized);
    return quantized ? { kind: 'quantized', network: aQuantizedNetwork(lower(network)) } : { kind: 'float', network };
  };

  // Nearly all models have images with the channels first; one that has them last says so by transposing them. What mixes both
  // needs entries moved, which costs time and is tried last.
  const attempts = [() => run('channelsLast', false), () => run('asIs', false), () => run('channelsLast', true)];
  let first: unknown = null;
  for (const attempt of attempts) {
    try {
      return attempt();
    } catch (error) {
      if (!(error instanceof LayoutError)) throw error;
      first ??= error;
    }
  }
  throw first;
}

/**
 * The network that an .onnx file holds, operator sets 1 to 25: a float network, or, when its activations are quantized
 * (QuantizeLinear and DequantizeLinear around operators, QLinearConv and its kin, ConvInteger, MatMulInteger), the
 * quantized network with the file's own scales.
 *
 * The batch axis, which must be of size 1 or open, is dropped. Images have their channels last: an input
 * [1, channels, rows, columns] becomes [rows, columns, channels], unless the model itself transposes it from that order;
 * outputs likewise. Batch normalization with fixed statistics is kept for the quantizer to fold.
 * @param source the path of a file, whose external weights may lie in its folder or below; or the bytes of one
 * @throws ModelError when the file is damaged, uses an operator that is not supported, or does not make sense as a network;
 *   nothing else is thrown, whatever the bytes are.
 * @example const { kind, network } = importOnnx('resnet18.onnx');
 */
export function importOnnx(source: Uint8Array | string | URL, options: OnnxOptions = {}): OnnxNetwork {
  const path = source instanceof URL ? fileURLToPath(source) : source;
  const name = options.name ?? (typeof path === 'string' ? basename(path) : 'model');
  let bytes: Uint8Array;
  let external: ExternalData;
  if (typeof path === 'string') {
    bytes = read(path, name);
    external = externalFromFolder(dirname(path));
  } else {
    bytes = path;
    external = externalFromFiles(options.externalData);
  }
  return importOnnxFiles(bytes, name, external, options.inputShape);
}

/** The same for files that were opened already. */
export function importOnnxFiles(
  bytes: Uint8Array,
  name: string,
  external: ExternalData,
  inputShape?: readonly number[],
): OnnxNetwork {
  try {
    return importFile(readModelFile(bytes, name, external, inputShape));
  } catch (error) {
    // What the parts refuse, they refuse without knowing where they are.
    if (!(error instanceof ModelError) || error.message.startsWith(name)) throw error;
    throw new ModelError(`${name} cannot be used: ${error.message}`);
  }
}
