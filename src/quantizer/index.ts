/** Post-training quantization of float networks. */

export type { Quantization } from '../model/tensor.js';
export {
  ACTIVATION_BITS,
  ACTIVATION_BITS_RANGE,
  PROBABILITIES,
  quantizationOf,
} from './activation-quantization.js';
export { calibrate, type Inputs } from './calibrate.js';
export { chooseRange, PERCENTILE, type RangeChoice } from './choose-range.js';
export { correctBiases } from './correct-biases.js';
export { type Equalized, equalize } from './equalize.js';
export { foldBatchNorm } from './fold-batch-norm.js';
export { fuseActivations } from './fuse-activations.js';
export { Histogram } from './histogram.js';
export { lower } from './lowering/lower.js';
export { type OutputError, outputError } from './measured.js';
export { prepare } from './prepare.js';
export { type QuantizeOptions, quantize } from './quantize.js';
export {
  type CalibratedNetwork,
  type CalibratedOptions,
  type CalibrationStage,
  quantizeCalibrated,
  type Trial,
} from './quantize-calibrated.js';
export { quantizeWeights, type SumLimit } from './quantize-weights.js';
export { type Range, type Ranges, readRanges, type TensorRange } from './ranges.js';
