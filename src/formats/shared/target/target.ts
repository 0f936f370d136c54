/** What is built from a model: a float network, or a quantized one. The operators' importers know only this interface. */

import type { Axes, FloatInterpolation, FloatPair, RealFunction, Size } from '../../../graph/index.js';
import type { Padding } from '../../../model/shapes.js';

/** A tensor of the network, or something that will become one. */
export type Handle = number;

/** Weights with the output channels first: real numbers, or centred codes with one scale per output channel. */
export type LayerWeights =
  | { readonly values: Float32Array; readonly scales: null }
  | { readonly values: Int32Array; readonly scales: Float64Array };

export interface ConvolutionLayer {
  readonly kernel: Size;
  readonly stride: Axes;
  readonly dilation: Axes;
  readonly padding: Padding;
  readonly groups: number;
  readonly outputs: number;
  /** [outputs][kernel.height][kernel.width][input channels / groups]. */
  readonly weights: LayerWeights;
  /** Real numbers, one per output channel. */
  readonly bias: Float64Array | null;
}

export interface DenseLayer {
  readonly outputs: number;
  /** [outputs][inputs]. */
  readonly weights: LayerWeights;
  readonly bias: Float64Array | null;
}

export interface Pooling {
  readonly kind: 'averagePool' | 'maxPool';
  readonly window: Size;
  readonly stride: Axes;
  /** Smaller than the window on every side. */
  readonly padding: Padding;
}

/** Every method that adds something returns its result; `name` is what the result is called. */
export interface Target {
  /** Whether weights are wanted as codes. */
  readonly quantized: boolean;
  /** False of codes that are not read as real numbers. */
  isReal(x: Handle): boolean;
  /** The shape in the network: rows, columns, channels, or fewer axes. */
  shape(x: Handle): readonly number[];
  reshape(x: Handle, shape: readonly number[], name: string): Handle;
  /** @param x [height, width, channels] */
  convolution(x: Handle, layer: ConvolutionLayer, name: string): Handle;
  /** Of all entries, whatever the shape. */
  dense(x: Handle, layer: DenseLayer, name: string): Handle;
  /** factor[c] * x + offset[c], c along the last axis; arrays of length 1 hold for all. */
  affine(x: Handle, factors: Float64Array, offsets: Float64Array, name: string): Handle;
  /** minimum < maximum, which may be infinite. */
  clamp(x: Handle, minimum: number, maximum: number, name: string): Handle;
  add(a: Handle, b: Handle, name: string): Handle;
  /** Two values of one shape, entry by entry. */
  pair(kind: FloatPair['kind'], a: Handle, b: Handle, name: string): Handle;
  /** Of every entry. */
  function(x: Handle, function_: RealFunction, name: string): Handle;
  /** Entries in other places; see `FloatTake`. The caller has charged for the lists. */
  take(x: Handle, offsets: readonly Int32Array[], name: string): Handle;
  /** Pixels between pixels; see `FloatInterpolate`. @param x [height, width, channels] */
  interpolate(x: Handle, rows: FloatInterpolation, columns: FloatInterpolation, name: string): Handle;
  /** @param x [height, width, channels] */
  pool(x: Handle, how: Pooling, name: string): Handle;
  concat(parts: readonly Handle[], axis: number, name: string): Handle;
  /** A border of zeros. @param x [height, width, channels] */
  pad(x: Handle, padding: Padding, name: string): Handle;
  /** Of rows of as many entries as the arrays have, which are the last axes; see `FloatLayerNormalization`. */
  layerNormalization(x: Handle, scale: Float32Array, offset: Float32Array, epsilon: number, name: string): Handle;
  /** Along the last axis. */
  softmax(x: Handle, name: string): Handle;
}
