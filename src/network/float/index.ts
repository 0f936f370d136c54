/** Float networks: what the quantizer starts from. */
export { type ConvolutionOptions, FloatNetworkBuilder, type Windowing } from './builder.js';
export { evaluateFloat } from './evaluate.js';
export {
  type Activation,
  type Axes,
  asImage,
  entryCount,
  type FloatActivation,
  type FloatAdd,
  type FloatBatchNorm,
  type FloatConcat,
  type FloatConvolution,
  type FloatDense,
  type FloatNetwork,
  type FloatOperation,
  type FloatPool,
  type FloatReshape,
  type FloatSoftmax,
  type FloatTensor,
  type FloatTensorId,
  inputsOf,
  type NamedFloatOperation,
  type Size,
  type Steps,
  type UnaryFloatOperation,
} from './float-network.js';
export { samePadding, VALID } from './padding.js';
