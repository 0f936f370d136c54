/** Which class of layers is imported how. */

import {
  concatenate,
  cropping,
  flatten,
  identity,
  permute,
  repeatVector,
  reshape,
  upSampling,
  zeroPadding,
} from './arranging.js';
import { activationLayer, batchNorm, elu, leakyRelu, prelu, relu, rescaling, softmax } from './elementwise.js';
import type { LayerImporter } from './layer.js';
import { convolution, dense, depthwiseConvolution, separableConvolution, transposedConvolution } from './linear.js';
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
  ['Cropping2D', cropping],
  ['Conv2DTranspose', transposedConvolution],
  ['Dense', dense],
  ['DepthwiseConv2D', depthwiseConvolution],
  ['Dropout', identity],
  ['ELU', elu],
  ['Flatten', flatten],
  ['GaussianDropout', identity],
  ['GaussianNoise', identity],
  ['GlobalAveragePooling2D', globalPool('averagePool')],
  ['GlobalMaxPooling2D', globalPool('maxPool')],
  ['LeakyReLU', leakyRelu],
  ['Maximum', merge('larger')],
  ['MaxPooling2D', pool('maxPool')],
  ['Minimum', merge('smaller')],
  ['Multiply', merge('multiply')],
  ['Permute', permute],
  ['PReLU', prelu],
  ['ReLU', relu],
  ['RepeatVector', repeatVector],
  ['Rescaling', rescaling],
  ['Reshape', reshape],
  ['SeparableConv2D', separableConvolution],
  ['Softmax', softmax],
  ['SpatialDropout1D', identity],
  ['SpatialDropout2D', identity],
  ['Subtract', merge('subtract')],
  ['UpSampling2D', upSampling],
  ['ZeroPadding2D', zeroPadding],
]);
