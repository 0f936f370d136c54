/** TRANSPOSE_CONV: an ordinary convolution whose channels are all phases of the stride, and entries moved to their places. */
import { asConvolution } from '../../graph/transposed-convolution.js';
import { fail } from '../shared/fail.js';
import { BuiltinOptions } from './generated/builtin-options.js';
import { Padding } from './generated/padding.js';
import { TransposeConvOptions } from './generated/transpose-conv-options.js';
import type { Step } from './step.js';
import { readBias, readWeights } from './weights.js';
import { imageAxes } from './window.js';

/** A step beyond this is a damaged file, and small enough to multiply safely. */
const LARGEST = 2 ** 12;
const ONE = { y: 1, x: 1 };

/** What is cut off the whole result along one axis. */
function cropOf(size: number, taps: number, stride: number, count: number, padding: Padding): [number, number] {
  const whole = (size - 1) * stride + taps;
  const before = padding === Padding.SAME ? Math.floor(Math.max(0, whole - count) / 2) : 0;
  if (!(count >= 1 && count < whole + stride)) fail(`it asks for ${count} entries where there are ${whole}`);
  return [before, whole - count - before];
}

/** Inputs: the shape of the result, weights [output channels, rows, columns, input channels], x, perhaps a bias. */
export function importTransposedConvolution(step: Step): void {
  step.requireInputs(3, 4);
  const options = step.options([BuiltinOptions.TransposeConvOptions, TransposeConvOptions]);
  const stride = { y: options.strideH(), x: options.strideW() };
  if (!(Math.min(stride.y, stride.x) >= 1 && Math.max(stride.y, stride.x) <= LARGEST))
    fail('its stride is not a sensible number');
  const x = step.activation(2);
  const image = imageAxes(x.shape);
  const weights = readWeights(step, 0, 4);
  const [outputs, kernelHeight, kernelWidth, depth] = weights.shape as [number, number, number, number];
  if (depth !== image.channels) fail(`its weights are for ${depth} channels, but its input has ${image.channels}`);
  const { shape } = step.outputOf(step.integers(0).slice(1));
  const [rows, columns, made] = shape as [number, number, number];
  if (shape.length !== 3 || made !== outputs) fail(`its weights make ${outputs} channels`);
  const [top, bottom] = cropOf(image.height, kernelHeight, stride.y, rows, options.padding());
  const [left, right] = cropOf(image.width, kernelWidth, stride.x, columns, options.padding());
  const bias = readBias(step, 3, x, weights);
  step.graph.charge(weights.codes.length * stride.y * stride.x + rows + columns + outputs);
  const plan = asConvolution(image, {
    kernel: { height: kernelHeight, width: kernelWidth },
    stride,
    dilation: ONE,
    groups: 1,
    outputChannels: outputs,
    weights: weights.codes,
    crop: { top, bottom, left, right },
  });
  const perPhase = (of: Float64Array): Float64Array =>
    Float64Array.from({ length: plan.outputChannels }, (_, phase) => of[plan.channelOf(phase)]!);
  const { kernel, padding } = plan;
  const layer = {
    kernel,
    padding,
    stride: ONE,
    dilation: ONE,
    groups: 1,
    outputs: plan.outputChannels,
    weights: { codes: plan.weights, scales: perPhase(weights.scales) },
    bias: bias && perPhase(bias),
  };
  const phases = step.target.convolution(step.read(x), layer, `${step.name}/phases`);
  step.store(step.target.take(phases, plan.offsets, `${step.name}/taken`), options.fusedActivationFunction());
}
