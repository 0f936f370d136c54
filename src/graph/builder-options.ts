/** What the layers of a float network are described with when it is written down. */
import type { Padding } from '../model/shapes.js';
import type { Activation, Axes, LayerWeights, Reals, Size } from './float-network.js';
import type { Grid, NearestRule } from './grid.js';

/** How windows move over an image. */
export interface Windowing {
  /** 1 in both directions unless given. */
  readonly stride?: Axes;
  /** Nothing unless given. */
  readonly padding?: 'same' | 'valid' | Padding;
}

/** What a convolution needs beyond its input. */
export interface ConvolutionOptions extends Windowing {
  /** The name of the operation and of its output. */
  readonly name: string;
  /** Rows and columns of the kernel. */
  readonly kernel: Size;
  /** 1 in both directions unless given. */
  readonly dilation?: Axes;
  /** 1 unless given; the number of input channels for depthwise. */
  readonly groups?: number;
  /** [output channels][kernel.height][kernel.width][input channels / groups]. */
  readonly weights: LayerWeights;
  /** Zeros unless given. */
  readonly bias?: Reals;
  /** Channels of the output. */
  readonly outputChannels: number;
  /** None unless given. */
  readonly activation?: Activation;
}

/** What a transposed convolution needs beyond its input. */
export interface TransposedConvolutionOptions
  extends Pick<ConvolutionOptions, 'name' | 'kernel' | 'weights' | 'bias' | 'outputChannels' | 'activation'> {
  /** How far apart on the result the kernel is laid for neighbouring entries; 1 in both directions unless given. */
  readonly stride?: Axes;
  /** 1 in both directions unless given. */
  readonly dilation?: Axes;
  /** 1 unless given. */
  readonly groups?: number;
  /**
   * Rows and columns cut off the whole result, (size - 1) * stride + (kernel - 1) * dilation + 1 of them; nothing unless given. Negative
   * ones below and to the right add rows and columns that only the bias makes.
   */
  readonly crop?: Padding;
}

/** How an image is resized. */
export interface ResizeOptions {
  /** Rows and columns of the result. */
  readonly size: Size;
  /** To the nearest entry, by the rule given, or between four by their distances. */
  readonly mode: 'nearest' | 'bilinear';
  /** How places correspond. */
  readonly grid: Grid;
  /** Only with `nearest`; `floor` unless given. */
  readonly rule?: NearestRule;
  /** Result over input, where it is not the quotient of their sizes. */
  readonly scale?: Axes;
}
