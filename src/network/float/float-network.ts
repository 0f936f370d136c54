/**
 * What a float network *is*: tensors of real numbers and the operations between them. It is what the quantizer starts
 * from; it mirrors `QuantizedNetwork`, without scales. Everything is row-major, channels last, without the batch axis.
 */
import type { Padding } from '../../reference/linear-map.js';

/** The index of a tensor in `FloatNetwork.tensors`. */
export type FloatTensorId = number;

export interface FloatTensor {
  /** Unique in the network: calibrated ranges are stored under it. */
  readonly name: string;
  /** [height, width, channels] or [length]. */
  readonly shape: readonly number[];
}

/** Clamps to [0, infinity), [0, 6], or not at all. */
export type Activation = 'none' | 'relu' | 'relu6';

export interface Size {
  readonly height: number;
  readonly width: number;
}

/** One number for each direction of an image. */
export interface Axes {
  readonly y: number;
  readonly x: number;
}

/** y = activation(L(x) + bias), L the cross-correlation that `Convolution` of the reference defines. */
export interface FloatConvolution {
  readonly kind: 'convolution';
  readonly name: string;
  readonly input: FloatTensorId;
  readonly output: FloatTensorId;
  readonly kernel: Size;
  readonly stride: Axes;
  readonly dilation: Axes;
  readonly padding: Padding;
  /** Equal to the number of input channels for depthwise. */
  readonly groups: number;
  /** [output channels][kernel.height][kernel.width][input channels / groups]. */
  readonly weights: Float32Array;
  /** One entry per output channel. */
  readonly bias: Float32Array;
  readonly activation: Activation;
}

/** y[o] = activation(sum over i of weights[o * inputs + i] * x[i] + bias[o]); the input's shape does not matter. */
export interface FloatDense {
  readonly kind: 'dense';
  readonly name: string;
  readonly input: FloatTensorId;
  readonly output: FloatTensorId;
  readonly weights: Float32Array;
  readonly bias: Float32Array;
  readonly activation: Activation;
}

/** y = scale[c] * (x - mean[c]) / sqrt(variance[c] + epsilon) + offset[c], c the channel. */
export interface FloatBatchNorm {
  readonly kind: 'batchNorm';
  readonly name: string;
  readonly input: FloatTensorId;
  readonly output: FloatTensorId;
  readonly scale: Float32Array;
  readonly offset: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
  readonly epsilon: number;
}

export interface FloatActivation {
  readonly kind: 'activation';
  readonly name: string;
  readonly input: FloatTensorId;
  readonly output: FloatTensorId;
  readonly activation: Activation;
}

/** y = activation(a + b), shapes equal. */
export interface FloatAdd {
  readonly kind: 'add';
  readonly name: string;
  readonly inputs: readonly [FloatTensorId, FloatTensorId];
  readonly output: FloatTensorId;
  readonly activation: Activation;
}

/** Average or maximum over windows cut at the border: an average divides by the entries really there. */
export interface FloatPool {
  readonly kind: 'averagePool' | 'maxPool';
  readonly name: string;
  readonly input: FloatTensorId;
  readonly output: FloatTensorId;
  readonly window: Size;
  readonly stride: Axes;
  readonly padding: Padding;
}

export interface FloatConcat {
  readonly kind: 'concat';
  readonly name: string;
  readonly inputs: readonly FloatTensorId[];
  readonly output: FloatTensorId;
  readonly axis: number;
}

export interface FloatReshape {
  readonly kind: 'reshape';
  readonly name: string;
  readonly input: FloatTensorId;
  readonly output: FloatTensorId;
}

/** exp(beta * x[i]) over the sum of its row; rows run along the last axis. */
export interface FloatSoftmax {
  readonly kind: 'softmax';
  readonly name: string;
  readonly input: FloatTensorId;
  readonly output: FloatTensorId;
  readonly beta: number;
}

export type FloatOperation =
  | FloatConvolution
  | FloatDense
  | FloatBatchNorm
  | FloatActivation
  | FloatAdd
  | FloatPool
  | FloatConcat
  | FloatReshape
  | FloatSoftmax;

/** A directed acyclic graph, operations in an order in which they can be evaluated. */
export interface FloatNetwork {
  readonly name: string;
  readonly tensors: readonly FloatTensor[];
  readonly operations: readonly FloatOperation[];
  readonly input: FloatTensorId;
  readonly outputs: readonly FloatTensorId[];
}

/** The tensors an operation reads. */
export function inputsOf(operation: FloatOperation): readonly FloatTensorId[] {
  return 'inputs' in operation ? operation.inputs : [operation.input];
}

/** How many entries a tensor of this shape has. */
export function entryCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Rows, columns and channels of a shape; missing leading axes count one. */
export function asImage(shape: readonly number[]): Size & { readonly channels: number } {
  const [channels = 1, width = 1, height = 1] = [...shape].reverse();
  return { height, width, channels };
}
