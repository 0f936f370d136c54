/** Small random float networks for the tests: repeatable, and made of every operation a network can have. */
import { type Activation, type FloatNetwork, FloatNetworkBuilder } from '../../src/network/float/index.js';

/** Numbers from -1 to 1, the same for the same seed (a linear congruential generator; nothing here is secret). */
export function numbers(seed: number): (count: number, scale?: number) => Float32Array {
  let state = (seed * 2654435761 + 12345) >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 2 - 1;
  };
  return (count, scale = 1) => Float32Array.from({ length: count }, () => next() * scale);
}

/** The parameters of a batch norm whose variances are positive. */
export function normParameters(
  random: ReturnType<typeof numbers>,
  channels: number,
): Record<'scale' | 'offset' | 'mean' | 'variance', Float32Array> {
  return {
    scale: random(channels).map((value) => 1 + value / 2),
    offset: random(channels),
    mean: random(channels),
    variance: random(channels).map((value) => Math.abs(value) + 0.1),
  };
}

/** A convolution, its batch norm and an activation. */
export function normalizedConvolution(seed: number, activation: Activation): FloatNetwork {
  const random = numbers(seed);
  const net = new FloatNetworkBuilder('normalized', [5, 4, 3]);
  const convolved = net.convolution(net.input, {
    name: 'convolved',
    kernel: { height: 3, width: 2 },
    padding: 'same',
    weights: random(6 * 3 * 2 * 3),
    bias: random(6),
    outputChannels: 6,
  });
  const normalized = net.batchNorm(convolved, 'normalized', normParameters(random, 6), 1e-3);
  return net.build([net.activation(normalized, 'activated', activation)]);
}

/** Every operation once: two branches, an addition, a concatenation of unlike scales, pooling, a matrix, a softmax. */
export function wholeNetwork(seed: number): FloatNetwork {
  const random = numbers(seed);
  const net = new FloatNetworkBuilder('whole', [8, 8, 3]);
  const kernel = { height: 3, width: 3 };
  const stem = net.convolution(net.input, {
    name: 'stem',
    kernel,
    stride: { y: 2, x: 2 },
    padding: 'same',
    weights: random(8 * 27, 0.6),
    outputChannels: 8,
  });
  const relu = net.activation(net.batchNorm(stem, 'stem/norm', normParameters(random, 8), 1e-3), 'stem/relu', 'relu6');
  const depthwise = net.convolution(relu, {
    name: 'depthwise',
    kernel,
    padding: 'same',
    groups: 8,
    weights: random(8 * 9, 0.6),
    bias: random(8),
    outputChannels: 8,
    activation: 'relu',
  });
  const sum = net.add(relu, depthwise, 'sum', 'relu');
  const grouped = net.convolution(sum, {
    name: 'grouped',
    kernel: { height: 1, width: 1 },
    groups: 2,
    weights: random(4 * 4, 3),
    bias: random(4, 4),
    outputChannels: 4,
  });
  const joined = net.concat([sum, grouped, net.activation(grouped, 'alone', 'relu6')], 'joined', 2);
  const largest = net.pool(joined, 'largest', 'maxPool', { height: 2, width: 2 });
  const average = net.pool(largest, 'average', 'averagePool', { height: 2, width: 2 });
  const flat = net.reshape(average, 'flat', [16]);
  const logits = net.dense(flat, 'logits', random(5 * 16, 0.7), random(5));
  const head = net.dense(flat, 'head', random(3 * 16), random(3));
  return net.build([net.softmax(logits, 'probabilities', 0.5), head]);
}
