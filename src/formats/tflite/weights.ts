/** The weights and biases of CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED and TRANSPOSE_CONV. */
import type { CodedWeights } from '../../graph/index.js';
import { fail } from '../shared/fail.js';
import { TensorType } from './generated/tensor-type.js';
import { formatOf } from './quantization.js';
import type { Activation, Constant, Step } from './step.js';

/** The codes of a constant, in the file's order. */
export function codesOf({ tensor, data }: Constant): Uint8Array | Int8Array {
  return tensor.type === TensorType.INT8 ? new Int8Array(data.buffer, data.byteOffset, data.byteLength) : data;
}

/**
 * The centred codes at input 1, of which axis `channelAxis` counts the output channels: the first, or the last, which comes first in
 * what is returned. One scale and zero point hold for each channel.
 */
export function readWeights(
  step: Step,
  channelAxis: number,
  axes: number,
): CodedWeights & { shape: readonly number[] } {
  const constant = step.constant(1, [TensorType.UINT8, TensorType.INT8]);
  const { tensor, entries } = constant;
  const { name, shape } = tensor;
  if (shape.length !== axes) fail(`the weights "${name}" must have ${axes} axes`);
  step.graph.charge(entries);
  const channels = shape[channelAxis]!;
  const count = tensor.scales.length;
  if (tensor.zeroPoints.length !== count || (count !== 1 && count !== channels)) {
    fail(`the weights "${name}" need one scale and zero point, or one of each per output channel`);
  }
  if (count > 1 && tensor.quantizedAxis !== channelAxis) {
    fail(`the weights "${name}" are quantized along an axis other than the output channels`);
  }
  const stored = codesOf(constant);
  const codes = new Int16Array(entries);
  const scales = new Float64Array(channels);
  const terms = entries / channels;
  const [first, apart] = channelAxis === 0 ? [terms, 1] : [1, channels];
  for (let channel = 0, at = 0; channel < channels; channel++) {
    const { scale, zeroPoint } = formatOf(tensor, count === 1 ? 0 : channel);
    scales[channel] = scale;
    for (let term = 0; term < terms; term++, at++) codes[at] = stored[channel * first + term * apart]! - zeroPoint;
  }
  return { codes, scales, shape };
}

/** The bias at that position as real numbers, one per output channel; null when the operator has none. */
export function readBias(step: Step, position: number, x: Activation, { scales }: CodedWeights): Float64Array | null {
  const constant = step.optionalConstant(position, [TensorType.INT32]);
  if (constant === null) return null;
  const { tensor, data, entries } = constant;
  if (entries !== scales.length) fail(`the bias "${tensor.name}" must have ${scales.length} entries`);
  step.graph.charge(entries);
  // A bias is in units of input scale times weight scale. The format allows 0.02 output units of disagreement.
  const unit = (channel: number): number => x.format.scale * scales[channel]!;
  const [scale] = tensor.scales;
  if (tensor.scales.length === 1 && Math.abs(scale! - unit(0)) > 0.02 * step.output().format.scale) {
    fail(`the scale of the bias "${tensor.name}" is not the input's times the weights'`);
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Float64Array.from(scales, (_, channel) => view.getInt32(channel * 4, true) * unit(channel));
}
