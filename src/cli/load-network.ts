/** The one way in which commands get a network. */

import { basename } from 'node:path';
import { type LoadedModel, loadModel as load, type ModelOptions, type QuantizedModel } from '../formats/load/index.js';
import { networkHash } from '../formats/slalom/index.js';
import { ModelError } from '../model/errors.js';
import type { QuantizedNetwork } from '../model/quantized-network.js';
import { type ZooName, zooNames, zooNetwork } from '../zoo/index.js';
import { UsageError } from './exit.js';
import type { JsonNetwork } from './json-result.js';

/** A network of integers, ready to run, and what its file says about it; one of the zoo is generated, and has no file. */
export type LoadedNetwork = Omit<QuantizedModel, 'kind' | 'sha256' | 'format'> & {
  readonly sha256: string | null;
  readonly format: QuantizedModel['format'] | 'zoo';
};

/**
 * Reads a model of any format that is known.
 * @param path a file, or a folder that holds a `model.json`
 * @param option what the command line calls it
 * @throws UsageError when the file cannot be read; ModelError when its format is not known, or it cannot be used
 */
export async function loadModel(path: string, option: string, options: ModelOptions = {}): Promise<LoadedModel> {
  try {
    return await load(path, options);
  } catch (error) {
    // What the system says of the file itself is the caller's mistake, and is told under the option's name.
    if (!(error instanceof ModelError) || error.cause === undefined) throw error;
    throw new UsageError(`${option} ${error.message}`);
  }
}
/**
 * Reads a network that can be run as it is.
 * @throws ModelError also when the model's numbers are real: such a model must be quantized, which needs typical pictures
 */
export async function loadNetwork(path: string, option: string): Promise<LoadedNetwork> {
  const model = await loadModel(path, option);
  if (model.kind === 'quantized') return model;
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
