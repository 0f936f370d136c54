/** CONV_2D and DEPTHWISE_CONV_2D. */
import type { Convolution } from '../../model/linear-map.js';
import type { ActivationFunctionType } from './generated/activation-function-type.js';
import { BuiltinOptions } from './generated/builtin-options.js';
import { Conv2DOptions } from './generated/conv2doptions.js';
import { DepthwiseConv2DOptions } from './generated/depthwise-conv2doptions.js';
import type { Padding } from './generated/padding.js';
import { channelMajor, finishLinear, inputRange, readWeights, type Weights } from './linear.js';
import type { Activation, Step } from './step.js';
import { imageAxes, windows } from './window.js';

/** What the options of both kinds say. */
interface Options {
  padding(): Padding;
  strideH(): number;
  strideW(): number;
  dilationHFactor(): number;
  dilationWFactor(): number;
  fusedActivationFunction(): ActivationFunctionType;
}

interface Layout {
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly groups: number;
  readonly outputChannels: number;
  readonly weights: Int16Array;
}

function finishConvolution(step: Step, x: Activation, options: Options, weights: Weights, layout: Layout): void {
  const input = imageAxes(x.tensor.shape, step);
  const stride = { y: options.strideH(), x: options.strideW() };
  const dilation = { y: options.dilationHFactor(), x: options.dilationWFactor() };
  const { height, width, padding } = windows(
    { size: input.height, taps: layout.kernelHeight, stride: stride.y, dilation: dilation.y },
    { size: input.width, taps: layout.kernelWidth, stride: stride.x, dilation: dilation.x },
    options.padding(),
    step,
  );
  const map: Convolution = {
    kind: 'convolution',
    input,
    kernel: { height: layout.kernelHeight, width: layout.kernelWidth },
    stride,
    dilation,
    padding,
    groups: layout.groups,
    outputChannels: layout.outputChannels,
    weights: layout.weights,
    inputRange: inputRange(x),
  };
  const shape = [height, width, layout.outputChannels];
  finishLinear(step, x, map, weights, options.fusedActivationFunction(), shape);
}

/** CONV_2D: weights [output channels, rows, columns, input channels of a group]. */
export function importConvolution(step: Step): void {
  step.requireInputs(2, 3);
  const options = step.options(BuiltinOptions.Conv2DOptions, Conv2DOptions);
  const x = step.activation(0);
  const { channels } = imageAxes(x.tensor.shape, step);
  const weights = readWeights(step, 0, 4);
  const [outputChannels, kernelHeight, kernelWidth, depth] = weights.constant.tensor.shape as [
    number,
    number,
    number,
    number,
  ];
  if (channels % depth !== 0) step.fail(`its weights are for ${depth} channels, but its input has ${channels}`);
  finishConvolution(step, x, options, weights, {
    kernelHeight,
    kernelWidth,
    groups: channels / depth,
    outputChannels,
    weights: channelMajor(weights),
  });
}

/**
 * DEPTHWISE_CONV_2D: weights [1, rows, columns, input channels * multiplier], output channel c * multiplier + m made from
 * input channel c alone. That is a convolution with one group per input channel, once each channel's taps lie together.
 */
export function importDepthwiseConvolution(step: Step): void {
  step.requireInputs(2, 3);
  const options = step.options(BuiltinOptions.DepthwiseConv2DOptions, DepthwiseConv2DOptions);
  const x = step.activation(0);
  const { channels } = imageAxes(x.tensor.shape, step);
  const weights = readWeights(step, 3, 4);
  const [first, kernelHeight, kernelWidth, outputChannels] = weights.constant.tensor.shape as [
    number,
    number,
    number,
    number,
  ];
  if (first !== 1) step.fail('the first axis of depthwise weights must be 1');
  if (outputChannels % channels !== 0) {
    step.fail(`its weights make ${outputChannels} channels, which is no multiple of its input's ${channels}`);
  }
  const taps = kernelHeight * kernelWidth;
  const centred = new Int16Array(weights.codes.length);
  for (let tap = 0, index = 0; tap < taps; tap++) {
    for (let channel = 0; channel < outputChannels; channel++, index++) {
      centred[channel * taps + tap] = weights.codes[index]! - weights.zeroPoints[channel]!;
    }
  }
  finishConvolution(step, x, options, weights, {
    kernelHeight,
    kernelWidth,
    groups: channels,
    outputChannels,
    weights: centred,
  });
}
