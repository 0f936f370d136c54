/** Networks that the command line names: the one place that knows the kinds of files. */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { importTflite } from '../network/tflite/index.js';
import { type ZooName, zooNames, zooNetwork } from '../network/zoo/index.js';
import type { QuantizedNetwork } from '../reference/index.js';
import { readInput } from './read-input.js';

/** A network and where it came from. */
export interface LoadedNetwork {
  readonly network: QuantizedNetwork;
  /** A file's name without its folder, or a name of the zoo. */
  readonly name: string;
  /** SHA-256 of the file, in hexadecimal; null for a network of the zoo, which is generated. */
  readonly sha256: string | null;
}

/**
 * Reads a model file.
 * @throws UsageError naming the option when there is no such file; ModelError when it is not a network we can run
 */
export async function loadNetwork(path: string, option: string): Promise<LoadedNetwork> {
  const file = await readInput(path, option);
  const name = basename(path);
  return { network: importTflite(file, name), name, sha256: createHash('sha256').update(file).digest('hex') };
}

/** The same, where the name may also be one of the zoo. */
export async function loadNetworkOrZoo(name: string, option: string): Promise<LoadedNetwork> {
  const zoo = zooNames.find((known): known is ZooName => known === name);
  if (zoo === undefined) return loadNetwork(name, option);
  return { network: zooNetwork(zoo), name: zoo, sha256: null };
}
