/** Tiny networks of two to four linear layers, so that a million answers are soon given; and what they compute, by the definition. */
import {
  type ActivationTensor,
  evaluate,
  type LinearMap,
  type Operation,
  type QuantizedNetwork,
} from '../../src/reference/index.js';
import { integers } from '../generators.js';

const RANGE = { minimum: -128, maximum: 127 };

/** Numbers that look random, the same each time. */
function spread(count: number, largest: number): Int16Array {
  return Int16Array.from({ length: count }, (_, i) => ((i * 7919 + count * 104729) % (2 * largest + 1)) - largest);
}

function activation(name: string, shape: number[]): ActivationTensor {
  return { kind: 'activation', name, shape, scale: 0.1, zeroPoint: 128, ...RANGE };
}

function dense(inputs: number, outputs: number): LinearMap {
  return { kind: 'dense', inputs, outputs, weights: spread(inputs * outputs, 127), inputRange: RANGE };
}

function convolution(): LinearMap {
  return {
    kind: 'convolution',
    input: { height: 2, width: 2, channels: 1 },
    kernel: { height: 2, width: 2 },
    stride: { y: 1, x: 1 },
    dilation: { y: 1, x: 1 },
    padding: { top: 0, bottom: 1, left: 0, right: 1 },
    groups: 1,
    outputChannels: 1,
    weights: Int16Array.of(3, -90, 45, 7),
    inputRange: RANGE,
  };
}

/** One layer after another; all sizes but those of the maps follow. */
function chain(name: string, maps: readonly LinearMap[], shapes: readonly number[][]): QuantizedNetwork {
  const operations = maps.map((map, index): Operation => {
    const channels = map.kind === 'dense' ? map.outputs : map.outputChannels;
    const how = { multipliers: new Int32Array(channels).fill(2 ** 22), shift: 29, ...RANGE };
    const bias = Int32Array.from(spread(channels, 99));
    return { kind: 'linear', name: `layer ${index}`, input: index, output: index + 1, map, bias, requantization: how };
  });
  const tensors = shapes.map((shape, index) => activation(`tensor ${index}`, shape));
  return { name, tensors, operations, input: 0, outputs: [maps.length] };
}

const networks = [
  chain('two', [dense(3, 4), dense(4, 2)], [[3], [4], [2]]),
  chain('one entry', [dense(1, 1), dense(1, 1), dense(1, 2)], [[1], [1], [1], [2]]),
  chain(
    'window',
    [convolution(), convolution()],
    [
      [2, 2, 1],
      [2, 2, 1],
      [2, 2, 1],
    ],
  ),
  chain('four', [dense(5, 3), dense(3, 3), dense(3, 4), dense(4, 1)], [[5], [3], [3], [4], [1]]),
];

export interface Example {
  readonly network: QuantizedNetwork;
  readonly layers: number;
  /** Zeros first: what nobody wrote must not pass for their result. */
  readonly inputs: readonly Int16Array[];
  /** What the network makes of each input. */
  readonly truths: readonly string[];
}

/** Every network with its inputs and results. */
export const EXAMPLES: readonly Example[] = networks.map((network) => {
  const length = network.tensors[0]!.shape.reduce((product, size) => product * size, 1);
  const inputs = [new Int16Array(length), spread(length, 127), new Int16Array(length).fill(-128)];
  const truths = inputs.map((x) => evaluate(network, integers(x))[0]!.join());
  return { network, layers: network.operations.length, inputs, truths };
});
