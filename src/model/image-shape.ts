/** The shapes that pooling, padding and resizing act on. */
import type { Tensor } from './tensor.js';
import type { PoolOperation } from './trusted-operations.js';

/** The shape pooling and padding act on: rows, columns, channels last. */
export interface ImageShape {
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
  /** Entries of a pixel. */
  readonly channels: number;
}

/** A tensor's shape as rows, columns, channels; fewer axes are read as one row. */
export function imageShape(shape: readonly number[]): ImageShape {
  const [channels = 1, width = 1, height = 1] = [...shape].reverse();
  return { height, width, channels };
}

/** The shape of a tensor, read in the same way. */
export function rowsColumnsChannels(tensor: Tensor): ImageShape {
  return imageShape(tensor.shape);
}

/** Rows and columns of a pooled image. */
export function pooledShape(shape: ImageShape, how: PoolOperation): ImageShape {
  const { window, stride, padding } = how;
  return {
    height: Math.floor((shape.height + padding.top + padding.bottom - window.height) / stride.y) + 1,
    width: Math.floor((shape.width + padding.left + padding.right - window.width) / stride.x) + 1,
    channels: shape.channels,
  };
}
