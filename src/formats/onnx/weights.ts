/** Constant weights on their way into a layer: brought into the network's order, as real numbers or as codes. */
import type { LayerWeights } from '../../graph/index.js';
import type { Constant } from './constant.js';
import { isReal } from './element-type.js';
import type { Step } from './step.js';

/** Real weights, or codes with the axis that their scales run along. */
export interface Weights {
  readonly constant: Constant;
  readonly values: Float32Array | Int16Array;
  readonly scales: Float64Array | null;
  readonly axis: number;
}

const LARGEST_CODE = 32767;

/** The weights as the network that is built wants them. */
export function weightsOf(step: Step, constant: Constant, axes: number): Weights {
  if (constant.shape.length !== axes) {
    step.fail(`the weights "${constant.name}" have shape [${constant.shape}], and ${axes} axes are needed`);
  }
  if (constant.entries.length === 0) step.fail(`the weights "${constant.name}" are empty`);
  if (step.target.quantized) {
    const { codes } = constant;
    if (codes === undefined) {
      return step.fail(
        `the weights "${constant.name}" are not quantized, but the model is; quantize them too, or import the float model`,
      );
    }
    const { centred, scales, axis } = codes;
    if (centred.some((code) => Math.abs(code) > LARGEST_CODE)) step.fail('its weights have more than 16 bits');
    return { constant, values: Int16Array.from(centred), scales, axis };
  }
  if (!isReal(constant.type)) step.fail(`the weights "${constant.name}" are of type ${constant.type}`);
  return { constant, values: constant.entries as Float32Array, scales: null, axis: 0 };
}

/** Where entries of a layer's weights come from: entry (output, term) lies at output * stride + offset(term). */
export interface Places {
  readonly stride: number;
  readonly offset: (term: number) => number;
}

/**
 * The layer's weights, `outputs` rows of equal length.
 * @param channelAxis the axis of the constant that counts the output channels
 * @param channel the constant's channel of each row; null when they are the same
 */
export function layerWeights(
  step: Step,
  weights: Weights,
  channelAxis: number,
  channel: Int32Array | null,
  places: Places,
  factor = 1,
): LayerWeights {
  const { constant, values, scales } = weights;
  const outputs = constant.shape[channelAxis]!;
  const terms = values.length / outputs;
  step.graph.charge(values.length + terms);
  const offsets = new Int32Array(terms);
  for (let term = 0; term < terms; term++) offsets[term] = places.offset(term);
  const write = <A extends Float32Array | Int16Array>(result: A): A => {
    for (let output = 0, at = 0; output < outputs; output++) {
      const first = (channel === null ? output : channel[output]!) * places.stride;
      for (let term = 0; term < terms; term++, at++) result[at] = values[first + offsets[term]!]!;
    }
    return result;
  };
  if (scales === null) {
    const result = write(new Float32Array(values.length));
    if (factor !== 1) for (let at = 0; at < result.length; at++) result[at]! *= factor;
    return result;
  }
  if (scales.length > 1 && (weights.axis !== channelAxis || scales.length !== outputs)) {
    step.fail(`the weights "${constant.name}" are quantized along an axis other than the output channels`);
  }
  const perOutput = new Float64Array(outputs);
  for (let output = 0; output < outputs; output++) {
    const row = channel === null ? output : channel[output]!;
    perOutput[output] = factor * scales[scales.length === 1 ? 0 : row]!;
  }
  return { codes: write(new Int16Array(values.length)), scales: perOutput };
}

/** A bias with one entry per output, or one for all, in the order of the outputs. */
export function biasOf(step: Step, constant: Constant | null, outputs: number, factor = 1): Float64Array | null {
  if (constant === null) return null;
  const values = step.reals(constant);
  if (values.length !== 1 && values.length !== outputs) {
    step.fail(`the bias "${constant.name}" has shape [${constant.shape}], and ${outputs} entries are needed`);
  }
  step.graph.charge(outputs);
  return Float64Array.from({ length: outputs }, (_, output) => factor * values[values.length === 1 ? 0 : output]!);
}
