/**
 * Cross-layer equalization (Nagel et al. 2019, "Data-Free Quantization Through Weight Equalization and Bias Correction").
 * Between two linear layers with nothing but positively homogeneous operations, f(s x) = s f(x) for s > 0, channel c of the
 * first may be divided by s[c] and the second multiplied by it: the network computes the same, and channels that used
 * little of the common scale use all of it. With r1[c] the largest weight of the first layer's channel c and r2[c] that of
 * the second's weights for it, s[c] = sqrt(r1[c] / r2[c]) makes both sqrt(r1[c] r2[c]).
 */
import {
  asImage,
  type FloatConvolution,
  type FloatDense,
  type FloatNetwork,
  type FloatOperation,
  inputsOf,
  isHomogeneous,
} from '../graph/index.js';
import { isPrivate } from './graph.js';
import { prepare } from './prepare.js';

type Linear = FloatConvolution | FloatDense;

/** Two layers between which channels can be scaled; numbers of operations. */
interface Pair {
  readonly first: number;
  readonly second: number;
}

/** The network with its channels equalized. */
export interface Equalized {
  /** Folded, and computing the same as before. */
  readonly network: FloatNetwork;
  /** How many pairs of layers share their channels' scales now. */
  readonly pairs: number;
}

/** Factors change less than this from one round to the next when it is finished. */
const FINISHED = 1.001;
const MOST_ROUNDS = 40;
/** Factors stay whole powers away from what float32 weights could not hold. */
const LARGEST_FACTOR = 2 ** 20;

function isLinear(operation: FloatOperation | undefined): operation is Linear {
  return operation?.kind === 'convolution' || operation?.kind === 'dense';
}

/** Whether f(s x) = s f(x), channel by channel, and entry i of the result belongs to channel i mod channels. */
function keepsChannels(network: FloatNetwork, operation: FloatOperation, channels: number): boolean {
  switch (operation.kind) {
    case 'averagePool':
    case 'maxPool':
    case 'pad':
      return true;
    case 'activation':
      return operation.activation !== 'relu6';
    case 'function':
      return operation.function.name !== 'composition' && isHomogeneous(operation.function);
    case 'reshape':
      // Flattened, or with the channels still last: entries do not move, so entry i stays in channel i mod channels.
      return network.tensors[operation.output]!.shape.at(-1)! % channels === 0;
    case 'convolution':
    case 'dense':
    case 'batchNorm':
    case 'add':
    case 'concat':
    case 'softmax':
    case 'layerNormalization':
    case 'multiply':
    case 'subtract':
    case 'larger':
    case 'smaller':
    case 'take':
    case 'interpolate':
      return false;
  }
}

function secondOf(network: FloatNetwork, first: Linear): number | null {
  if (first.activation === 'relu6') return null;
  const channels = first.bias.length;
  let id = first.output;
  for (;;) {
    if (!isPrivate(network, id)) return null;
    const index = network.operations.findIndex((operation) => inputsOf(operation).includes(id));
    const next = network.operations[index]!;
    if (isLinear(next)) {
      const shape = network.tensors[id]!.shape;
      // Channels a convolution sees must be the first layer's: a flattened image is one for a matrix only.
      return next.kind === 'dense' || asImage(shape).channels === channels ? index : null;
    }
    if (!keepsChannels(network, next, channels)) return null;
    id = next.output;
  }
}

function pairsOf(network: FloatNetwork): Pair[] {
  return network.operations.flatMap((operation, first) => {
    const second = isLinear(operation) ? secondOf(network, operation) : null;
    return second === null ? [] : [{ first, second }];
  });
}

/** Calls `visit` with every weight's place and the input channel, of `channels`, that it multiplies. */
function eachInput(layer: Linear, channels: number, visit: (at: number, channel: number) => void): void {
  const { weights, bias } = layer;
  const terms = weights.length / bias.length;
  const perGroup = layer.kind === 'dense' ? channels : channels / layer.groups;
  const outputsPerGroup = layer.kind === 'dense' ? bias.length : bias.length / layer.groups;
  for (let output = 0; output < bias.length; output++) {
    const base = perGroup === channels ? 0 : Math.floor(output / outputsPerGroup) * perGroup;
    for (let term = 0; term < terms; term++) visit(output * terms + term, base + (term % perGroup));
  }
}

function largestOutgoing({ weights, bias }: Linear): Float64Array {
  const terms = weights.length / bias.length;
  const largest = new Float64Array(bias.length);
  weights.forEach((weight, index) => {
    const c = Math.floor(index / terms);
    largest[c] = Math.max(largest[c]!, Math.abs(weight));
  });
  return largest;
}

function largestIncoming(layer: Linear, channels: number): Float64Array {
  const largest = new Float64Array(channels);
  eachInput(layer, channels, (at, c) => {
    largest[c] = Math.max(largest[c]!, Math.abs(layer.weights[at]!));
  });
  return largest;
}

/** s, one per channel; 1 where either side has no weights, so that nothing is known. */
function factorsOf(first: Linear, second: Linear): Float64Array {
  const incoming = largestIncoming(second, first.bias.length);
  return largestOutgoing(first).map((outgoing, c) => {
    const factor = Math.sqrt(outgoing / incoming[c]!);
    return factor > 0 && Number.isFinite(factor) ? Math.min(LARGEST_FACTOR, Math.max(1 / LARGEST_FACTOR, factor)) : 1;
  });
}

function scaled(first: Linear, second: Linear, factors: Float64Array): [Linear, Linear] {
  const terms = first.weights.length / first.bias.length;
  const weights = second.weights.slice();
  eachInput(second, factors.length, (at, c) => {
    weights[at] = weights[at]! * factors[c]!;
  });
  return [
    {
      ...first,
      weights: first.weights.map((weight, index) => weight / factors[Math.floor(index / terms)]!),
      bias: first.bias.map((bias, c) => bias / factors[c]!),
    },
    { ...second, weights },
  ];
}

/**
 * Equalizes every pair of layers that allows it, again and again until nothing changes, since a layer is in two pairs.
 * @param network any float network; batch norms and activations are folded first
 * @returns a network that computes the same up to float rounding, with ranges of its own: calibrate it anew
 */
export function equalize(network: FloatNetwork): Equalized {
  const prepared = prepare(network);
  const pairs = pairsOf(prepared);
  const operations = [...prepared.operations];
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let largest = 1;
    for (const { first, second } of pairs) {
      const layers = [operations[first] as Linear, operations[second] as Linear] as const;
      const factors = factorsOf(...layers);
      [operations[first], operations[second]] = scaled(...layers, factors);
      for (const factor of factors) largest = Math.max(largest, factor, 1 / factor);
    }
    if (largest < FINISHED) break;
  }
  return { network: { ...prepared, operations }, pairs: pairs.length };
}
