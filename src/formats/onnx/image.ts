/** Values as images: batch, channels, rows and columns in the model; rows, columns and channels in the network. */

import type { Size } from '../../graph/index.js';
import type { Padding } from '../../model/shapes.js';
import type { Handle } from '../shared/target.js';
import { type Channels, channelsOf, type Factor, inOrder, type Layout, layoutOf, product, shapeOf } from './layout.js';
import { reordered } from './moving.js';
import type { Step } from './step.js';
import type { Activation } from './value.js';

export interface Image extends Size {
  /** [height, width, channels]. */
  readonly handle: Handle;
  readonly channels: Channels;
  /** 3 for a row of pixels, 4 for an image. */
  readonly axes: number;
  /** Of the value. */
  readonly layout: Layout;
}

/** The tensor under that shape: itself where it has it already. */
export function shaped(step: Step, handle: Handle, shape: readonly number[]): Handle {
  if (step.target.shape(handle).join() === shape.join()) return handle;
  return step.target.reshape(handle, shape, `${step.name}/reshaped`);
}

/** Whether channels come last in memory, and rows and columns before them in that order. */
function isImage(layout: Layout, spatial: readonly number[]): boolean {
  const count = layout.axes[1]!.length;
  const channels = layout.memory.slice(layout.memory.length - count);
  const others = layout.memory.slice(0, layout.memory.length - count);
  return layout.axes[1]!.every((factor) => channels.includes(factor)) && inOrder(layout, spatial, others);
}

/**
 * Sees a value [1, channels, rows, columns] or [1, channels, columns] as an image; a border is not part of it.
 * @throws LayoutError when its channels do not lie together, and may not be moved
 */
export function imageOf(step: Step, given: Activation): Image {
  const shape = shapeOf(given.layout);
  const axes = shape.length;
  if (axes < 3 || axes > 4) {
    step.fail(
      `its input has shape [${shape}], and only images [1, channels, rows, columns] or [1, channels, columns] are supported`,
    );
  }
  if (shape[0] !== 1) step.fail(`its input has batch size ${shape[0]}; export the model with batch size 1`);
  const spatial = axes === 4 ? [2, 3] : [2];
  // A border is only around what is an image already.
  const x = isImage(given.layout, spatial) ? given : reordered(step, given, [0, ...spatial, 1]);
  const channels = channelsOf(x.layout, [1]);
  const { top, bottom, left, right } = x.border ?? { top: 0, bottom: 0, left: 0, right: 0 };
  const height = (axes === 4 ? shape[2]! : 1) - top - bottom;
  const width = shape.at(-1)! - left - right;
  return {
    handle: shaped(step, x.handle, [height, width, channels.count]),
    height,
    width,
    channels,
    axes,
    layout: x.layout,
  };
}

/** The layout of an image's value. @param factors of the channels, in the order of memory, when they are not new */
export function imageLayout(axes: number, size: Size, channels: number | Channels, from?: Layout): Layout {
  const spatial = axes === 4 ? [size.height, size.width] : [size.width];
  if (typeof channels === 'number') {
    const order = axes === 4 ? [0, 2, 3, 1] : [0, 2, 1];
    return layoutOf([1, channels, ...spatial], order);
  }
  const factors: Factor[][] = spatial.map((length) => (length === 1 ? [] : [{ size: length }]));
  return { axes: [[], from!.axes[1]!, ...factors], memory: [...factors.flat(), ...channels.factors] };
}

/** The value with these axes last in memory. @throws LayoutError when they are not, and may not be moved */
export function withAxesLast(step: Step, x: Activation, axes: readonly number[]): Activation {
  const logical = new Set(axes.flatMap((axis) => x.layout.axes[axis]!));
  const { memory } = x.layout;
  if (memory.slice(memory.length - logical.size).every((factor) => logical.has(factor))) return x;
  const others = [...x.layout.axes.keys()].filter((axis) => !axes.includes(axis));
  return reordered(step, x, [...others, ...axes]);
}

/** The tensor with `count` entries on its last axis. */
export function withLastAxis(step: Step, x: Activation, channels: Channels): Handle {
  if (step.target.shape(x.handle).at(-1) === channels.count) return x.handle;
  const rows = product(channels.others);
  return shaped(step, x.handle, rows === 1 ? [channels.count] : [rows, channels.count]);
}

/** Values of the model's order, one per channel, in the order of memory. */
export function inMemoryOrder(values: Float64Array, channels: Channels): Float64Array {
  const order = values.length === 1 ? null : channels.order();
  return order === null ? values : Float64Array.from(order, (position) => values[position]!);
}

export function sumOf(a: Padding, b: Padding | null): Padding {
  if (b === null) return a;
  return { top: a.top + b.top, bottom: a.bottom + b.bottom, left: a.left + b.left, right: a.right + b.right };
}
