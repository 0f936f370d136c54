/** Which operator is imported how. */
import { importClip, importLimit, importPRelu, importRelu } from './activations.js';
import { importPair, importQuotient, importSum } from './addition.js';
import {
  importCast,
  importDropout,
  importFlatten,
  importIdentity,
  importReshape,
  importSqueeze,
  importTranspose,
  importUnsqueeze,
} from './arrangement.js';
import { importDepthToSpace, importSpaceToDepth } from './blocks.js';
import { importArithmetic, importBatchNorm, importNegation } from './channelwise.js';
import { importConcat } from './concat.js';
import { importConvolution } from './convolution.js';
import { importConstant, importShape } from './folding.js';
import { FUNCTIONS, importFunction, importPower } from './functions.js';
import { importConvInteger, importMatMulInteger } from './integer.js';
import { importLayerNormalization } from './layer-normalization.js';
import { importGemm, importMatMul } from './matrix.js';
import type { FileNode } from './model-file.js';
import { importPad } from './padding.js';
import { importGlobalPool, importPool, importReduce } from './pooling.js';
import {
  importQGemm,
  importQLinearAdd,
  importQLinearAveragePool,
  importQLinearConcat,
  importQLinearConv,
  importQLinearGlobalAveragePool,
  importQLinearMatMul,
  importQLinearSoftmax,
} from './qlinear.js';
import {
  importConstantDequantize,
  importConstantQuantize,
  importDequantize,
  importQuantize,
} from './quantize-linear.js';
import { importResize } from './resize.js';
import { importExpand, importGather, importSlice, importSplit, importTile } from './selection.js';
import { importSoftmax } from './softmax.js';
import type { Importer } from './step.js';
import { importConvTranspose } from './transposed-convolution.js';

/** The operators that float and quantized models share. */
const SHARED: Readonly<Record<string, Importer | undefined>> = {
  Add: importArithmetic('Add', importSum),
  AveragePool: importPool('averagePool'),
  BatchNormalization: importBatchNorm,
  Cast: importCast,
  Clip: importClip,
  Concat: importConcat,
  Constant: importConstant,
  Conv: importConvolution,
  ConvTranspose: importConvTranspose,
  DepthToSpace: importDepthToSpace,
  Div: importArithmetic('Div', importQuotient),
  Dropout: importDropout,
  Expand: importExpand,
  Flatten: importFlatten,
  Gather: importGather,
  Gemm: importGemm,
  GlobalAveragePool: importGlobalPool('averagePool'),
  GlobalMaxPool: importGlobalPool('maxPool'),
  Identity: importIdentity,
  LayerNormalization: importLayerNormalization,
  MatMul: importMatMul,
  Max: importLimit('Max'),
  MaxPool: importPool('maxPool'),
  Min: importLimit('Min'),
  Mul: importArithmetic('Mul', importPair('multiply')),
  Neg: importNegation,
  PRelu: importPRelu,
  Pad: importPad,
  Pow: importPower,
  ReduceMax: importReduce('maxPool'),
  ReduceMean: importReduce('averagePool'),
  ReduceSum: importReduce('averagePool', true),
  Relu: importRelu,
  Reshape: importReshape,
  Resize: importResize,
  Shape: importShape,
  Slice: importSlice,
  Softmax: importSoftmax,
  SpaceToDepth: importSpaceToDepth,
  Split: importSplit,
  Squeeze: importSqueeze,
  Sub: importArithmetic('Sub', importPair('subtract')),
  Sum: importSum,
  Tile: importTile,
  Transpose: importTranspose,
  Unsqueeze: importUnsqueeze,
  Upsample: importResize,
  ...Object.fromEntries(Object.entries(FUNCTIONS).map(([kind, named]) => [kind, importFunction(named)])),
};

export const FLOAT_OPERATORS: Readonly<Record<string, Importer | undefined>> = {
  ...SHARED,
  DequantizeLinear: importConstantDequantize,
  QuantizeLinear: importConstantQuantize,
};

export const QUANTIZED_OPERATORS: Readonly<Record<string, Importer | undefined>> = {
  ...SHARED,
  ConvInteger: importConvInteger,
  DequantizeLinear: importDequantize,
  MatMulInteger: importMatMulInteger,
  QLinearConv: importQLinearConv,
  QLinearMatMul: importQLinearMatMul,
  QuantizeLinear: importQuantize,
  'com.microsoft.DequantizeLinear': importDequantize,
  'com.microsoft.QGemm': importQGemm,
  'com.microsoft.QLinearAdd': importQLinearAdd,
  'com.microsoft.QLinearAveragePool': importQLinearAveragePool,
  'com.microsoft.QLinearConcat': importQLinearConcat,
  'com.microsoft.QLinearGlobalAveragePool': importQLinearGlobalAveragePool,
  'com.microsoft.QLinearSoftmax': importQLinearSoftmax,
  'com.microsoft.QuantizeLinear': importQuantize,
};

/** Whether a model's activations are quantized: weights that are stored as codes do not make it so. */
export function isQuantized(nodes: readonly FileNode[], isConstant: (name: string) => boolean): boolean {
  const constants = new Set<string>();
  const constant = (name: string): boolean => name === '' || constants.has(name) || isConstant(name);
  return nodes.some(({ kind, inputs, outputs }) => {
    if (inputs.every(constant)) {
      for (const output of outputs) constants.add(output);
      return false;
    }
    return !Object.hasOwn(SHARED, kind) && Object.hasOwn(QUANTIZED_OPERATORS, kind);
  });
}

const STATISTICS =
  'it divides by statistics of the private input, which has no fixed scale; use batch normalization, whose statistics are fixed';

/** Why an operator is refused, where there is more to say than that it is. */
export const REFUSALS: Readonly<Record<string, string | undefined>> = {
  DynamicQuantizeLinear:
    'its scale depends on the private input, so it would leak and cannot be certified; quantize the model statically',
  GroupNormalization: STATISTICS,
  If: 'control flow is not supported; export the model without it',
  InstanceNormalization: STATISTICS,
  Loop: 'control flow is not supported; export the model without it',
  Scan: 'control flow is not supported; export the model without it',
  LogSoftmax: 'it is not supported; leave it out (the largest logit is the same) or use Softmax',
  ArgMax: 'it is not supported; leave it out and compare the outputs yourself',
};
