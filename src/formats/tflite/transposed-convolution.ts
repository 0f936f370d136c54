/** TRANSPOSE_CONV: an ordinary convolution whose channels are all phases of the stride, and entries moved to their places. */
import { asConvolution } from '../../graph/transposed-convolution.js';
import { ActivationFunctionType } from './generated/activation-function-type.js';
import { BuiltinOptions } from './generated/builtin-options.js';
import { Padding } from './generated/padding.js';
import { TensorType } from './generated/tensor-type.js';
import { TransposeConvOptions } from './generated/transpose-conv-options.js';
import { channelMajor, inputRange, layerOperation, readBias, readWeights } from './linear.js';
import type { Step } from './step.js';
import { finishTaken } from './take.js';
import { imageAxes } from './window.js';

/** A step beyond this is a damaged file, and small enough to multiply safely. */
const LARGEST = 2 ** 12;

/** What is cut off the whole result along one axis. */
function cropOf(step: Step, size: number, taps: number, stride: number, count: number, padding: Padding) {
  const whole = (size - 1) * stride + taps;
  const before = padding === Padding.SAME ? Math.floor(Math.max(0, whole - count) / 2) : 0;
  if (!(count >= 1 && count < whole + stride)) step.fail(`it asks for ${count} entries where there are ${whole}`);
  return { before, after: whole - count - before };
}

/** Inputs: the shape of the result, weights [output channels, rows, columns, input channels], x, perhaps a bias. */
export function importTransposedConvolution(step: Step): void {
  step.requireInputs(3, 4);
  const options = step.options(BuiltinOptions.TransposeConvOptions, TransposeConvOptions);
  const stride = { y: options.strideH(), x: options.strideW() };
  if (!(Math.min(stride.y, stride.x) >= 1 && Math.max(stride.y, stride.x) <= LARGEST))
    step.fail('its stride is not a sensible number');
  const x = step.activation(2);
  const { height, width, channels } = imageAxes(x.tensor.shape, step);
  const weights = readWeights(step, 0, 4);
  const [outputs, kernelHeight, kernelWidth, depth] = weights.constant.tensor.shape as [number, number, number, number];
  if (depth !== channels) step.fail(`its weights are for ${depth} channels, but its input has ${channels}`);
  const asked = step.smallIntegers(step.constant(0, [TensorType.INT32]));
  const output = step.output();
  step.requireShape(output, asked.slice(1));
  const [rows, columns, made] = output.shape as [number, number, number];
  if (output.shape.length !== 3 || made !== outputs) step.fail(`its weights make ${outputs} channels`);
  const vertical = cropOf(step, height, kernelHeight, stride.y, rows, options.padding());
  const horizontal = cropOf(step, width, kernelWidth, stride.x, columns, options.padding());
  step.graph.charge(weights.codes.length * stride.y * stride.x + rows + columns + outputs);
  const plan = asConvolution(
    { height, width, channels },
    {
      kernel: { height: kernelHeight, width: kernelWidth },
      stride,
      dilation: { y: 1, x: 1 },
      groups: 1,
      outputChannels: outputs,
      weights: channelMajor(weights),
      crop: { top: vertical.before, bottom: vertical.after, left: horizontal.before, right: horizontal.after },
    },
  );
  const { kernel, padding, outputChannels: phases, channelOf, offsets } = plan;
  const map = {
    kind: 'convolution',
    input: { height, width, channels },
    kernel,
    stride: { y: 1, x: 1 },
    dilation: { y: 1, x: 1 },
    padding,
    groups: 1,
    outputChannels: phases,
    weights: plan.weights,
    inputRange: inputRange(x),
  } as const;
  const bias = readBias(step, 3, outputs, x, weights, output.scale);
  const layer = {
    map,
    bias: Int32Array.from({ length: phases }, (_, phase) => bias[channelOf(phase)]!),
    factors: Float64Array.from({ length: phases }, (_, phase) => {
      return (x.tensor.scale * weights.scales[channelOf(phase)]!) / output.scale;
    }),
    activation: options.fusedActivationFunction() ?? ActivationFunctionType.NONE,
  };
  const name = `${step.name}/phases`;
  const { range, operation } = layerOperation(step, x, layer, output, name);
  const size = [
    height + padding.top + padding.bottom - kernel.height + 1,
    width + padding.left + padding.right - kernel.width + 1,
  ];
  const inserted = step.insert({ ...output, ...range, name, shape: [...size, phases] }, operation);
  finishTaken(step, inserted, { ...output, ...range }, offsets);
}
