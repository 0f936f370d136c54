/** Imports TensorFlow.js models whose files are already in memory. */
import { decode } from '../../boundary/codecs.js';
import type { FloatNetwork } from '../../graph/index.js';
import { ModelError } from '../../model/errors.js';
import { fail } from '../shared/fail.js';
import { importGraph } from './graph/import.js';
import type { Imported } from './imported.js';
import { parseJson } from './json.js';
import type { CustomLayer } from './layers/custom.js';
import { importLayers } from './layers/import.js';
import { type ModelFile, modelFile } from './schema.js';
import { type ReadWeights, readWeights, type ShardReader } from './weights.js';

/** What a model may leave open, and what of it is wanted. */
export interface TfjsOptions {
  /** What the network and error messages call the model; the file's name, or "model", unless given. */
  readonly name?: string;
  /** The input's shape with its batch axis (1), needed where the file leaves other axes open. */
  readonly inputShape?: readonly number[];
  /**
   * The outputs in place of the model's own: nodes of a graph model (`name` or `name:number`, or what the signature calls
   * them), layers of a layers model. What comes after them is not imported, and need not be supported.
   */
  readonly outputs?: readonly string[];
  /** What layers of own classes compute, by the names of the classes. */
  readonly customLayers?: ReadonlyMap<string, CustomLayer>;
}

/** The bytes of a file of weights by the path that the manifest gives it; undefined when there is none. */
export type TfjsShards = (path: string) => Uint8Array | undefined;

/** A model whose files are in memory. */
export interface TfjsFiles {
  /** The text of `model.json`, or its bytes. */
  readonly modelJson: string | Uint8Array;
  /** All weights: the shards in the manifest's order, one after the other, or a function that gives each. */
  readonly weights: Uint8Array | TfjsShards;
}

function parsed(modelJson: string | Uint8Array): ModelFile {
  const value = parseJson(modelJson, 'model.json');
  if (Array.isArray(value))
    fail('it is a manifest of weights without a topology: give the model.json of a whole model');
  try {
    return decode(modelFile, value, 'model.json');
  } catch (error) {
    return fail((error as TypeError).message);
  }
}

/** Whether the topology is a graph's. */
function isGraph({ format, modelTopology }: ModelFile): boolean {
  const hasNodes = typeof modelTopology === 'object' && modelTopology !== null && Object.hasOwn(modelTopology, 'node');
  if (format !== undefined && format.endsWith('graph-model') !== hasNodes) {
    fail(`its format is ${format}, but its topology is that of another`);
  }
  return hasNodes;
}

function weightsOf({ weightsManifest }: ModelFile, given: Uint8Array | ShardReader): ReadWeights {
  if (typeof given === 'function') return readWeights(weightsManifest, given);
  // One piece: where files end does not matter.
  const weights = weightsManifest.flatMap((group) => group.weights);
  return readWeights([{ paths: ['all'], weights }], () => given);
}

/** Imports a model from its files. @throws ModelError whose message begins with the name */
export function importFiles(
  name: string,
  modelJson: string | Uint8Array,
  given: Uint8Array | ShardReader,
  { inputShape, outputs, customLayers = new Map() }: TfjsOptions,
): FloatNetwork {
  try {
    const file = parsed(modelJson);
    const { weights, byteLength } = weightsOf(file, given);
    if (outputs?.length === 0) fail('no outputs are asked for');
    const how: Imported = {
      name,
      byteLength: modelJson.length + byteLength,
      inputShape,
      outputs,
      customLayers,
    };
    if (isGraph(file)) return importGraph(file.modelTopology, file.signature, weights, how);
    return importLayers(file.modelTopology, weights, how);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    throw new ModelError(`${name} cannot be used: ${error.message}`);
  }
}

/**
 * The same as `importTfjs` for a model whose files are in memory; it needs no file system.
 * @throws ModelError as there
 * @example
 * const network = importTfjsFiles({
 *   modelJson: await readFile('models/mobilenet/model.json', 'utf8'),
 *   weights: await readFile('models/mobilenet/group1-shard1of1.bin'),
 * });
 */
export function importTfjsFiles({ modelJson, weights }: TfjsFiles, options: TfjsOptions = {}): FloatNetwork {
  return importFiles(options.name ?? 'model', modelJson, weights, options);
}
