/** The linear maps conformance is tested with. */

import type { Convolution, Dense, LinearMap } from '../model/linear-map.js';
import type { InputRange } from '../model/shapes.js';
import { noWrapBound } from '../protocol/certificate.js';
import type { Numbers } from './numbers.js';
import { integerEdges } from './vectors.js';

const INT8: InputRange = { minimum: -128, maximum: 127 };
const UINT8: InputRange = { minimum: 0, maximum: 255 };
const CENTRED_UINT8: InputRange = { minimum: -255, maximum: 255 };

/** A dense map whose weights follow from their index. */
export function dense(inputs: number, outputs: number, weight: (index: number) => number, inputRange = INT8): Dense {
  const weights = Int16Array.from({ length: inputs * outputs }, (_, index) => weight(index));
  return { kind: 'dense', inputs, outputs, weights, inputRange };
}

/** What a convolution is made of, with the usual values for what is left out. */
export type ConvolutionParts = Partial<Omit<Convolution, 'kind' | 'weights'>> & {
  readonly input: Convolution['input'];
};

/** A convolution whose weights follow from their index. */
export function convolution(parts: ConvolutionParts, weight: (index: number) => number): Convolution {
  const whole = {
    kernel: { height: 3, width: 3 },
    stride: { y: 1, x: 1 },
    dilation: { y: 1, x: 1 },
    padding: { top: 1, bottom: 1, left: 1, right: 1 },
    groups: 1,
    outputChannels: 4,
    inputRange: INT8,
    ...parts,
  };
  const { kernel, groups, outputChannels, input } = whole;
  const length = outputChannels * kernel.height * kernel.width * (input.channels / groups);
  return { kind: 'convolution', ...whole, weights: Int16Array.from({ length }, (_, index) => weight(index)) };
}

const size = (height: number, width: number, channels: number): Convolution['input'] => ({ height, width, channels });
const none = { top: 0, bottom: 0, left: 0, right: 0 };

/** One map of every kind that networks use, by name. */
export function mapsOfEveryKind(numbers: Numbers): readonly (readonly [name: string, map: LinearMap])[] {
  const weight = (): number => numbers.edgy(-127, 127, integerEdges);
  const make = (parts: ConvolutionParts): Convolution => convolution(parts, weight);
  return [
    ['dense', dense(37, 5, weight)],
    ['dense, one input and one output', dense(1, 1, weight, UINT8)],
    ['dense, one output', dense(1031, 1, weight, CENTRED_UINT8)],
    ['dense, many outputs', dense(3, 259, weight)],
    ['pointwise', make({ input: size(7, 5, 19), kernel: { height: 1, width: 1 }, padding: none, outputChannels: 9 })],
    ['3 x 3, same padding', make({ input: size(7, 6, 5), inputRange: UINT8 })],
    ['5 x 3, stride 2 x 1', make({ input: size(11, 8, 3), kernel: { height: 5, width: 3 }, stride: { y: 2, x: 1 } })],
    [
      'padding only below and right',
      make({ input: size(6, 6, 3), stride: { y: 2, x: 2 }, padding: { ...none, bottom: 1, right: 1 } }),
    ],
    [
      'padding on four unequal sides',
      make({ input: size(4, 5, 2), padding: { top: 0, bottom: 3, left: 2, right: 1 } }),
    ],
    [
      'stride larger than the kernel',
      make({ input: size(9, 10, 3), kernel: { height: 1, width: 2 }, stride: { y: 4, x: 3 }, padding: none }),
    ],
    [
      'dilated',
      make({ input: size(9, 8, 3), dilation: { y: 2, x: 3 }, padding: { top: 2, bottom: 2, left: 3, right: 3 } }),
    ],
    ['one-pixel image', make({ input: size(1, 1, 7) })],
    [
      'one row',
      make({ input: size(1, 13, 3), kernel: { height: 1, width: 3 }, padding: { ...none, left: 1, right: 1 } }),
    ],
    ['kernel as large as the image', make({ input: size(6, 5, 3), kernel: { height: 6, width: 5 }, padding: none })],
    ['depthwise', make({ input: size(7, 6, 13), groups: 13, outputChannels: 13, inputRange: UINT8 })],
    [
      'depthwise, stride 2, dilated',
      make({ input: size(9, 9, 5), groups: 5, outputChannels: 5, stride: { y: 2, x: 2 }, dilation: { y: 2, x: 2 } }),
    ],
    ['depthwise with multiplier 3', make({ input: size(5, 4, 6), groups: 6, outputChannels: 18 })],
    ['grouped', make({ input: size(5, 6, 12), groups: 3, outputChannels: 6 })],
    [
      'grouped, pointwise',
      make({ input: size(3, 4, 8), kernel: { height: 1, width: 1 }, padding: none, groups: 4, outputChannels: 12 }),
    ],
    [
      'weights of nine bits',
      convolution({ input: size(5, 5, 6), inputRange: CENTRED_UINT8 }, () => numbers.edgy(-255, 255, integerEdges)),
    ],
    ['weights of sixteen bits', dense(29, 7, () => numbers.edgy(-32768, 32767, integerEdges), UINT8)],
    ['inputs of sixteen bits', dense(29, 7, weight, { minimum: -32768, maximum: 32767 })],
  ];
}

/** A random convolution or dense map, small, of any shape that is well formed. */
export function randomMap(numbers: Numbers): LinearMap {
  const inputRange = numbers.oneOf([INT8, UINT8, CENTRED_UINT8]);
  const largest = numbers.oneOf([1, 127, 128, 255, 300]);
  const weight = (): number => numbers.edgy(-largest, largest, [...integerEdges, largest, -largest]);
  if (numbers.between(0, 3) === 0) return dense(numbers.between(1, 200), numbers.between(1, 40), weight, inputRange);
  const groups = numbers.oneOf([1, 1, 2, 3, 8]);
  const kernel = { height: numbers.between(1, 4), width: numbers.between(1, 4) };
  const dilation = { y: numbers.between(1, 2), x: numbers.between(1, 3) };
  const side = (): number => numbers.between(0, 3);
  const padding = { top: side(), bottom: side(), left: side(), right: side() };
  const least = (taps: number, spread: number, around: number): number => Math.max(1, spread * (taps - 1) + 1 - around);
  const height = least(kernel.height, dilation.y, padding.top + padding.bottom) + numbers.between(0, 8);
  const width = least(kernel.width, dilation.x, padding.left + padding.right) + numbers.between(0, 8);
  return convolution(
    {
      input: size(height, width, groups * numbers.oneOf([1, 1, 2, 3, 5])),
      kernel,
      dilation,
      padding,
      stride: { y: numbers.between(1, 4), x: numbers.between(1, 4) },
      groups,
      outputChannels: groups * numbers.oneOf([1, 1, 2, 3]),
      inputRange,
    },
    weight,
  );
}

/** Maps whose sums get as long and as large as the certificate allows, each with a sign pattern for its weights. */
export function mapsAtTheBound(): readonly (readonly [name: string, map: LinearMap])[] {
  const flip = (index: number): number => (index % 2 === 0 ? 1 : -1);
  const maps: [string, LinearMap][] = [
    ['65 793 products of 127 * 127', dense(65793, 1, () => 127)],
    ['32 896 products of -128 * 255', dense(32896, 1, () => -128, UINT8)],
    ['16 512 products of ±255 * 255', dense(16512, 2, (index) => 255 * flip(index), CENTRED_UINT8)],
    ['2049 products of ±2048 * 255', dense(2049, 2, (index) => 2047 * flip(index), CENTRED_UINT8)],
    ['one product of 32767 * 32767', dense(1, 1, () => 32767, { minimum: -32767, maximum: 32767 })],
    [
      'depthwise 3 x 3 of ±3640 * 32767',
      convolution(
        { input: size(3, 3, 9), groups: 9, outputChannels: 9, inputRange: { minimum: -32767, maximum: 32767 } },
        (index) => 3640 * flip(index),
      ),
    ],
    [
      '3 x 3 over 512 channels',
      convolution({ input: size(2, 2, 512), outputChannels: 3 }, (index) => 127 * flip(index * 7 + 3)),
    ],
  ];
  for (const [, map] of maps) noWrapBound(map);
  return maps;
}
