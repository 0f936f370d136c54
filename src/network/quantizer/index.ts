/** Post-training quantization of float networks. */
export { PROBABILITIES, type Quantization, quantizationOf } from './activation-quantization.js';
export { calibrate } from './calibrate.js';
export { foldBatchNorm } from './fold-batch-norm.js';
export { fuseActivations } from './fuse-activations.js';
export { prepare } from './prepare.js';
export { type QuantizeOptions, quantize } from './quantize.js';
export { type QuantizedWeights, quantizeWeights, type SumLimit } from './quantize-weights.js';
export { type Range, type Ranges, readRanges, type TensorRange } from './ranges.js';
