/**
 * What a linear map *is*: its kind, its shape, its weights, and the range its inputs are declared to lie in.
 * Everything here is data; `apply.ts` and `transpose.ts` say what it computes.
 */

import type { Extent, InputRange, Padding, Size, Steps } from './shapes.js';

export type { Extent, InputRange, Padding, Size, Steps } from './shapes.js';

/** A matrix: y[o] = sum over i of weights[o * inputs + i] * x[i]. */
export interface Dense {
  /** Tells maps apart. */
  readonly kind: 'dense';
  /** |X|. */
  readonly inputs: number;
  /** |Y|. */
  readonly outputs: number;
  /** Row-major, `outputs` rows of `inputs` entries. */
  readonly weights: Int16Array;
  /** Where inputs lie: the bound B follows from it. */
  readonly inputRange: InputRange;
}

/**
 * A two-dimensional convolution (cross-correlation, as in every deep-learning framework), zero padded:
 * y[r, c, o] = sum over (i, j, k) of weights[o, i, j, k] * x[r * stride.y + i * dilation.y - padding.top,
 * c * stride.x + j * dilation.x - padding.left, g * channels / groups + k], with g the group of output channel o.
 */
export interface Convolution {
  /** Tells maps apart. */
  readonly kind: 'convolution';
  /** The shape of x; |X| is the product of its sides. */
  readonly input: Extent;
  /** Rows and columns of the kernel. */
  readonly kernel: Size;
  /** From one output to the next. */
  readonly stride: Steps;
  /** From one tap of the kernel to the next; 1 where they are neighbours. */
  readonly dilation: Steps;
  /** Zeros around the input. */
  readonly padding: Padding;
  /** Input and output channels are split into this many groups; equal to `input.channels` for depthwise. */
  readonly groups: number;
  /** Channels of the output. */
  readonly outputChannels: number;
  /** [outputChannels][kernel.height][kernel.width][input.channels / groups], row-major. */
  readonly weights: Int16Array;
  /** Where inputs lie: the bound B follows from it. */
  readonly inputRange: InputRange;
}

/** A linear map over the integers: the only thing that is ever given to an untrusted device. */
export type LinearMap = Dense | Convolution;

/** Height, width and channels of a convolution's output. */
export function outputExtent(map: Convolution): Extent {
  const { input, kernel, stride, dilation, padding } = map;
  const span = (size: number, before: number, after: number, taps: number, step: number, spread: number): number =>
    Math.floor((size + before + after - (spread * (taps - 1) + 1)) / step) + 1;
  return {
    height: span(input.height, padding.top, padding.bottom, kernel.height, stride.y, dilation.y),
    width: span(input.width, padding.left, padding.right, kernel.width, stride.x, dilation.x),
    channels: map.outputChannels,
  };
}

/** |X|: how many integers the map takes. */
export function inputLength(map: LinearMap): number {
  return map.kind === 'dense' ? map.inputs : map.input.height * map.input.width * map.input.channels;
}

/** |Y|: how many integers the map gives. */
export function outputLength(map: LinearMap): number {
  if (map.kind === 'dense') return map.outputs;
  const { height, width, channels } = outputExtent(map);
  return height * width * channels;
}

/** How many output channels there are; outputs are stored with the channel varying fastest. */
export function outputChannels(map: LinearMap): number {
  return map.kind === 'dense' ? map.outputs : map.outputChannels;
}

/** How many weights go into one output entry. */
export function termsPerOutput(map: LinearMap): number {
  return map.kind === 'dense' ? map.inputs : map.kernel.height * map.kernel.width * (map.input.channels / map.groups);
}

/** Multiply-accumulates of one application, padding included. */
export function macCount(map: LinearMap): number {
  return outputLength(map) * termsPerOutput(map);
}

function requireInteger(value: number, name: string, minimum: number, maximum: number): void {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number`);
  if (!Number.isSafeInteger(value) || value < minimum || value > maximum) {
    throw new RangeError(`${name} must be a whole number from ${minimum} to ${maximum}, not ${value}`);
  }
}

/** The largest extent, channel count or kernel side a map may have. */
const LARGEST = 2 ** 24;

function requireConvolution(map: Convolution): void {
  requireInteger(map.input.height, 'input height', 1, LARGEST);
  requireInteger(map.input.width, 'input width', 1, LARGEST);
  requireInteger(map.input.channels, 'input channels', 1, LARGEST);
  requireInteger(map.outputChannels, 'output channels', 1, LARGEST);
  requireInteger(map.kernel.height, 'kernel height', 1, LARGEST);
  requireInteger(map.kernel.width, 'kernel width', 1, LARGEST);
  for (const axis of ['y', 'x'] as const) {
    requireInteger(map.stride[axis], `stride ${axis}`, 1, LARGEST);
    requireInteger(map.dilation[axis], `dilation ${axis}`, 1, LARGEST);
  }
  for (const side of ['top', 'bottom', 'left', 'right'] as const) {
    requireInteger(map.padding[side], `padding ${side}`, 0, LARGEST);
  }
  requireInteger(map.groups, 'groups', 1, map.input.channels);
  if (map.input.channels % map.groups !== 0 || map.outputChannels % map.groups !== 0) {
    throw new RangeError(`groups (${map.groups}) must divide both channel counts`);
  }
  const { height, width } = outputExtent(map);
  if (height < 1 || width < 1) throw new RangeError('the padded input is smaller than the dilated kernel');
}

/**
 * Returns `map` unchanged if it is well formed.
 * @throws TypeError when a field has the wrong type; RangeError when a size, group count, weight count or range is wrong.
 */
export function aLinearMap<M extends LinearMap>(map: M): M {
  if (!(map.weights instanceof Int16Array)) throw new TypeError('weights must be an Int16Array');
  if (map.kind === 'dense') {
    requireInteger(map.inputs, 'inputs', 1, 2 ** 31);
    requireInteger(map.outputs, 'outputs', 1, 2 ** 31);
  } else if (map.kind === 'convolution') requireConvolution(map);
  else throw new TypeError('kind must be "dense" or "convolution"');
  if (map.weights.length !== outputChannels(map) * termsPerOutput(map)) {
    throw new RangeError(`expected ${outputChannels(map) * termsPerOutput(map)} weights, got ${map.weights.length}`);
  }
  requireInteger(map.inputRange.minimum, 'inputRange.minimum', -32768, 0);
  requireInteger(map.inputRange.maximum, 'inputRange.maximum', 0, 32767);
  return map;
}
