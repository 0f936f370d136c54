/**
 * Batch normalization is an affine map per channel, so it disappears into the linear layer before it:
 * f * (L(x) + b - mean) + offset = (f L)(x) + (f * (b - mean) + offset), with f = scale / sqrt(variance + epsilon).
 */
import type { FloatBatchNorm, FloatConvolution, FloatDense, FloatNetwork, FloatOperation } from '../float/index.js';
import { isPrivate, producerOf } from './graph.js';

type Linear = FloatConvolution | FloatDense;

/** Computed in double precision and rounded once. */
function factorsOf(norm: FloatBatchNorm): Float64Array {
  return Float64Array.from(norm.scale, (scale, c) => scale / Math.sqrt(norm.variance[c]! + norm.epsilon));
}

function folded(linear: Linear, norm: FloatBatchNorm): Linear {
  const factors = factorsOf(norm);
  const terms = linear.weights.length / factors.length;
  return {
    ...linear,
    output: norm.output,
    weights: linear.weights.map((weight, index) => weight * factors[Math.floor(index / terms)]!),
    bias: linear.bias.map((bias, c) => (bias - norm.mean[c]!) * factors[c]! + norm.offset[c]!),
  };
}

/** What stays when there is no linear layer to fold into: a depthwise 1 x 1 convolution. */
function standalone(norm: FloatBatchNorm): FloatConvolution {
  const factors = factorsOf(norm);
  return {
    kind: 'convolution',
    name: norm.name,
    input: norm.input,
    output: norm.output,
    kernel: { height: 1, width: 1 },
    stride: { y: 1, x: 1 },
    dilation: { y: 1, x: 1 },
    padding: { top: 0, bottom: 0, left: 0, right: 0 },
    groups: factors.length,
    weights: Float32Array.from(factors),
    bias: norm.offset.map((offset, c) => offset - norm.mean[c]! * factors[c]!),
    activation: 'none',
  };
}

function absorbs(network: FloatNetwork, operation: FloatOperation | undefined): operation is Linear {
  return (
    (operation?.kind === 'convolution' || operation?.kind === 'dense') &&
    operation.activation === 'none' &&
    isPrivate(network, operation.output)
  );
}

/** An equal network (up to float rounding) without batch normalization. */
export function foldBatchNorm(network: FloatNetwork): FloatNetwork {
  let current = network;
  for (;;) {
    const norm = current.operations.find((operation) => operation.kind === 'batchNorm');
    if (norm === undefined) return current;
    const before = producerOf(current, norm.input);
    const operations = absorbs(current, before)
      ? current.operations.flatMap((operation) =>
          operation === norm ? [] : [operation === before ? folded(before, norm) : operation],
        )
      : current.operations.map((operation) => (operation === norm ? standalone(norm) : operation));
    current = { ...current, operations };
  }
}
