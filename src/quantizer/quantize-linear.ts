/** One convolution or matrix, from floats to integers. */

import { type Activation, asImage, entryCount, type FloatConvolution, type FloatDense } from '../graph/index.js';
import type { LinearMap } from '../model/linear-map.js';
import type { LinearOperation, Requantization } from '../model/quantized-network.js';
import type { Quantization } from './activation-quantization.js';
import { changeScale } from './change-scale.js';
import { quantizeWeights } from './quantize-weights.js';

/** Where an activation function lets the integers of a tensor lie. */
export function clampOf(activation: Activation, output: Quantization): { minimum: number; maximum: number } {
  const minimum = activation === 'none' ? output.minimum : Math.max(output.minimum, 0);
  const ceiling = activation === 'relu6' ? Math.round(6 / output.scale) : output.maximum;
  return { minimum, maximum: Math.min(output.maximum, ceiling) };
}

function integerMap(
  layer: FloatConvolution | FloatDense,
  inputShape: readonly number[],
  input: Quantization,
  weights: Int16Array,
): LinearMap {
  const inputRange = { minimum: input.minimum, maximum: input.maximum };
  if (layer.kind === 'dense') {
    return { kind: 'dense', inputs: entryCount(inputShape), outputs: layer.bias.length, weights, inputRange };
  }
  const { kernel, stride, dilation, padding, groups, bias } = layer;
  const outputChannels = bias.length;
  const extent = asImage(inputShape);
  return {
    kind: 'convolution',
    input: extent,
    kernel,
    stride,
    dilation,
    padding,
    groups,
    outputChannels,
    weights,
    inputRange,
  };
}

/** The operation, and the real value of one unit of its accumulators per channel. */
export interface QuantizedLinear {
  readonly operation: LinearOperation;
  readonly accumulatorScales: Float64Array;
}

/**
 * Quantizes a linear layer.
 * @param output the output tensor's quantization, or null to keep the accumulators
 * @param largestSum |L(x)| is certified to stay at or below it
 * @throws ModelError when weights are not finite or the output's range is far too small for them
 */
export function quantizeLinear(
  layer: FloatConvolution | FloatDense,
  inputShape: readonly number[],
  input: Quantization,
  output: Quantization | null,
  largestSum: number,
): QuantizedLinear {
  const largestInput = Math.max(-input.minimum, input.maximum);
  const quantized = quantizeWeights(layer.weights, layer.bias, input.scale, { largestInput, largestSum }, layer.name);
  const accumulatorScales = quantized.scales.map((scale) => scale * input.scale);
  let requantization: Requantization | null = null;
  if (output !== null) {
    const multipliers = changeScale(accumulatorScales, output.scale, layer.name);
    requantization = { ...multipliers, ...clampOf(layer.activation, output) };
  }
  const operation: LinearOperation = {
    kind: 'linear',
    name: layer.name,
    input: layer.input,
    output: layer.output,
    map: integerMap(layer, inputShape, input, quantized.weights),
    bias: quantized.bias,
    requantization,
  };
  return { operation, accumulatorScales };
}
