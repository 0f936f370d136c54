/** Imports a quantized TensorFlow Lite file as a quantized network. */

import { realFunction } from '../../graph/index.js';
import { ModelError } from '../../model/errors.js';
import type { QuantizedNetwork } from '../../model/quantized-network.js';
import { lower } from '../../quantizer/index.js';
import { located } from '../shared/fail.js';
import { Target } from '../shared/target.js';
import { importConcat, importPad, importReshape, importSqueeze } from './arrangement.js';
import { importDequantize, quantizedInput } from './border.js';
import { importFunction, importRescale, importSoftmax, leakyRelu } from './functions.js';
import { ActivationFunctionType } from './generated/activation-function-type.js';
import { AddOptions } from './generated/add-options.js';
import { BuiltinOperator } from './generated/builtin-operator.js';
import { BuiltinOptions } from './generated/builtin-options.js';
import { MulOptions } from './generated/mul-options.js';
import { SubOptions } from './generated/sub-options.js';
import { Graph } from './graph.js';
import { importConvolution, importDepthwiseConvolution, importFullyConnected } from './linear.js';
import { type FileOperator, fileTensor, type ModelFile, readModelFile } from './model-file.js';
import { importPair, tabled } from './pairs.js';
import { importL2Pool, importMean, importPool } from './pooling.js';
import { storedTensor } from './quantization.js';
import { importResizeBilinear, importResizeNearest } from './resize.js';
import { Step } from './step.js';
import {
  importDepthToSpace,
  importSlice,
  importSpaceToDepth,
  importSplit,
  importSplitSizes,
  importStridedSlice,
  importTranspose,
  importUnpack,
} from './take.js';
import { importTransposedConvolution } from './transposed-convolution.js';

type Importer = (step: Step) => void;

/** Operators with several outputs, which are imported one by one. */
const SEVERAL: ReadonlySet<BuiltinOperator> = new Set([
  BuiltinOperator.SPLIT,
  BuiltinOperator.SPLIT_V,
  BuiltinOperator.UNPACK,
]);

function importers(file: ModelFile): ReadonlyMap<BuiltinOperator, Importer> {
  return new Map<BuiltinOperator, Importer>([
    [BuiltinOperator.CONV_2D, importConvolution],
    [BuiltinOperator.DEPTHWISE_CONV_2D, importDepthwiseConvolution],
    [BuiltinOperator.FULLY_CONNECTED, importFullyConnected],
    [BuiltinOperator.ADD, importPair('add', [BuiltinOptions.AddOptions, AddOptions])],
    [BuiltinOperator.SUB, importPair('subtract', [BuiltinOptions.SubOptions, SubOptions])],
    [BuiltinOperator.MUL, importPair('multiply', [BuiltinOptions.MulOptions, MulOptions])],
    [BuiltinOperator.MAXIMUM, importPair('larger')],
    [BuiltinOperator.MINIMUM, importPair('smaller')],
    [BuiltinOperator.TRANSPOSE, importTranspose],
    [BuiltinOperator.STRIDED_SLICE, importStridedSlice],
    [BuiltinOperator.RESIZE_NEAREST_NEIGHBOR, importResizeNearest],
    [BuiltinOperator.RESIZE_BILINEAR, importResizeBilinear],
    [BuiltinOperator.CONCATENATION, importConcat],
    [BuiltinOperator.AVERAGE_POOL_2D, importPool('averagePool')],
    [BuiltinOperator.MAX_POOL_2D, importPool('maxPool')],
    [BuiltinOperator.MEAN, importMean],
    [BuiltinOperator.PAD, importPad],
    [BuiltinOperator.RESHAPE, importReshape],
    [BuiltinOperator.SQUEEZE, importSqueeze],
    [BuiltinOperator.SOFTMAX, importSoftmax],
    [BuiltinOperator.TRANSPOSE_CONV, importTransposedConvolution],
    [BuiltinOperator.L2_POOL_2D, importL2Pool],
    [BuiltinOperator.DEPTH_TO_SPACE, importDepthToSpace],
    [BuiltinOperator.SPACE_TO_DEPTH, importSpaceToDepth],
    [BuiltinOperator.SLICE, importSlice],
    [BuiltinOperator.SPLIT, importSplit],
    [BuiltinOperator.SPLIT_V, importSplitSizes],
    [BuiltinOperator.UNPACK, importUnpack],
    [BuiltinOperator.LOGISTIC, importFunction(() => realFunction('sigmoid'))],
    [BuiltinOperator.TANH, importFunction(() => realFunction('tanh'))],
    [BuiltinOperator.HARD_SWISH, importFunction(() => realFunction('hardSwish'))],
    [BuiltinOperator.LEAKY_RELU, importFunction(leakyRelu)],
    [BuiltinOperator.ELU, importFunction(() => realFunction('elu'))],
    [BuiltinOperator.EXP, importFunction(() => realFunction('exponential'))],
    [BuiltinOperator.LOG, importFunction(() => realFunction('logarithm'))],
    [BuiltinOperator.SQRT, importFunction(() => realFunction('squareRoot'))],
    [BuiltinOperator.RSQRT, importFunction(() => realFunction('power', -0.5))],
    [BuiltinOperator.ABS, importFunction(() => realFunction('absolute'))],
    [BuiltinOperator.NEG, importFunction(() => realFunction('affine', -1, 0))],
    [BuiltinOperator.RELU_0_TO_1, importFunction(() => tabled(realFunction('clamp', 0, 1)))],
    [BuiltinOperator.RELU, importRescale(ActivationFunctionType.RELU)],
    [BuiltinOperator.RELU6, importRescale(ActivationFunctionType.RELU6)],
    [BuiltinOperator.RELU_N1_TO_1, importRescale(ActivationFunctionType.RELU_N1_TO_1)],
    [BuiltinOperator.QUANTIZE, importRescale(ActivationFunctionType.NONE)],
    [BuiltinOperator.DEQUANTIZE, importDequantize(file)],
  ]);
}

function requireSupported(file: ModelFile, operators: readonly FileOperator[], known: ReadonlyMap<number, Importer>) {
  const unknown = operators.find(({ code }) => !known.has(code));
  if (unknown === undefined) return;
  const supported = [...known.keys()].map((code) => BuiltinOperator[code]).join(', ');
  throw new ModelError(
    `${file.name}: operator ${unknown.index} is of kind ${unknown.kind}, which is not supported; ` +
      `supported are ${supported}.`,
  );
}

/**
 * The quantized network that a .tflite file holds (uint8 with one scale per tensor, or int8 with one per channel).
 *
 * Weights and activations become centred integers (code - zero point); the batch axis, which must be of size 1, is
 * dropped; layers are named after their output tensors. Input ranges of linear maps are as narrow as the operations
 * before them leave them.
 * @param bytes the whole file; nothing of the result refers to it
 * @param name what the network and error messages call it
 * @throws ModelError when the file is damaged, is not quantized, uses an operator that is not supported, or does not
 *   make sense as a network; nothing else is thrown, whatever the bytes are.
 * @example const network = importTflite(await readFile('mobilenet.tflite'), 'mobilenet');
 */
export function importTflite(bytes: Uint8Array, name: string): QuantizedNetwork {
  const file = readModelFile(bytes, name);
  if (file.inputs.length !== 1) {
    throw new ModelError(`${name} has ${file.inputs.length} inputs, and only models with one are supported.`);
  }
  if (file.outputs.length === 0) throw new ModelError(`${name} has no outputs.`);
  const known = importers(file);
  const { input, skipped } = quantizedInput(file, fileTensor(file, file.inputs[0]!));
  const operators = file.operators.filter((operator) => operator !== skipped);
  requireSupported(file, operators, known);
  if (operators.length === 0) throw new ModelError(`${name} has no operators.`);

  const first = located(name, () => storedTensor(fileTensor(file, input)));
  const graph = new Graph(file, (charge) => new Target(name, first.shape, true, charge));
  const { target } = graph;
  graph.bind(input, target.store(target.input, first.format, first.name));
  for (const operator of operators) {
    const { index, kind, code, outputs } = operator;
    for (const position of SEVERAL.has(code) ? outputs.keys() : [undefined]) {
      const output = file.tensors[outputs[position ?? 0] ?? -1]?.name ?? '';
      const where = `${name}: operator ${index} (${kind}, "${output}")`;
      located(where, () => known.get(code)!(new Step(graph, operator, position)));
    }
  }
  const outputs = file.outputs.map((index) => {
    const output = fileTensor(file, index);
    const handle = graph.handleOf(index);
    if (handle === undefined) throw new ModelError(`${name}: no operator computes its output "${output.name}".`);
    return handle;
  });
  const network = target.build(outputs);
  const tensors = network.tensors.with(network.input, { ...network.tensors[network.input]!, name: first.name });
  return lower({ ...network, tensors });
}
