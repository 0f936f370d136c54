/** Small linear maps of every kind, as vectors and as the reference's own type. */
import { type Convolution, type LinearMap, outputChannels, termsPerOutput } from '../../../src/reference/index.js';
import type { MapVector } from '../shapes/linear.js';
import type { Numbers } from './numbers.js';

type Parts = Partial<Omit<Convolution, 'kind' | 'weights'>> & { readonly input: Convolution['input'] };
type Range = LinearMap['inputRange'];

const INT8: Range = { minimum: -128, maximum: 127 };
const UINT8: Range = { minimum: 0, maximum: 255 };
const none = { top: 0, bottom: 0, left: 0, right: 0 };
const image = (height: number, width: number, channels: number) => ({ height, width, channels });

/** The reference's map. */
export function mapOf(vector: MapVector): LinearMap {
  return { ...vector, weights: Int16Array.from(vector.weights) };
}

/** A dense map. */
export function dense(inputs: number, outputs: number, weights: number[], inputRange = INT8): MapVector {
  return { kind: 'dense', inputs, outputs, inputRange: { ...inputRange }, weights };
}

/** A convolution with random weights, and the usual values for what is left out. */
export function convolution(parts: Parts, numbers: Numbers, largest = 127): MapVector & { kind: 'convolution' } {
  const shape = {
    kind: 'convolution' as const,
    input: parts.input,
    kernel: parts.kernel ?? { height: 3, width: 3 },
    stride: parts.stride ?? { y: 1, x: 1 },
    dilation: parts.dilation ?? { y: 1, x: 1 },
    padding: parts.padding ?? { top: 1, bottom: 1, left: 1, right: 1 },
    groups: parts.groups ?? 1,
    outputChannels: parts.outputChannels ?? 2,
    inputRange: { ...(parts.inputRange ?? INT8) },
  };
  const count =
    outputChannels({ ...shape, weights: new Int16Array(0) }) * termsPerOutput({ ...shape, weights: new Int16Array(0) });
  return { ...shape, weights: numbers.list(count, -largest, largest) };
}

/** One map of every kind, by name. */
export function mapsOfEveryKind(numbers: Numbers): readonly (readonly [name: string, map: MapVector])[] {
  const make = (parts: Parts): MapVector => convolution(parts, numbers);
  const weights = (count: number, largest = 127): number[] => numbers.list(count, -largest, largest);
  return [
    ['dense', dense(7, 3, weights(21))],
    ['dense, one input and one output', dense(1, 1, [-128], UINT8)],
    ['dense, one output, long', dense(65, 1, weights(65), UINT8)],
    ['dense, many outputs', dense(2, 33, weights(66))],
    ['dense, weights of sixteen bits', dense(6, 3, weights(18, 32767), UINT8)],
    ['dense, inputs of sixteen bits', dense(6, 3, weights(18), { minimum: -32768, maximum: 32767 })],
    ['convolution, 1 x 1', make({ input: image(3, 2, 5), kernel: { height: 1, width: 1 }, padding: none })],
    ['convolution, same padding', make({ input: image(4, 3, 2), inputRange: UINT8 })],
    ['convolution, no padding', make({ input: image(4, 5, 2), padding: none })],
    [
      'convolution, 5 x 3, stride 2 x 1',
      make({ input: image(7, 4, 2), kernel: { height: 5, width: 3 }, stride: { y: 2, x: 1 } }),
    ],
    [
      'convolution, padding only below and right',
      make({ input: image(6, 6, 2), stride: { y: 2, x: 2 }, padding: { ...none, bottom: 1, right: 1 } }),
    ],
    [
      'convolution, four unequal paddings',
      make({ input: image(3, 4, 2), padding: { top: 0, bottom: 3, left: 2, right: 1 } }),
    ],
    [
      'convolution, stride larger than the kernel',
      make({ input: image(7, 8, 2), kernel: { height: 1, width: 2 }, stride: { y: 4, x: 3 }, padding: none }),
    ],
    [
      'convolution, dilated 2 x 3',
      make({ input: image(6, 7, 2), dilation: { y: 2, x: 3 }, padding: { top: 2, bottom: 2, left: 3, right: 3 } }),
    ],
    ['convolution, one pixel', make({ input: image(1, 1, 5) })],
    ['convolution, grouped', make({ input: image(3, 4, 6), groups: 3, outputChannels: 6 })],
    ['depthwise', make({ input: image(4, 4, 5), groups: 5, outputChannels: 5, inputRange: UINT8 })],
    [
      'depthwise, stride 2, dilated',
      make({ input: image(7, 6, 3), groups: 3, outputChannels: 3, stride: { y: 2, x: 2 }, dilation: { y: 2, x: 2 } }),
    ],
    ['depthwise with multiplier 3', make({ input: image(3, 3, 2), groups: 2, outputChannels: 6 })],
  ];
}
