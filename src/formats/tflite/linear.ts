/** CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED. */
import { entryCount } from '../../graph/index.js';
import { fail } from '../shared/fail.js';
import type { ActivationFunctionType } from './generated/activation-function-type.js';
import { BuiltinOptions } from './generated/builtin-options.js';
import { Conv2DOptions } from './generated/conv2doptions.js';
import { DepthwiseConv2DOptions } from './generated/depthwise-conv2doptions.js';
import { FullyConnectedOptions } from './generated/fully-connected-options.js';
import { FullyConnectedOptionsWeightsFormat } from './generated/fully-connected-options-weights-format.js';
import type { OptionsOf, Step } from './step.js';
import { readBias, readWeights } from './weights.js';
import { imageAxes, type WindowOptions, windows } from './window.js';

type ConvolutionOptions = WindowOptions & { fusedActivationFunction(): ActivationFunctionType };

function convolution(step: Step, of: OptionsOf<ConvolutionOptions>, depthwise: boolean): void {
  step.requireInputs(2, 3);
  const options = step.options(of);
  const x = step.activation(0);
  const image = imageAxes(x.shape);
  const { channels } = image;
  const weights = readWeights(step, depthwise ? 3 : 0, 4);
  const [first, height, width, last] = weights.shape as [number, number, number, number];
  if (depthwise && first !== 1) fail('the first axis of depthwise weights must be 1');
  if (depthwise && last % channels !== 0) {
    fail(`its weights make ${last} channels, which is no multiple of its input's ${channels}`);
  }
  if (!depthwise && channels % last !== 0) fail(`its weights are for ${last} channels, but its input has ${channels}`);
  const kernel = { height, width };
  const how = windows(options, image, kernel);
  const bias = readBias(step, 2, x, weights);
  const [groups, outputs] = depthwise ? [channels, last] : [channels / last, first];
  const layer = { ...how, kernel, groups, outputs, weights, bias };
  step.store(step.target.convolution(step.read(x), layer, `${step.name}/sums`), options.fusedActivationFunction());
}

/** CONV_2D: weights [output channels, rows, columns, input channels of a group]. */
export function importConvolution(step: Step): void {
  convolution(step, [BuiltinOptions.Conv2DOptions, Conv2DOptions], false);
}

/**
 * DEPTHWISE_CONV_2D: weights [1, rows, columns, input channels * multiplier], output channel c * multiplier + m made from
 * input channel c alone. That is a convolution with one group per input channel, once each channel's taps lie together.
 */
export function importDepthwiseConvolution(step: Step): void {
  convolution(step, [BuiltinOptions.DepthwiseConv2DOptions, DepthwiseConv2DOptions], true);
}

/** FULLY_CONNECTED: weights [outputs, inputs]; the input's entries are read as one row, whatever its shape. */
export function importFullyConnected(step: Step): void {
  step.requireInputs(2, 3);
  const options = step.options([BuiltinOptions.FullyConnectedOptions, FullyConnectedOptions]);
  if (options.weightsFormat() !== FullyConnectedOptionsWeightsFormat.DEFAULT) fail('its weights are shuffled');
  const x = step.activation(0);
  const weights = readWeights(step, 0, 2);
  const [outputs, inputs] = weights.shape as [number, number];
  const entries = entryCount(x.shape);
  if (entries !== inputs) fail(`its weights take ${inputs} inputs, but its input has ${entries} entries`);
  const bias = readBias(step, 2, x, weights);
  const sums = step.target.dense(step.read(x), { outputs, weights, bias }, `${step.name}/sums`);
  // A file may keep the input's leading axes, all of size 1, in front of the outputs.
  const { shape } = step.output();
  const expected = shape.length > 1 ? [...shape.slice(0, -1).fill(1), outputs] : [outputs];
  step.store(sums, options.fusedActivationFunction(), expected);
}
