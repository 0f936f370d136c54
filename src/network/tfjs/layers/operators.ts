/** Which class of layers is imported how. */

import { concatenate, flatten, identity, reshape, zeroPadding } from './arranging.js';
import { activationLayer, batchNorm, leakyRelu, prelu, relu, rescaling, softmax } from './elementwise.js';
import type { LayerImporter } from './layer.js';
import { convolution, dense, depthwiseConvolution, separableConvolution } from './linear.js';
import { average, merge } from './merging.js';
import { globalPool, pool } from './pools.js';

export const LAYERS: ReadonlyMap<string, LayerImporter> = new Map<string, LayerImporter>([
  ['Activation', activationLayer],
  ['ActivityRegularization', identity],
  ['Add', merge('add')],
  ['AlphaDropout', identity],
  ['Average', average],
  ['AveragePooling2D', pool('averagePool')],
  ['BatchNormalization', batchNorm],
  ['Concatenate', concatenate],
  ['Conv2D', convolution],
  ['Dense', dense],
  ['DepthwiseConv2D', depthwiseConvolution],
  ['Dropout', identity],
  ['Flatten', flatten],
  ['GaussianDropout', identity],
  ['GaussianNoise', identity],
  ['GlobalAveragePooling2D', globalPool('averagePool')],
  ['GlobalMaxPooling2D', globalPool('maxPool')],
  ['LeakyReLU', leakyRelu],
  ['MaxPooling2D', pool('maxPool')],
  ['PReLU', prelu],
  ['ReLU', relu],
  ['Rescaling', rescaling],
  ['Reshape', reshape],
  ['SeparableConv2D', separableConvolution],
  ['Softmax', softmax],
  ['SpatialDropout1D', identity],
  ['SpatialDropout2D', identity],
  ['Subtract', merge('subtract')],
  ['ZeroPadding2D', zeroPadding],
]);
