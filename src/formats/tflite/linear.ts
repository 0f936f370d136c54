/** What CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED share: weights, bias, requantization, and the no-wrap certificate. */

import { aLinearMap, type LinearMap, outputChannels } from '../../model/linear-map.js';
import type { LinearOperation } from '../../model/quantized-network.js';
import type { ActivationTensor, TensorId } from '../../model/tensor.js';
import { noWrapBound } from '../../protocol/certificate.js';
import { integerMultipliers } from '../../quantizer/multiplier.js';
import type { ActivationFunctionType } from './generated/activation-function-type.js';
import { TensorType } from './generated/tensor-type.js';
import { activationRange, channelQuantization, type Range } from './quantization.js';
import type { Activation, Constant, Step } from './step.js';

/** The largest accumulator, bias included: it must fit 32 bits. */
const LARGEST_ACCUMULATOR = 2 ** 31 - 1;

/** The file's weights with one scale and zero point per output channel. */
export interface Weights {
  readonly constant: Constant;
  readonly scales: Float64Array;
  readonly zeroPoints: Int16Array;
  /** The stored codes, in the file's order. */
  readonly codes: Uint8Array | Int8Array;
}

/** Reads the weights at input 1, of which axis `channelAxis` counts the output channels. */
export function readWeights(step: Step, channelAxis: number, axes: number): Weights {
  const constant = step.constant(1, [TensorType.UINT8, TensorType.INT8]);
  const { tensor, data, entries } = constant;
  if (tensor.shape.length !== axes) step.fail(`the weights "${tensor.name}" must have ${axes} axes`);
  step.graph.charge(entries);
  const channels = tensor.shape[channelAxis]!;
  const count = tensor.scales.length;
  if (tensor.zeroPoints.length !== count || (count !== 1 && count !== channels)) {
    step.fail(`the weights "${tensor.name}" need one scale and zero point, or one of each per output channel`);
  }
  if (count > 1 && tensor.quantizedAxis !== channelAxis) {
    step.fail(`the weights "${tensor.name}" are quantized along an axis other than the output channels`);
  }
  const scales = new Float64Array(channels);
  const zeroPoints = new Int16Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    const entry = channelQuantization(tensor, count === 1 ? 0 : channel, step.fail);
    scales[channel] = entry.scale;
    zeroPoints[channel] = entry.zeroPoint;
  }
  const codes = tensor.type === TensorType.INT8 ? new Int8Array(data.buffer, data.byteOffset, data.byteLength) : data;
  return { constant, scales, zeroPoints, codes };
}

/** Centred weights of a tensor whose first axis counts the output channels: the order a linear map wants. */
export function channelMajor(weights: Weights): Int16Array {
  const perChannel = weights.codes.length / weights.scales.length;
  const centred = new Int16Array(weights.codes.length);
  for (let channel = 0, index = 0; channel < weights.scales.length; channel++) {
    const zeroPoint = weights.zeroPoints[channel]!;
    for (let term = 0; term < perChannel; term++, index++) centred[index] = weights.codes[index]! - zeroPoint;
  }
  return centred;
}

/** The bias at that position, one entry per channel; zeros when the operator has none. */
export function readBias(
  step: Step,
  position: number,
  channels: number,
  x: Activation,
  weights: Weights,
  outputScale: number,
): Int32Array {
  const constant = step.optionalConstant(position, [TensorType.INT32]);
  if (constant === null) return new Int32Array(channels);
  const { tensor, data, entries } = constant;
  if (entries !== channels) step.fail(`the bias "${tensor.name}" must have ${channels} entries`);
  step.graph.charge(entries);
  // A bias is in units of input scale times weight scale. The format allows 0.02 output units of disagreement.
  const [scale] = tensor.scales;
  if (tensor.scales.length === 1 && Math.abs(scale! - x.tensor.scale * weights.scales[0]!) > 0.02 * outputScale) {
    step.fail(`the scale of the bias "${tensor.name}" is not the input's times the weights'`);
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Int32Array.from({ length: channels }, (_, channel) => view.getInt32(channel * 4, true));
}

/** The range a linear map may rely on: what the operation that made its input leaves. */
export function inputRange(x: Activation): Range {
  return { minimum: Math.min(0, x.tensor.minimum), maximum: Math.max(0, x.tensor.maximum) };
}

/** A linear map with what becomes of its accumulators. */
export interface Layer {
  readonly map: LinearMap;
  readonly bias: Int32Array;
  /** What turns accumulators into integers of the output: one factor per channel. */
  readonly factors: Float64Array;
  readonly activation: ActivationFunctionType;
}

/**
 * requantize(L(x) + bias), checked: the map is well formed, its accumulators fit a pad modulus (2B < 2^31 - 1), and with the bias
 * added they fit 32 bits.
 */
export function layerOperation(
  step: Step,
  x: Activation,
  { map, bias, factors, activation }: Layer,
  output: ActivationTensor,
  name: string,
) {
  const range = activationRange(activation, output, step.fail);
  const bound = step.checked(() => noWrapBound(aLinearMap(map)));
  if (bias.some((entry) => bound + Math.abs(entry) > LARGEST_ACCUMULATOR)) {
    step.fail('its bias makes sums of more than 32 bits');
  }
  const requantization = { ...step.checked(() => integerMultipliers(factors)), ...range };
  const operation = (id: TensorId): LinearOperation => ({
    kind: 'linear',
    name,
    input: x.id,
    output: id,
    map,
    bias,
    requantization,
  });
  return { range, operation };
}

/** Ends the step with a layer. */
export function finishLayer(step: Step, x: Activation, layer: Layer, shape: readonly number[]): void {
  const output = step.output();
  step.requireShape(output, shape);
  const { range, operation } = layerOperation(step, x, layer, output, step.name);
  step.finish({ ...output, ...range }, operation);
}

/** Ends the step with L(x) and the bias at input 2. */
export function finishLinear(
  step: Step,
  x: Activation,
  map: LinearMap,
  weights: Weights,
  activation: ActivationFunctionType,
  shape: readonly number[],
): void {
  const output = step.output();
  step.requireShape(output, shape);
  const bias = readBias(step, 2, outputChannels(map), x, weights, output.scale);
  const factors = weights.scales.map((scale) => (x.tensor.scale * scale) / output.scale);
  finishLayer(step, x, { map, bias, factors, activation }, shape);
}
