/**
 * The living definition of Slalom: exact BigInt, no speed, nothing imported. Everything else is tested against it.
 * @module
 */
export { apply } from './apply.js';
export { blind, unblind } from './blinding.js';
export { bound, channelBounds } from './bound.js';
export { decodeIntegers, decodeResidues } from './decode.js';
export { type ReferenceDevice, type ReferenceMap, referenceDevice } from './device.js';
export { evaluate, imageShape } from './evaluate.js';
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
export {
  combine,
  type ExtremeOperation,
  type FurtherOperation,
  type InterpolateOperation,
  type Interpolation,
  interpolate,
  type MultiplyOperation,
  type SubtractOperation,
  type TakeOperation,
  take,
} from './further-operations.js';
export { type Answer, plainLayer, privateLayer } from './layer.js';
export {
  aLinearMap,
  type Convolution,
  type Dense,
  type Extent,
  type InputRange,
  inputLength,
  type LinearMap,
  macCount,
  outputChannels,
  outputExtent,
  outputLength,
  type Padding,
  type Size,
  type Steps,
  termsPerOutput,
} from '../model/linear-map.js';
export { type LookupOperation, lookup } from './lookup.js';
export type {
  AccumulatorTensor,
  ActivationTensor,
  AddOperation,
  Clamped,
  ConcatOperation,
  LinearOperation,
  NamedOperation,
  Operation,
  PadOperation,
  PoolOperation,
  QuantizedNetwork,
  Requantization,
  RescaleOperation,
  ReshapeOperation,
  SoftmaxOperation,
  Tensor,
  TensorId,
  TrustedOperation,
  UnaryOperation,
} from '../model/quantized-network.js';
export { clamp, floorDivision, roundedDivision, roundedShift } from './rounding.js';
export { type Bytes, residueBits, sampleResidue, sampleResidues } from './sampling.js';
export { transpose } from './transpose.js';
export {
  add as addTensors,
  addBias,
  concat,
  type ImageShape,
  pad,
  pool,
  pooledShape,
  requantize,
  rescale,
  softmax,
} from './trusted-operations.js';
