/** Float networks: what the quantizer starts from. */
export { FloatNetworkBuilder } from './builder.js';
export type {
  ConvolutionOptions,
  ResizeOptions,
  TransposedConvolutionOptions,
  Windowing,
} from './builder-options.js';
export { type Composition, type Expression, evaluatorOf, sizeOf } from './composition.js';
export { evaluateFloat } from './evaluate.js';
export type {
  FloatFunction,
  FloatInterpolate,
  FloatInterpolation,
  FloatPad,
  FloatPair,
  FloatTake,
} from './float-network.js';
export {
  type Activation,
  type Axes,
  asImage,
  type CodedWeights,
  entryCount,
  type FloatActivation,
  type FloatAdd,
  type FloatBatchNorm,
  type FloatConcat,
  type FloatConvolution,
  type FloatDense,
  type FloatLayerNormalization,
  type FloatNetwork,
  type FloatOperation,
  type FloatPool,
  type FloatRead,
  type FloatReshape,
  type FloatSoftmax,
  type FloatStore,
  type FloatTensor,
  type FloatTensorId,
  inputsOf,
  isLinear,
  isPair,
  type LayerWeights,
  type NamedFloatOperation,
  type Reals,
  realWeights,
  type Size,
  type Steps,
  type UnaryFloatOperation,
  weightCount,
} from './float-network.js';
export { type FunctionName, isHomogeneous, type RealFunction, realFunction } from './functions.js';
export { type Grid, type NearestRule, nearestPlaces, placesBetween, type ResizedAxis } from './grid.js';
export { OperationBuilder } from './operation-builder.js';
export { samePadding, VALID } from './padding.js';
export {
  depthToSpace,
  isIdentity,
  pairedShape,
  repeated,
  repeatedSteps,
  type Slice,
  selected,
  sliced,
  spaceToDepth,
  stridesOf,
  transposed,
} from './places.js';
