/** Small random float networks for the tests: repeatable, and made of every operation a network can have. */
import {
  type Activation,
  type FloatNetwork,
  FloatNetworkBuilder,
  realFunction,
  transposed,
} from '../../src/graph/index.js';

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

/** What `wholeNetwork` has not: functions, products, entries moved and interpolated, a transposed convolution. Reads 6 x 6 x 3. */
export function furtherNetwork(seed: number): FloatNetwork {
  const random = numbers(seed);
  const net = new FloatNetworkBuilder('further', [6, 6, 3]);
  const pointwise = (input: number, name: string, channels: number, outputs: number): number =>
    net.convolution(input, {
      name,
      kernel: { height: 1, width: 1 },
      weights: random(outputs * channels, 0.8),
      bias: random(outputs, 0.5),
      outputChannels: outputs,
    });
  const stem = net.convolution(net.input, {
    name: 'stem',
    kernel: { height: 3, width: 3 },
    padding: 'same',
    weights: random(8 * 27, 0.4),
    bias: random(8),
    outputChannels: 8,
  });
  const swish = net.function(stem, 'swish', realFunction('hardSwish'));
  const mean = net.pool(swish, 'mean', 'averagePool', { height: 6, width: 6 });
  const gate = net.function(pointwise(mean, 'squeezed', 8, 8), 'gate', realFunction('sigmoid'));
  const excited = net.multiply(swish, gate, 'excited');
  const leaky = net.function(pointwise(excited, 'pointwise', 8, 4), 'leaky', realFunction('leakyRelu', 0.2));
  const up = net.transposedConvolution(leaky, {
    name: 'up',
    kernel: { height: 2, width: 3 },
    stride: { y: 2, x: 2 },
    crop: { top: 0, bottom: 0, left: 0, right: 1 },
    weights: random(4 * 4 * 6, 0.5),
    bias: random(4),
    outputChannels: 4,
  });
  const normalized = net.batchNorm(up, 'up/norm', normParameters(random, 4), 1e-3);
  const activated = net.activation(normalized, 'up/relu', 'relu');
  const down = net.resize(activated, 'down', {
    size: { height: 6, width: 6 },
    mode: 'bilinear',
    grid: 'halfPixel',
  });
  const nearest = net.resize(leaky, 'nearest', { size: { height: 6, width: 6 }, mode: 'nearest', grid: 'asymmetric' });
  const difference = net.subtract(down, nearest, 'difference', 'relu');
  const larger = net.pair('larger', difference, leaky, 'larger');
  const smaller = net.pair('smaller', larger, down, 'smaller');
  const deep = net.spaceToDepth(net.pad(smaller, 'padded', { top: 1, bottom: 1, left: 0, right: 2 }), 'deep', 2);
  const turned = net.take(deep, 'turned', transposed(net.shape(deep), [1, 0, 2]));
  const logits = net.dense(turned, 'logits', random(5 * 256, 0.3), random(5));
  return net.build([net.function(logits, 'scores', realFunction('tanh')), activated]);
}
