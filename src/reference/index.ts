/**
 * The living definition of Slalom: exact BigInt, no speed, nothing imported. Everything else is tested against it.
 * @module
 */

export { type ImageShape, imageShape, pooledShape } from '../model/image-shape.js';
export {
  aLinearMap,
  type Convolution,
  type Dense,
  inputLength,
  type LinearMap,
  macCount,
  outputChannels,
  outputExtent,
  outputLength,
  termsPerOutput,
} from '../model/linear-map.js';
export type { LinearOperation, Operation, QuantizedNetwork, Requantization } from '../model/quantized-network.js';
export type { Extent, InputRange, Padding, Size, Steps } from '../model/shapes.js';
export type { AccumulatorTensor, ActivationTensor, Tensor, TensorId } from '../model/tensor.js';
export type * from '../model/trusted-operations.js';
export { apply } from './apply.js';
export { concat, pad, take } from './arrangement.js';
export { blind, unblind } from './blinding.js';
export { bound, channelBounds } from './bound.js';
export { decodeIntegers, decodeResidues } from './decode.js';
export { type ReferenceDevice, type ReferenceMap, referenceDevice } from './device.js';
export { evaluate, operate } from './evaluate.js';
export {
  add,
  aResidue,
  balanced,
  innerProduct,
  inverse,
  isCanonical,
  M31,
  modulo,
  multiply,
  P24,
  power,
  subtract,
} from './field.js';
export { accepts, type Challenge, fold } from './freivalds.js';
export { interpolate } from './interpolation.js';
export { type Answer, plainLayer, privateLayer } from './layer.js';
export { layerNormalization } from './layer-normalization.js';
export { lookup } from './lookup.js';
export { combine } from './pairs.js';
export { pool } from './pooling.js';
export { clamp, floorDivision, roundedDivision, roundedShift } from './rounding.js';
export { type Bytes, residueBits, sampleResidue, sampleResidues } from './sampling.js';
export { add as addTensors, addBias, requantize, rescale } from './scaling.js';
export { softmax } from './softmax.js';
export { transpose } from './transpose.js';
