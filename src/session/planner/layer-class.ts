/** Sorts linear maps by how the trusted side's time for them grows, and has a typical map of each sort to time. */
import type { Convolution, Dense, LinearMap } from '../../model/linear-map.js';
import { fillEvenly } from './borrowed.js';

/**
 * `pointwise` 1 x 1, every pixel by itself · `windowed` everything with windows and many terms · `short` windows over few
 * channels, as in first layers · `depthwise` one filter per channel · `depthwise-strided` the same with a stride · `dense`.
 */
export const layerClasses = ['pointwise', 'windowed', 'short', 'depthwise', 'depthwise-strided', 'dense'] as const;

/** One of `layerClasses`. */
export type LayerClass = (typeof layerClasses)[number];

/** Below so many channels per group a window's terms are gathered in short pieces, and that takes most of the time. */
const FEW_CHANNELS = 16;

/** The class of a map. */
export function layerClass(map: LinearMap): LayerClass {
  if (map.kind === 'dense') return 'dense';
  const { kernel, stride, padding, groups, input, outputChannels } = map;
  const strided = stride.y * stride.x > 1;
  if (groups > 1 && groups === input.channels && groups === outputChannels) {
    return strided ? 'depthwise-strided' : 'depthwise';
  }
  const padded = padding.top + padding.bottom + padding.left + padding.right > 0;
  if (kernel.height * kernel.width === 1 && !strided && !padded && groups === 1) return 'pointwise';
  return input.channels / groups < FEW_CHANNELS ? 'short' : 'windowed';
}

const range = { minimum: -128, maximum: 127 };

/** Numbers that look like weights; nothing depends on which. */
function weights(length: number): Int16Array {
  const array = new Int16Array(length);
  fillEvenly(array, 7, -64);
  return array;
}

function dense(inputs: number, outputs: number): Dense {
  return { kind: 'dense', inputs, outputs, weights: weights(inputs * outputs), inputRange: range };
}

function convolution(side: number, from: number, to: number, kernel: number, stride: number, groups = 1): Convolution {
  const edge = (kernel - 1) / 2;
  return {
    kind: 'convolution',
    input: { height: side, width: side, channels: from },
    kernel: { height: kernel, width: kernel },
    stride: { y: stride, x: stride },
    dilation: { y: 1, x: 1 },
    padding: { top: edge, bottom: edge, left: edge, right: edge },
    groups,
    outputChannels: to,
    weights: weights(((kernel * kernel * from) / groups) * to),
    inputRange: range,
  };
}

/** Typical maps of one class: `small` takes a call's fixed time and little more; `large` ones show the rates. */
export interface Typical {
  readonly small: () => LinearMap;
  /** Two maps, with few and many terms per output, where both multiplying and what is done per output count. */
  readonly large: readonly (() => LinearMap)[];
}

/** Of every class. Sizes are those of the middle layers of networks for images of 224 x 224. */
export const typicalMaps: Readonly<Record<LayerClass, Typical>> = {
  pointwise: {
    small: () => convolution(4, 8, 8, 1, 1),
    large: [() => convolution(28, 32, 64, 1, 1), () => convolution(28, 256, 64, 1, 1)],
  },
  windowed: { small: () => convolution(2, 16, 4, 3, 1), large: [() => convolution(14, 64, 64, 3, 1)] },
  short: { small: () => convolution(3, 3, 4, 3, 1), large: [() => convolution(64, 3, 32, 3, 2)] },
  depthwise: { small: () => convolution(4, 8, 8, 3, 1, 8), large: [() => convolution(28, 128, 128, 3, 1, 128)] },
  'depthwise-strided': {
    small: () => convolution(8, 8, 8, 3, 2, 8),
    large: [() => convolution(56, 64, 64, 3, 2, 64)],
  },
  dense: { small: () => dense(32, 32), large: [() => dense(1024, 512)] },
};
