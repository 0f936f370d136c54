/**
 * Batch normalization is an affine map per channel, so it disappears into the linear layer before it:
 * f * (L(x) + b - mean) + offset = (f L)(x) + (f * (b - mean) + offset), with f = scale / sqrt(variance + epsilon).
 */
import {
  type FloatBatchNorm,
  type FloatConvolution,
  type FloatDense,
  type FloatFunction,
  type FloatNetwork,
  type FloatOperation,
  isLinear,
  realFunction,
  realWeights,
} from '../graph/index.js';
import { isPrivate, producerOf } from './graph.js';

type Linear = FloatConvolution | FloatDense;

/** Computed in double precision and rounded once. */
function factorsOf(norm: FloatBatchNorm): Float64Array {
  return Float64Array.from(norm.scale, (scale, c) => scale / Math.sqrt(norm.variance[c]! + norm.epsilon));
}

function folded(linear: Linear, norm: FloatBatchNorm): Linear {
  const factors = factorsOf(norm);
  const real = realWeights(linear.weights, factors.length);
  const terms = real.length / factors.length;
  return {
    ...linear,
    output: norm.output,
    weights: real.map((weight, index) => weight * factors[Math.floor(index / terms)]!),
    bias: Float32Array.from(linear.bias, (bias, c) => (bias - norm.mean[c]!) * factors[c]! + norm.offset[c]!),
  };
}

/** What stays when there is no linear layer to fold into: a function if all channels are alike, or a depthwise 1 x 1 convolution. */
function standalone(norm: FloatBatchNorm): FloatConvolution | FloatFunction {
  const { name, input, output } = norm;
  const factors = factorsOf(norm);
  const offsets = Float32Array.from(norm.offset, (offset, c) => offset - norm.mean[c]! * factors[c]!);
  const alike = (values: Float32Array | Float64Array): boolean => values.every((value) => value === values[0]);
  if (alike(factors) && alike(offsets)) {
    return { kind: 'function', name, input, output, function: realFunction('affine', factors[0]!, offsets[0]!) };
  }
  return {
    kind: 'convolution',
    name,
    input,
    output,
    kernel: { height: 1, width: 1 },
    stride: { y: 1, x: 1 },
    dilation: { y: 1, x: 1 },
    padding: { top: 0, bottom: 0, left: 0, right: 0 },
    groups: factors.length,
    weights: Float32Array.from(factors),
    bias: offsets,
    activation: 'none',
  };
}

function absorbs(network: FloatNetwork, operation: FloatOperation | undefined): operation is Linear {
  return isLinear(operation) && operation.activation === 'none' && isPrivate(network, operation.output);
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
