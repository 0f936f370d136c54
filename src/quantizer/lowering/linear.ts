/** Linear layers over integers: of real weights, which are rounded here, or of weights that the model stores as integers. */
import { asImage, entryCount, type FloatConvolution, type FloatDense, type Reals } from '../../graph/index.js';
import { ModelError } from '../../model/errors.js';
import { aLinearMap, type LinearMap } from '../../model/linear-map.js';
import type { TensorId } from '../../model/tensor.js';
import { noWrapBound } from '../../protocol/certificate.js';
import { changeScale } from '../change-scale.js';
import { quantizeWeights } from '../quantize-weights.js';
import type { Destination, Emission, Source } from './emission.js';
import { integersWithin, type Limits } from './limits.js';

/** scales[channel] * L(x) + bias[channel] for the integers x of a tensor. */
export interface IntegerLayer {
  readonly input: TensorId;
  readonly map: LinearMap;
  readonly scales: Float64Array;
  /** Real numbers. */
  readonly bias: Reals;
}

const LARGEST_ACCUMULATOR = 2 ** 31 - 1;
/** Of layers that only copy: weights are this or its negative, so that offsets are finer than a step of the input. */
const COPYING_WEIGHT = 64;

const ONE = { y: 1, x: 1 };
const NO_PADDING = { top: 0, bottom: 0, left: 0, right: 0 };

/** Runs a check of the library's own that throws `RangeError`, and says it as a `ModelError`. */
function checked<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof RangeError) throw new ModelError(`${error.message}.`);
    throw error;
  }
}

/**
 * The layer over the integers that its input is stored as.
 * @param largestSum |L(x)| stays at or below it, by coarser weights where they are real
 * @throws ModelError when weights are not finite
 */
export function integerLayer(
  layer: FloatConvolution | FloatDense,
  x: Source,
  into: Emission,
  largestSum: number,
): IntegerLayer {
  const { minimum, maximum, shape } = into.tensor(x.id);
  const limit = { largestInput: Math.max(-minimum, maximum), largestSum };
  const { codes, scales } =
    'codes' in layer.weights ? layer.weights : quantizeWeights(layer.weights, layer.bias, x.scale, limit, layer.name);
  const common = { weights: codes, inputRange: { minimum, maximum } };
  const result = { input: x.id, scales: scales.map((scale) => scale * x.scale), bias: layer.bias };
  if (layer.kind === 'dense') {
    return { ...result, map: { kind: 'dense', inputs: entryCount(shape), outputs: layer.bias.length, ...common } };
  }
  const { kernel, stride, dilation, padding, groups } = layer;
  const geometry = { input: asImage(shape), kernel, stride, dilation, padding, groups };
  return { ...result, map: { kind: 'convolution', ...geometry, outputChannels: layer.bias.length, ...common } };
}

/** x as a layer that copies it, for a scaling channel by channel to act on. */
export function copyingLayer(x: Source, into: Emission): IntegerLayer {
  const { minimum, maximum, shape } = into.tensor(x.id);
  const input = asImage(shape);
  const { channels } = input;
  const map: LinearMap = {
    kind: 'convolution',
    input,
    kernel: { height: 1, width: 1 },
    stride: ONE,
    dilation: ONE,
    padding: NO_PADDING,
    groups: channels,
    outputChannels: channels,
    weights: new Int16Array(channels).fill(COPYING_WEIGHT),
    inputRange: { minimum, maximum },
  };
  const scales = new Float64Array(channels).fill(x.scale / COPYING_WEIGHT);
  return { input: x.id, map, scales, bias: new Float64Array(channels) };
}

/** factors[c] * layer + offsets[c]: a factor's sign goes into the weights, its size into the scale of the sums. */
export function scaledLayer(layer: IntegerLayer, factors: Reals, offsets: Reals): IntegerLayer {
  const channels = layer.bias.length;
  const terms = layer.map.weights.length / channels;
  const weights = layer.map.weights.map((weight, at) => weight * Math.sign(factors[Math.floor(at / terms)]!));
  return {
    ...layer,
    map: { ...layer.map, weights },
    scales: layer.scales.map((scale, channel) => scale * (Math.abs(factors[channel]!) || 1)),
    bias: Float64Array.from(layer.bias, (value, channel) => value * factors[channel]! + offsets[channel]!),
  };
}

function integerBias({ bias, scales, map }: IntegerLayer): Int32Array {
  const bound = checked(() => noWrapBound(aLinearMap(map)));
  return Int32Array.from(bias, (value, channel) => {
    const offset = Math.round(value / scales[channel]!);
    if (bound + Math.abs(offset) <= LARGEST_ACCUMULATOR) return offset;
    throw new ModelError('its bias makes sums of more than 32 bits.');
  });
}

/** The layer's sums themselves, with their full precision: for an output that nothing reads. */
export function emitSums(into: Emission, layer: IntegerLayer, name: string, shape: readonly number[]): TensorId {
  const { input, map, scales } = layer;
  const output = into.tensors.push({ kind: 'accumulator', name, shape, scales }) - 1;
  into.operations.push({ kind: 'linear', name, input, output, map, bias: integerBias(layer), requantization: null });
  return output;
}

/** The layer with its result stored. */
export function emitLayer(into: Emission, layer: IntegerLayer, limits: Limits, to: Destination): TensorId {
  const { input, map, scales } = layer;
  const range = integersWithin(limits, to.format);
  const requantization = { ...changeScale(scales, to.format.scale, to.name), ...range };
  const bias = integerBias(layer);
  const output = into.add(to, range);
  into.operations.push({ kind: 'linear', name: to.name, input, output, map, bias, requantization });
  return output;
}
