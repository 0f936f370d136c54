/** What a name of the model stands for while it is imported. */

import type { Axes } from '../../graph/index.js';
import type { Padding } from '../../model/shapes.js';
import type { Handle } from '../shared/target.js';
import type { Constant } from './constant.js';

/** Something that depends on the input. Its entries lie in the order of its shape, in the network too. */
export interface Activation {
  readonly kind: 'activation';
  readonly handle: Handle;
  /** The model's shape, with its batch axis and its border. */
  readonly shape: readonly number[];
  /** Zeros around the rows and columns that are not in the network's tensor: a convolution takes them in. */
  readonly border: Padding | null;
  /** In the model its rows and columns are dealt out to so many batches each; a convolution of those is one with dilation. */
  readonly blocks: Axes | null;
}

export type Value = Constant | Activation;

export function activation(handle: Handle, shape: readonly number[]): Activation {
  return { kind: 'activation', handle, shape, border: null, blocks: null };
}

/** The shape without its batch axis, as networks have it. */
export function withoutBatch(shape: readonly number[]): readonly number[] {
  const rest = shape.length > 1 && shape[0] === 1 ? shape.slice(1) : shape;
  return rest.length === 0 ? [1] : rest;
}

/** How many entries these axes have together. */
export const product = (sizes: readonly number[]): number => sizes.reduce((total, size) => total * size, 1);
