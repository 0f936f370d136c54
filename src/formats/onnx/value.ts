/** What a name of the model stands for while it is imported. */
import type { Padding } from '../../model/shapes.js';
import type { Handle } from '../shared/target.js';
import type { Constant } from './constant.js';
import type { Layout } from './layout.js';

/** Something that depends on the input. */
export interface Activation {
  readonly kind: 'activation';
  readonly handle: Handle;
  /** The model's value, border included, and where its entries lie in the network's tensor. */
  readonly layout: Layout;
  /** Zeros around the network's tensor [height, width, channels] that are not in it: a convolution takes them in. */
  readonly border: Padding | null;
}

export type Value = Constant | Activation;

export function activation(handle: Handle, layout: Layout): Activation {
  return { kind: 'activation', handle, layout, border: null };
}
