/** Convolutions, whatever the format calls them. */

import { type Axes, samePadding, VALID } from '../../graph/index.js';
import type { Padding } from '../../model/shapes.js';
import { fail, shown } from '../shared/fail.js';
import { type Constant, realsOf } from './constant.js';
import type { Construction } from './construction.js';
import { type Activation, activation } from './value.js';

/** A step or a window beyond this is a damaged file, and small enough to multiply safely. */
export const LARGEST = 2 ** 16;

/** What a layer says of its padding. */
export type PaddingRule = 'same' | 'valid' | Padding;

export interface Convolving {
  readonly name: string;
  /** [rows, columns, input channels, output channels], or [rows, columns, channels, multiplier] for depthwise. */
  readonly kernel: Constant;
  readonly depthwise: boolean;
  readonly bias: Constant | null;
  readonly stride: Axes;
  readonly dilation: Axes;
  readonly padding: PaddingRule;
}

export function sumOf(a: Padding, b: Padding | null): Padding {
  if (b === null) return a;
  return { top: a.top + b.top, bottom: a.bottom + b.bottom, left: a.left + b.left, right: a.right + b.right };
}

/** The shape of a kernel, which has four axes, none of them empty. */
export function kernelShape({ name, shape }: Constant): [number, number, number, number] {
  if (shape.length !== 4 || shape.some((size) => size < 1)) {
    fail(`the kernel ${shown(name)} has shape [${shape}], and four axes are needed`);
  }
  return shape as unknown as [number, number, number, number];
}

/** A bias with one entry per output. */
export function biasOf(c: Construction, bias: Constant | null, outputs: number): Float64Array | null {
  if (bias === null) return null;
  const values = realsOf(bias);
  if (values.length !== outputs) {
    fail(`the bias ${shown(bias.name)} has shape [${bias.shape}], and ${outputs} entries are needed`);
  }
  c.charge(outputs);
  return Float64Array.from(values);
}

/** Transposes a matrix [rows][columns]. */
export function transposed(c: Construction, matrix: Float32Array, rows: number, columns: number): Float32Array {
  c.charge(matrix.length);
  const result = new Float32Array(matrix.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) result[column * rows + row] = matrix[row * columns + column]!;
  }
  return result;
}

/** y = L(x) + bias; takes the input's border into its own padding. */
export function convolved(c: Construction, x: Activation, layer: Convolving): Activation {
  const { name, kernel, depthwise, stride, dilation } = layer;
  const image = c.image(x, name);
  const [height, width, depth, last] = kernelShape(kernel);
  if (depth !== image.channels) {
    fail(`its kernel [${kernel.shape}] does not fit an input with ${image.channels} channels`);
  }
  const outputs = depthwise ? depth * last : last;
  const outer = { height: x.shape[1]!, width: x.shape[2]! };
  const size = { height, width };
  const own = layer.padding === 'same' ? samePadding(outer, size, stride, dilation) : layer.padding;
  // [rows][columns][...][outputs] becomes [outputs][rows][columns][...].
  const weights = transposed(c, realsOf(kernel), kernel.entries.length / outputs, outputs);
  const handle = c.target.convolution(
    image.handle,
    {
      kernel: size,
      stride,
      dilation,
      padding: sumOf(own === 'valid' ? VALID : own, x.border),
      groups: depthwise ? depth : 1,
      outputs,
      weights,
      bias: biasOf(c, layer.bias, outputs),
    },
    name,
  );
  return activation(handle, [1, ...c.target.shape(handle)]);
}
