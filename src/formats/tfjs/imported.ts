/** What both forms of models need to be imported. */
import type { CustomLayers } from './layers/custom.js';

export interface Imported {
  /** What the network and messages call the model. */
  readonly name: string;
  /** Of all its files. */
  readonly byteLength: number;
  /** With the batch axis. */
  readonly inputShape: readonly number[] | undefined;
  /** Which layers or nodes are the outputs, in place of the model's own. */
  readonly outputs: readonly string[] | undefined;
  readonly customLayers: CustomLayers;
}
