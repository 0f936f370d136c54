/** Which operator is imported how. */
import { importClip, importHardSigmoid, importLeakyRelu, importLimit, importPRelu, importRelu } from './activations.js';
import { importDifference, importSum, refuseProduct } from './addition.js';
import {
  importDropout,
  importFlatten,
  importIdentity,
  importReshape,
  importSqueeze,
  importTranspose,
  importUnsqueeze,
} from './arrangement.js';
import { importArithmetic, importBatchNorm, importNegation } from './channelwise.js';
import { importConcat } from './concat.js';
import { importConvolution } from './convolution.js';
import { importConstant, importShape } from './folding.js';
import { importGemm, importMatMul } from './matrix.js';
import { importPad } from './padding.js';
import { importGlobalPool, importPool, importReduce } from './pooling.js';
import { importSoftmax } from './softmax.js';
import type { Importer } from './step.js';

/** The operators that float and quantized models share. */
export const OPERATORS: Readonly<Record<string, Importer | undefined>> = {
  Add: importArithmetic('Add', importSum),
  AveragePool: importPool('averagePool'),
  BatchNormalization: importBatchNorm,
  Clip: importClip,
  Concat: importConcat,
  Constant: importConstant,
  Conv: importConvolution,
  Div: importArithmetic('Div', refuseProduct),
  Dropout: importDropout,
  Flatten: importFlatten,
  Gemm: importGemm,
  GlobalAveragePool: importGlobalPool('averagePool'),
  GlobalMaxPool: importGlobalPool('maxPool'),
  HardSigmoid: importHardSigmoid,
  Identity: importIdentity,
  LeakyRelu: importLeakyRelu,
  MatMul: importMatMul,
  Max: importLimit('Max'),
  MaxPool: importPool('maxPool'),
  Min: importLimit('Min'),
  Mul: importArithmetic('Mul', refuseProduct),
  Neg: importNegation,
  PRelu: importPRelu,
  Pad: importPad,
  ReduceMax: importReduce('maxPool'),
  ReduceMean: importReduce('averagePool'),
  Relu: importRelu,
  Reshape: importReshape,
  Shape: importShape,
  Softmax: importSoftmax,
  Squeeze: importSqueeze,
  Sub: importArithmetic('Sub', importDifference),
  Sum: importSum,
  Transpose: importTranspose,
  Unsqueeze: importUnsqueeze,
};

/** Why an operator is refused, where there is more to say than that it is. */
export const REFUSALS: Readonly<Record<string, string | undefined>> = {
  DynamicQuantizeLinear:
    'its scale depends on the private input, so it would leak and cannot be certified; quantize the model statically',
  If: 'control flow is not supported; export the model without it',
  Loop: 'control flow is not supported; export the model without it',
  Scan: 'control flow is not supported; export the model without it',
  LogSoftmax: 'it is not supported; leave it out (the largest logit is the same) or use Softmax',
  ArgMax: 'it is not supported; leave it out and compare the outputs yourself',
};
