/** A linear map as the kernels see it: always a convolution; a dense map is one over a single pixel. */
import { type LinearMap, outputExtent } from '../../../model/linear-map.js';

/** The sizes that address an input and an output. */
export interface Geometry {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideY: number;
  readonly strideX: number;
  readonly dilationY: number;
  readonly dilationX: number;
  readonly padTop: number;
  readonly padLeft: number;
  readonly groups: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly outChannels: number;
}

export function geometryOf(map: LinearMap): Geometry {
  if (map.kind === 'dense') {
    return {
      height: 1,
      width: 1,
      channels: map.inputs,
      kernelHeight: 1,
      kernelWidth: 1,
      strideY: 1,
      strideX: 1,
      dilationY: 1,
      dilationX: 1,
      padTop: 0,
      padLeft: 0,
      groups: 1,
      outHeight: 1,
      outWidth: 1,
      outChannels: map.outputs,
    };
  }
  const output = outputExtent(map);
  return {
    height: map.input.height,
    width: map.input.width,
    channels: map.input.channels,
    kernelHeight: map.kernel.height,
    kernelWidth: map.kernel.width,
    strideY: map.stride.y,
    strideX: map.stride.x,
    dilationY: map.dilation.y,
    dilationX: map.dilation.x,
    padTop: map.padding.top,
    padLeft: map.padding.left,
    groups: map.groups,
    outHeight: output.height,
    outWidth: output.width,
    outChannels: output.channels,
  };
}

/** The rows of the input that output rows `first` to `first + count - 1` read; at least one row, even if all is padding. */
export function inputRowsOf(shape: Geometry, first: number, count: number): { first: number; count: number } {
  const top = first * shape.strideY - shape.padTop;
  const reach = (count - 1) * shape.strideY + (shape.kernelHeight - 1) * shape.dilationY;
  const from = Math.min(Math.max(top, 0), shape.height - 1);
  const to = Math.min(Math.max(top + reach, from), shape.height - 1);
  return { first: from, count: to - from + 1 };
}
