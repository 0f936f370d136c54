/** Which operator is imported how. */
import {
  activationOf,
  arithmetic,
  batchNorm,
  biasAdd,
  clipByValue,
  leakyRelu,
  limit,
  negative,
  prelu,
  softmax,
  sum,
} from './arithmetic.js';
import { cast, concat, expandDims, identities, identity, pack, pad, reshape, squeeze } from './arranging.js';
import { shapeOf } from './folding.js';
import { conv2D, depthwiseConv2D, fusedConv2D, fusedDepthwiseConv2D, fusedMatMul, matMul } from './linear.js';
import { pool, reduce } from './pools.js';
import type { StepImporter } from './step.js';

export const OPERATORS: ReadonlyMap<string, StepImporter> = new Map<string, StepImporter>([
  ['Add', arithmetic('add')],
  ['AddN', sum],
  ['AddV2', arithmetic('add')],
  ['AvgPool', pool('averagePool')],
  ['BatchMatMul', matMul],
  ['BatchMatMulV2', matMul],
  ['BiasAdd', biasAdd],
  ['Cast', cast],
  ['ClipByValue', clipByValue],
  ['ConcatV2', concat],
  ['Conv2D', conv2D],
  ['DepthwiseConv2dNative', depthwiseConv2D],
  ['ExpandDims', expandDims],
  ['FusedBatchNorm', batchNorm],
  ['FusedBatchNormV2', batchNorm],
  ['FusedBatchNormV3', batchNorm],
  ['FusedDepthwiseConv2dNative', fusedDepthwiseConv2D],
  ['Identity', identity],
  ['IdentityN', identities],
  ['LeakyRelu', leakyRelu],
  ['MatMul', matMul],
  ['Max', reduce('maxPool')],
  ['MaxPool', pool('maxPool')],
  ['Maximum', limit('larger')],
  ['Mean', reduce('averagePool')],
  ['Minimum', limit('smaller')],
  ['Mul', arithmetic('multiply')],
  ['Neg', negative],
  ['Pack', pack],
  ['Pad', pad],
  ['PadV2', pad],
  ['Prelu', prelu],
  ['RealDiv', arithmetic('divide')],
  ['Relu', activationOf('relu')],
  ['Relu6', activationOf('relu6')],
  ['Reshape', reshape],
  ['Shape', shapeOf],
  ['Snapshot', identity],
  ['Softmax', softmax],
  ['Squeeze', squeeze],
  ['StopGradient', identity],
  ['Sub', arithmetic('subtract')],
  ['_FusedConv2D', fusedConv2D],
  ['_FusedMatMul', fusedMatMul],
]);

/** Why an operator is refused, where there is more to say than that it is. */
export const REFUSALS: ReadonlyMap<string, string> = new Map([
  ['If', 'control flow is not supported; export the model without it'],
  ['StatelessIf', 'control flow is not supported; export the model without it'],
  ['While', 'control flow is not supported; export the model without it'],
  ['StatelessWhile', 'control flow is not supported; export the model without it'],
  ['PartitionedCall', 'functions are not supported; export the model with them inlined'],
  ['StatefulPartitionedCall', 'functions are not supported; export the model with them inlined'],
]);
