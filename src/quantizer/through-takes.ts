/**
 * An activation or a batch norm behind a `take` acts on the same entries before it, where the layer that made them can take it in: so it
 * is with the transposed convolutions, which end in a `take`.
 */
import {
  asImage,
  type FloatActivation,
  type FloatBatchNorm,
  type FloatNetwork,
  type FloatOperation,
  type FloatTake,
} from '../graph/index.js';
import { isPrivate, producerOf } from './graph.js';

type Movable = FloatActivation | FloatBatchNorm;

/** More remainders than these are not a network's. */
const MOST_REMAINDERS = 2 ** 16;

/** For every channel of the take's input the one channel of its output that it becomes; null when it is not one. */
function channelsThrough(inputs: number, offsets: readonly Int32Array[]): Int32Array | null {
  const remainders = offsets.slice(0, -1).reduce<ReadonlySet<number>>(
    (known, list) => {
      const own = new Set(list.map((offset) => offset % inputs));
      if (known.size * own.size > MOST_REMAINDERS) return new Set();
      const all = Array.from(known, (a) => Array.from(own, (b) => (a + b) % inputs));
      return new Set(all.flat());
    },
    new Set([0]),
  );
  if (remainders.size === 0) return null;
  const found = new Int32Array(inputs).fill(-1);
  for (const [channel, offset] of offsets.at(-1)!.entries()) {
    for (const remainder of remainders) {
      const from = (remainder + offset) % inputs;
      if (found[from] !== -1 && found[from] !== channel) return null;
      found[from] = channel;
    }
  }
  // What is never taken may become anything.
  return found.map((channel) => Math.max(0, channel));
}

/** The operation as it must be on the take's input; null when it cannot be. */
function before(network: FloatNetwork, operation: Movable, taken: FloatTake): Movable | null {
  const moved = { name: taken.name, input: taken.input, output: taken.output };
  if (operation.kind === 'activation') return { ...operation, ...moved };
  const inputs = asImage(network.tensors[taken.input]!.shape).channels;
  const channels = channelsThrough(inputs, taken.offsets);
  if (channels === null) return null;
  const spread = (values: Float32Array): Float32Array => Float32Array.from(channels, (channel) => values[channel]!);
  const { scale, offset, mean, variance } = operation;
  return {
    ...operation,
    ...moved,
    scale: spread(scale),
    offset: spread(offset),
    mean: spread(mean),
    variance: spread(variance),
  };
}

/** Whether a layer can take the moved operation in, at once or after others were. */
function takesIn(operation: FloatOperation | undefined): boolean {
  switch (operation?.kind) {
    case 'convolution':
    case 'dense':
      return operation.activation === 'none';
    case 'batchNorm':
    case 'take':
      return true;
    case undefined:
    case 'activation':
    case 'add':
    case 'averagePool':
    case 'maxPool':
    case 'concat':
    case 'reshape':
    case 'softmax':
    case 'layerNormalization':
    case 'function':
    case 'multiply':
    case 'subtract':
    case 'larger':
    case 'smaller':
    case 'interpolate':
    case 'pad':
      return false;
  }
}

function swapped(network: FloatNetwork, operation: FloatOperation): FloatNetwork | null {
  if (operation.kind !== 'activation' && operation.kind !== 'batchNorm') return null;
  const taken = producerOf(network, operation.input);
  if (taken?.kind !== 'take' || !isPrivate(network, taken.output) || !isPrivate(network, taken.input)) return null;
  if (!takesIn(producerOf(network, taken.input))) return null;
  const first = before(network, operation, taken);
  if (first === null) return null;
  const second: FloatTake = { ...taken, name: operation.name, input: taken.output, output: operation.output };
  const operations = network.operations.map((other) => {
    if (other === taken) return first;
    return other === operation ? second : other;
  });
  const { name } = network.tensors[taken.output]!;
  const { shape } = network.tensors[taken.input]!;
  return { ...network, operations, tensors: network.tensors.with(taken.output, { name, shape }) };
}

/** An equal network in which nothing behind a `take` could be part of the layer before it. */
export function moveThroughTakes(network: FloatNetwork): FloatNetwork {
  let current = network;
  for (let at = 0; at < current.operations.length; at++) {
    const next = swapped(current, current.operations[at]!);
    if (next === null) continue;
    current = next;
    // What was moved may be behind another take now.
    at = -1;
  }
  return current;
}
