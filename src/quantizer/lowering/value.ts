/** What a tensor of the graph is before it is stored: a value that no tensor of integers holds yet. */
import type { FloatOperation } from '../../graph/index.js';
import type { Source } from './emission.js';
import type { Limits } from './limits.js';
import type { IntegerLayer } from './linear.js';
import type { Move } from './moves.js';

/** What is computed from stored integers, and how its result is stored decides how: whatever is not lowered otherwise. */
export type Computed = Exclude<
  FloatOperation,
  { readonly kind: 'convolution' | 'dense' | 'batchNorm' | 'activation' | 'store' | 'read' | Move['kind'] }
>;

/** Integers that are there. */
export interface Stored {
  readonly kind: 'stored';
  readonly source: Source;
}

/** A linear layer, and where its entries go if they move. */
export interface Layered {
  readonly kind: 'layer';
  readonly layer: IntegerLayer;
  /** The shape of the layer's own result. */
  readonly layerShape: readonly number[];
  /** Null: they stay. */
  readonly offsets: readonly Int32Array[] | null;
  readonly limits: Limits;
}

/** factor * x, the factor positive. */
export interface Scaled {
  readonly kind: 'scaled';
  readonly source: Source;
  readonly limits: Limits;
}

export interface Result {
  readonly kind: 'computed';
  readonly operation: Computed;
  readonly inputs: readonly Source[];
  readonly limits: Limits;
}

export type Value = Stored | Layered | Scaled | Result;
