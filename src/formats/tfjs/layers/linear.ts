/** Layers that are linear maps with a bias: dense, and the convolutions. */
import { wholeNumber } from '../../../boundary/codecs.js';
import { fail } from '../../shared/fail.js';
import type { Constant } from '../constant.js';
import { convolved, kernelShape, LARGEST } from '../convolution.js';
import { multiplied } from '../dense.js';
import { convolvedBack } from '../transposed-convolution.js';
import type { Activation } from '../value.js';
import type { Layer } from './layer.js';

const ONE = { y: 1, x: 1 };

/** A kernel must have the sizes that the layer says. */
function requireSizes(layer: Layer, kernel: Constant): void {
  const { y, x } = layer.pair('kernel_size');
  const [rows, columns] = kernelShape(kernel);
  if (rows !== y || columns !== x) fail(`its kernel has shape [${kernel.shape}], but its kernel_size is [${y},${x}]`);
}

function requireOutputs(layer: Layer, field: string, count: number): void {
  const said = layer.config.get(field, wholeNumber(1, LARGEST * LARGEST));
  if (said !== count) fail(`its weights make ${count} outputs, but its "${field}" is ${said}`);
}

export function dense(layer: Layer): Activation {
  const matrix = layer.weight('kernel');
  requireOutputs(layer, 'units', matrix.shape.at(-1) ?? 0);
  const bias = layer.bias();
  return layer.activated(multiplied(layer.c, layer.settled, { name: layer.name, matrix, transposed: false, bias }));
}

/** What the convolutions share. */
function windows(layer: Layer) {
  layer.requireChannelsLast();
  const groups = layer.config.or('groups', wholeNumber(1, LARGEST), 1);
  if (groups !== 1) fail(`it has ${groups} groups, which TensorFlow.js does not support`);
  return {
    stride: layer.pair('strides', 1),
    dilation: layer.pair('dilation_rate', 1),
    padding: layer.padding(),
  };
}

export function convolution(layer: Layer): Activation {
  const kernel = layer.weight('kernel');
  requireSizes(layer, kernel);
  requireOutputs(layer, 'filters', kernel.shape[3]!);
  const { c, name, input } = layer;
  const how = { name, kernel, depthwise: false, bias: layer.bias(), ...windows(layer) };
  return layer.activated(convolved(c, input, how));
}

export function depthwiseConvolution(layer: Layer): Activation {
  const kernel = layer.weight('depthwise_kernel');
  requireSizes(layer, kernel);
  const { c, name, input } = layer;
  const how = { name, kernel, depthwise: true, bias: layer.bias(), ...windows(layer) };
  return layer.activated(convolved(c, input, how));
}

/** The kernel laid down for every entry; without padding the result has what is left of the last one. */
export function transposedConvolution(layer: Layer): Activation {
  const kernel = layer.weight('kernel');
  requireSizes(layer, kernel);
  requireOutputs(layer, 'filters', kernel.shape[2]!);
  const { c, name, input } = layer;
  const { stride, dilation, padding } = windows(layer);
  if (dilation.y !== 1 || dilation.x !== 1) fail('its dilation_rate must be 1');
  const [height, width] = kernelShape(kernel);
  const image = c.image(c.settled(input, name), name);
  const beyond = (taps: number, step: number): number => (padding === 'same' ? 0 : Math.max(taps - step, 0));
  const size = {
    height: image.height * stride.y + beyond(height, stride.y),
    width: image.width * stride.x + beyond(width, stride.x),
  };
  const how = { name, kernel, bias: layer.bias(), stride, padding, size };
  return layer.activated(convolvedBack(c, input, how));
}

/** A depthwise convolution without bias, then one with a 1 x 1 kernel. */
export function separableConvolution(layer: Layer): Activation {
  const kernel = layer.weight('depthwise_kernel');
  requireSizes(layer, kernel);
  const mixing = layer.weight('pointwise_kernel');
  requireOutputs(layer, 'filters', kernelShape(mixing)[3]);
  if (mixing.shape[0] !== 1 || mixing.shape[1] !== 1) fail(`its pointwise kernel has shape [${mixing.shape}]`);
  const { c, name, input } = layer;
  const spatial = { name: `${name}/depthwise`, kernel, depthwise: true, bias: null, ...windows(layer) };
  const between = convolved(c, input, spatial);
  return layer.activated(
    convolved(c, between, {
      name,
      kernel: mixing,
      depthwise: false,
      bias: layer.bias(),
      stride: ONE,
      dilation: ONE,
      padding: 'valid',
    }),
  );
}
