/** Small quantized networks that use every operation, for tests. */
import * as fc from 'fast-check';
import type { ActivationTensor, Convolution, Operation, QuantizedNetwork, Tensor } from '../../src/reference/index.js';
import { edgyList } from '../generators.js';

const RANGE = { minimum: -128, maximum: 127 };

function activation(name: string, shape: number[]): ActivationTensor {
  return { kind: 'activation', name, shape, scale: 0.1, zeroPoint: 128, ...RANGE };
}

const input = { height: 5, width: 4, channels: 3 };

function convolution(
  parts: Partial<Convolution> & Pick<Convolution, 'input' | 'outputChannels' | 'weights'>,
): Convolution {
  return {
    kind: 'convolution',
    kernel: { height: 3, width: 3 },
    stride: { y: 1, x: 1 },
    dilation: { y: 1, x: 1 },
    padding: { top: 1, bottom: 1, left: 1, right: 1 },
    groups: 1,
    inputRange: RANGE,
    ...parts,
  };
}

interface Numbers {
  readonly wide: number[];
  readonly deep: number[];
  readonly dense: number[];
  readonly bias: number[];
  readonly multipliers: number[];
}

function build({ wide, deep, dense, bias, multipliers }: Numbers): QuantizedNetwork {
  const image = [5, 4, 3];
  const tensors: Tensor[] = [
    activation('input', image),
    activation('wide', [5, 4, 3]),
    activation('depthwise', image),
    activation('sum', image),
    activation('rescaled', image),
    activation('joined', [5, 4, 6]),
    activation('padded', [6, 5, 6]),
    activation('largest', [3, 3, 6]),
    activation('average', [1, 1, 6]),
    activation('flat', [6]),
    { kind: 'accumulator', name: 'scores', shape: [4], scales: Float64Array.of(1, 1, 1, 1) },
    activation('requantized scores', [4]),
    activation('probabilities', [4]),
  ];
  const clampTo = { minimum: -128, maximum: 127 };
  const how = (count: number): { multipliers: Int32Array; shift: number; minimum: number; maximum: number } => ({
    multipliers: Int32Array.from(multipliers.slice(0, count)),
    shift: 31,
    ...clampTo,
  });
  const window = { height: 2, width: 2 };
  const none = { top: 0, bottom: 0, left: 0, right: 0 };
  const fullyConnected = {
    kind: 'dense',
    inputs: 6,
    outputs: 4,
    weights: Int16Array.from(dense),
    inputRange: RANGE,
  } as const;
  const operations: Operation[] = [
    {
      kind: 'linear',
      name: 'wide',
      input: 0,
      output: 1,
      map: convolution({ input, outputChannels: 3, weights: Int16Array.from(wide) }),
      bias: Int32Array.from(bias.slice(0, 3)),
      requantization: how(3),
    },
    {
      kind: 'linear',
      name: 'depthwise',
      input: 1,
      output: 2,
      map: convolution({ input, outputChannels: 3, groups: 3, weights: Int16Array.from(deep) }),
      bias: Int32Array.from(bias.slice(0, 3)),
      requantization: how(3),
    },
    { kind: 'add', name: 'sum', inputs: [0, 2], output: 3, multipliers: [3, 2], shift: 2, ...clampTo },
    { kind: 'rescale', name: 'rescaled', input: 3, output: 4, multiplier: 5, shift: 3, minimum: 0, maximum: 100 },
    { kind: 'concat', name: 'joined', inputs: [4, 0], output: 5, axis: 2 },
    { kind: 'pad', name: 'padded', input: 5, output: 6, padding: { top: 1, bottom: 0, left: 0, right: 1 } },
    {
      kind: 'maxPool',
      name: 'largest',
      input: 6,
      output: 7,
      window,
      stride: { y: 2, x: 2 },
      padding: { ...none, right: 1 },
      ...clampTo,
    },
    {
      kind: 'averagePool',
      name: 'average',
      input: 7,
      output: 8,
      window: { height: 3, width: 3 },
      stride: { y: 1, x: 1 },
      padding: none,
      ...clampTo,
    },
    { kind: 'reshape', name: 'flat', input: 8, output: 9 },
    {
      kind: 'linear',
      name: 'scores',
      input: 9,
      output: 10,
      map: fullyConnected,
      bias: Int32Array.from(bias.slice(0, 4)),
      requantization: null,
    },
    {
      kind: 'linear',
      name: 'requantized scores',
      input: 9,
      output: 11,
      map: fullyConnected,
      bias: Int32Array.from(bias.slice(0, 4)),
      requantization: how(4),
    },
    {
      kind: 'softmax',
      name: 'probabilities',
      input: 11,
      output: 12,
      exponentials: Uint32Array.from({ length: 256 }, (_, d) => Math.round(2 ** 30 * Math.exp(-0.1 * d))),
      unit: 256,
      minimum: 0,
      maximum: 127,
    },
  ];
  return { name: 'small', tensors, operations, input: 0, outputs: [10, 12, 3] };
}

/** A network with random weights, biased to the edges, that uses every operation; and an input for it. */
export const smallNetwork: fc.Arbitrary<{ network: QuantizedNetwork; x: Int16Array }> = fc
  .record({
    wide: edgyList(-127, 127, 81),
    deep: edgyList(-127, 127, 27),
    dense: edgyList(-127, 127, 24),
    bias: edgyList(-(2 ** 20), 2 ** 20, 4),
    multipliers: fc.array(fc.integer({ min: 2 ** 20, max: 2 ** 25 }), { minLength: 4, maxLength: 4 }),
    x: edgyList(-128, 127, 60),
  })
  .map(({ x, ...numbers }) => ({ network: build(numbers), x: Int16Array.from(x) }));
