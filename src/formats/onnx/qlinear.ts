/** Operators that take codes and give codes: each is the real operator between DequantizeLinear and QuantizeLinear. */
import { affine, broadcast, one } from './channelwise.js';
import { joined } from './concat.js';
import type { Constant } from './constant.js';
import { convolve } from './convolution.js';
import { shaped, withAxesLast, withLastAxis } from './image.js';
import { channelsOf, signature } from './layout.js';
import { type Matrix, multiply } from './matrix.js';
import { pooled, reduced } from './pooling.js';
import { dequantized, formatAt, quantize, realActivationAt, realAt } from './quantize-linear.js';
import type { Step } from './step.js';
import { type Activation, activation } from './value.js';

/** A bias of whole numbers in units of input scale times weight scale, as real numbers. */
function realBias(step: Step, at: number, inputScale: number, weights: Constant): Constant | null {
  const constant = step.optionalConstant(at);
  if (constant === null) return null;
  const { scales } = weights.codes!;
  const { entries } = constant;
  if (scales.length !== 1 && scales.length !== entries.length) step.fail(`its bias needs ${scales.length} entries`);
  step.graph.charge(entries.length);
  const scaleOf = (index: number): number => inputScale * scales[scales.length === 1 ? 0 : index]!;
  // In double precision, so that whole numbers come back exactly.
  const real = Float64Array.from(entries, (entry, index) => entry * scaleOf(index));
  return { ...constant, type: 'DOUBLE', entries: real };
}

/** QLinearConv: x, its scale and zero point, w, its scales and zero points, the result's, a bias. */
export function importQLinearConv(step: Step): void {
  const x = realActivationAt(step, 0);
  const weights = dequantized(step, step.constant(3), 4, 5, 0);
  const bias = realBias(step, 8, formatAt(step, 1, 2).scale, weights);
  step.finish(quantize(step, convolve(step, x, weights, bias), formatAt(step, 6, 7)));
}

/** The product with a constant matrix of codes, whose scales are per column. */
function product(step: Step, x: Activation, matrix: Omit<Matrix, 'beta'>): Activation {
  return multiply(step, x, { ...matrix, beta: 1 });
}

export function importQLinearMatMul(step: Step): void {
  const x = realActivationAt(step, 0);
  const constant = dequantized(step, step.constant(3), 4, 5, 1);
  const y = product(step, x, { constant, transposed: false, bias: null, alpha: 1 });
  step.finish(quantize(step, y, formatAt(step, 6, 7)));
}

/** com.microsoft.QGemm: A and B with scale and zero point, a bias, the result's scale and zero point. */
export function importQGemm(step: Step): void {
  if (step.int('transA', 0) !== 0) step.fail('transA is not supported');
  const x = realActivationAt(step, 0);
  const transposed = step.int('transB', 0) !== 0;
  const constant = dequantized(step, step.constant(3), 4, 5, transposed ? 0 : 1);
  const alpha = step.float('alpha', 1);
  const bias = realBias(step, 6, alpha * formatAt(step, 1, 2).scale, constant);
  const y = product(step, x, { constant, transposed, bias, alpha });
  step.finish(step.optional(7) === null ? y : quantize(step, y, formatAt(step, 7, 8)));
}

function sum(step: Step, a: Activation | Constant, b: Activation | Constant): Activation {
  if (a.kind === 'constant') {
    return b.kind === 'constant' ? step.fail('both its inputs are constants') : sum(step, b, a);
  }
  if (b.kind === 'constant') {
    const { axes, values } = broadcast(step, a, b);
    return affine(step, a, axes, one(1), values);
  }
  if (signature(a.layout) !== signature(b.layout)) step.fail('its inputs differ in shape or order');
  const other = shaped(step, b.handle, step.target.shape(a.handle));
  return activation(step.target.add(a.handle, other, step.name), a.layout);
}

/** com.microsoft.QLinearAdd of two values, or of one and a constant. */
export function importQLinearAdd(step: Step): void {
  step.finish(quantize(step, sum(step, realAt(step, 0), realAt(step, 3)), formatAt(step, 6, 7)));
}

function refuseChannelsLast(step: Step): void {
  if (step.int('channels_last', 0) !== 0) step.fail('channels_last is not supported');
}

export function importQLinearAveragePool(step: Step): void {
  refuseChannelsLast(step);
  step.finish(quantize(step, pooled(step, 'averagePool', realActivationAt(step, 0)), formatAt(step, 3, 4)));
}

export function importQLinearGlobalAveragePool(step: Step): void {
  refuseChannelsLast(step);
  const x = realActivationAt(step, 0);
  const axes = [...x.layout.axes.keys()].slice(2);
  step.finish(quantize(step, reduced(step, 'averagePool', x, axes, true), formatAt(step, 3, 4)));
}

/** com.microsoft.QLinearConcat: the result's scale and zero point, then each input with its own. */
export function importQLinearConcat(step: Step): void {
  const count = (step.node.inputs.length - 2) / 3;
  if (!Number.isInteger(count) || count < 1 || count > 1024) step.fail(`it has ${step.node.inputs.length} inputs`);
  const parts = Array.from({ length: count }, (_, part) => realActivationAt(step, 2 + 3 * part));
  const axis = step.axis(step.int('axis', 0), parts[0]!.layout.axes.length);
  step.finish(quantize(step, joined(step, parts, axis), formatAt(step, 0, 1)));
}

export function importQLinearSoftmax(step: Step): void {
  const given = realActivationAt(step, 0);
  const count = given.layout.axes.length;
  const axis = step.axis(step.int('axis', -1), count);
  const last = step.int('opset', 13) >= 13 ? [axis] : [...given.layout.axes.keys()].slice(axis);
  const x = withAxesLast(step, given, last);
  const handle = withLastAxis(step, x, channelsOf(x.layout, last));
  const y = activation(step.target.softmax(handle, step.name), x.layout);
  step.finish(quantize(step, y, formatAt(step, 3, 4)));
}
