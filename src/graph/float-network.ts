/**
 * What a float network *is*: tensors of real numbers and the operations between them. It is what the quantizer starts
 * from; it mirrors `QuantizedNetwork`, without scales. Everything is row-major, channels last, without the batch axis.
 */
import type { Extent, Padding, Size, Steps } from '../model/shapes.js';
import type { Quantization } from '../model/tensor.js';
import type { Composition } from './composition.js';
import type { RealFunction } from './functions.js';

export type { Size, Steps };

/** The index of a tensor in `FloatNetwork.tensors`. */
export type FloatTensorId = number;

/** A tensor of real numbers. */
export interface FloatTensor {
  /** Unique in the network: calibrated ranges are stored under it. */
  readonly name: string;
  /** [height, width, channels] or [length]. */
  readonly shape: readonly number[];
  /** As which integers the numbers are stored, where the model or the quantizer has said it. */
  readonly format?: Quantization;
}

/** Real numbers, in single precision or, where a model's scales say them, in double. */
export type Reals = Float32Array | Float64Array;

/** Weights that a model stores as integers: weight = scales[output channel] * code. */
export interface CodedWeights {
  /** Centred, laid out as real weights are; 16 bits at most. */
  readonly codes: Int16Array;
  /** One entry per output channel, above 0. */
  readonly scales: Float64Array;
}

/** The weights of a linear layer. */
export type LayerWeights = Float32Array | CodedWeights;

/** Clamps to [0, infinity), [0, 6], or not at all. */
export type Activation = 'none' | 'relu' | 'relu6';

/** A number for each direction of an image. */
export type Axes = Steps;

/** What every operation has. */
export interface NamedFloatOperation {
  /** What messages call it; also the name of its output. */
  readonly name: string;
  /** The tensor that it makes. */
  readonly output: FloatTensorId;
}

/** An operation on one tensor. */
export interface UnaryFloatOperation extends NamedFloatOperation {
  /** The tensor that it reads. */
  readonly input: FloatTensorId;
}

/** y = activation(L(x) + bias), L the cross-correlation that `Convolution` of the reference defines. */
export interface FloatConvolution extends UnaryFloatOperation {
  /** Tells operations apart. */
  readonly kind: 'convolution';
  /** Rows and columns of the kernel. */
  readonly kernel: Size;
  /** From one window to the next. */
  readonly stride: Axes;
  /** From one tap of the kernel to the next. */
  readonly dilation: Axes;
  /** Zeros around the input. */
  readonly padding: Padding;
  /** Equal to the number of input channels for depthwise. */
  readonly groups: number;
  /** [output channels][kernel.height][kernel.width][input channels / groups]. */
  readonly weights: LayerWeights;
  /** One entry per output channel. */
  readonly bias: Reals;
  /** What is done to the result. */
  readonly activation: Activation;
}

/** y[o] = activation(sum over i of weights[o * inputs + i] * x[i] + bias[o]); the input's shape does not matter. */
export interface FloatDense extends UnaryFloatOperation {
  /** Tells operations apart. */
  readonly kind: 'dense';
  /** [outputs][inputs]. */
  readonly weights: LayerWeights;
  /** One entry per output. */
  readonly bias: Reals;
  /** What is done to the result. */
  readonly activation: Activation;
}

/** y = scale[c] * (x - mean[c]) / sqrt(variance[c] + epsilon) + offset[c], c the channel. */
export interface FloatBatchNorm extends UnaryFloatOperation {
  /** Tells operations apart. */
  readonly kind: 'batchNorm';
  /** One entry per channel. */
  readonly scale: Reals;
  /** One entry per channel. */
  readonly offset: Reals;
  /** One entry per channel. */
  readonly mean: Reals;
  /** One entry per channel, none negative. */
  readonly variance: Reals;
  /** Keeps the root away from 0. */
  readonly epsilon: number;
}

/** y = activation(x). */
export interface FloatActivation extends UnaryFloatOperation {
  /** Tells operations apart. */
  readonly kind: 'activation';
  /** What is done to the result. */
  readonly activation: Activation;
}

/** y = activation(a + b), shapes equal. */
export interface FloatAdd extends NamedFloatOperation {
  /** Tells operations apart. */
  readonly kind: 'add';
  /** The tensors a and b. */
  readonly inputs: readonly [FloatTensorId, FloatTensorId];
  /** What is done to the result. */
  readonly activation: Activation;
}

/** Average or maximum over windows cut at the border: an average divides by the entries really there. */
export interface FloatPool<Kind extends 'averagePool' | 'maxPool' = 'averagePool' | 'maxPool'>
  extends UnaryFloatOperation {
  /** Tells operations apart. */
  readonly kind: Kind;
  /** Rows and columns of a window. */
  readonly window: Size;
  /** From one window to the next. */
  readonly stride: Axes;
  /** How far windows reach over the border. */
  readonly padding: Padding;
}

/** Concatenation along one axis. */
export interface FloatConcat extends NamedFloatOperation {
  /** Tells operations apart. */
  readonly kind: 'concat';
  /** The tensors, in order. */
  readonly inputs: readonly FloatTensorId[];
  /** Along which index of the shape, from 0. */
  readonly axis: number;
}

/** The same entries under another shape. */
export interface FloatReshape extends UnaryFloatOperation {
  /** Tells operations apart. */
  readonly kind: 'reshape';
}

/** exp(beta * x[i]) over the sum of its row; rows run along the last axis. */
export interface FloatSoftmax extends UnaryFloatOperation {
  /** Tells operations apart. */
  readonly kind: 'softmax';
  /** The factor in the exponent. */
  readonly beta: number;
}

/** y = scale[i] * (x - mean) / sqrt(variance + epsilon) + offset[i], mean and variance those of its row, which are the last axes. */
export interface FloatLayerNormalization extends UnaryFloatOperation {
  /** Tells operations apart. */
  readonly kind: 'layerNormalization';
  /** One entry per entry of a row. */
  readonly scale: Float32Array;
  /** One entry per entry of a row. */
  readonly offset: Float32Array;
  /** Keeps the root away from 0; positive. */
  readonly epsilon: number;
}

/** y = f(x), entry by entry. */
export interface FloatFunction extends UnaryFloatOperation {
  /** Tells operations apart. */
  readonly kind: 'function';
  /** f: one of those that are known, or composed of them. */
  readonly function: RealFunction | Composition;
}

/** y = activation(a op b), shapes equal: the product, the difference a - b, the larger or the smaller. */
export interface FloatPair extends NamedFloatOperation {
  /** Which of them. */
  readonly kind: 'multiply' | 'subtract' | 'larger' | 'smaller';
  /** The tensors a and b. */
  readonly inputs: readonly [number, number];
  /** What is done to the result. */
  readonly activation: Activation;
}

/** Entries in other places, as the reference's `TakeOperation` defines: y[j0, j1, ...] = x[offsets[0][j0] + offsets[1][j1] + ...]. */
export interface FloatTake extends UnaryFloatOperation {
  /** Tells operations apart. */
  readonly kind: 'take';
  /** One list per axis of the output; the largest entries of all lists add up to less than the input's length. */
  readonly offsets: readonly Int32Array[];
}

/** Between which two places of an axis each place of the result lies: 1 - weight of `lower`, the rest of `upper`. */
export interface FloatInterpolation {
  /** From 0 to the axis's size - 1. */
  readonly lower: Int32Array;
  /** From 0 to the axis's size - 1. */
  readonly upper: Int32Array;
  /** From 0 to 1. */
  readonly weights: Float64Array;
}

/** y = x, stored as the integers that the format of its output tensor says. */
export interface FloatStore extends UnaryFloatOperation {
  /** Tells operations apart. */
  readonly kind: 'store';
}

/** The real numbers that the integers of a tensor with a format stand for: y = scale * c where x = format.scale * c. */
export interface FloatRead extends UnaryFloatOperation {
  /** Tells operations apart. */
  readonly kind: 'read';
  /** The format's own, or 1 for the integers themselves. */
  readonly scale: number;
}

/** Bilinear resizing of an image. */
export interface FloatInterpolate extends UnaryFloatOperation {
  /** Tells operations apart. */
  readonly kind: 'interpolate';
  /** One entry per row of the result. */
  readonly rows: FloatInterpolation;
  /** One entry per column of the result. */
  readonly columns: FloatInterpolation;
}

/** A border of zeros around an image. */
export interface FloatPad extends UnaryFloatOperation {
  /** Tells operations apart. */
  readonly kind: 'pad';
  /** The width of the border on each side. */
  readonly padding: Padding;
}

/** Any operation. */
export type FloatOperation =
  | FloatConvolution
  | FloatDense
  | FloatBatchNorm
  | FloatActivation
  | FloatAdd
  | FloatPool<'averagePool'>
  | FloatPool<'maxPool'>
  | FloatConcat
  | FloatReshape
  | FloatSoftmax
  | FloatLayerNormalization
  | FloatFunction
  | FloatPair
  | FloatTake
  | FloatInterpolate
  | FloatPad
  | FloatStore
  | FloatRead;

/** A directed acyclic graph, operations in an order in which they can be evaluated. */
export interface FloatNetwork {
  /** What messages call it. */
  readonly name: string;
  /** All tensors; operations name them by their index. */
  readonly tensors: readonly FloatTensor[];
  /** In an order in which they can be evaluated. */
  readonly operations: readonly FloatOperation[];
  /** The one tensor that no operation makes. */
  readonly input: FloatTensorId;
  /** The tensors that are results. */
  readonly outputs: readonly FloatTensorId[];
}

/** The tensors an operation reads. */
export function inputsOf(operation: FloatOperation): readonly FloatTensorId[] {
  return 'inputs' in operation ? operation.inputs : [operation.input];
}

/** Whether the operation is a linear layer. */
export function isLinear(operation: FloatOperation | undefined): operation is FloatConvolution | FloatDense {
  return operation?.kind === 'convolution' || operation?.kind === 'dense';
}

/** Whether the operation combines two tensors entry by entry. */
export function isPair(operation: FloatOperation): operation is FloatAdd | FloatPair {
  return 'inputs' in operation && 'activation' in operation;
}

/** The weights as real numbers, rounded to single precision. @param outputs how many output channels there are */
export function realWeights(weights: LayerWeights, outputs: number): Float32Array {
  if (!('codes' in weights)) return weights;
  const { codes, scales } = weights;
  const terms = codes.length / outputs;
  return Float32Array.from(codes, (code, index) => code * scales[Math.floor(index / terms)]!);
}

/** How many weights there are. */
export function weightCount(weights: LayerWeights): number {
  return 'codes' in weights ? weights.codes.length : weights.length;
}

/** How many entries a tensor of this shape has. */
export function entryCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Rows, columns and channels of a shape; missing leading axes count one. */
export function asImage(shape: readonly number[]): Extent {
  const [channels = 1, width = 1, height = 1] = [...shape].reverse();
  return { height, width, channels };
}
