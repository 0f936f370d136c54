/** Builds small .tflite files for tests. */
import { Builder, type Offset } from 'flatbuffers';
import { Buffer as FileBuffer } from '../../../src/formats/tflite/generated/buffer.js';
import type { BuiltinOperator } from '../../../src/formats/tflite/generated/builtin-operator.js';
import { BuiltinOptions } from '../../../src/formats/tflite/generated/builtin-options.js';
import { Model } from '../../../src/formats/tflite/generated/model.js';
import { Operator } from '../../../src/formats/tflite/generated/operator.js';
import { OperatorCode } from '../../../src/formats/tflite/generated/operator-code.js';
import { QuantizationParameters } from '../../../src/formats/tflite/generated/quantization-parameters.js';
import { SubGraph } from '../../../src/formats/tflite/generated/sub-graph.js';
import { Tensor } from '../../../src/formats/tflite/generated/tensor.js';
import { TensorType } from '../../../src/formats/tflite/generated/tensor-type.js';

export interface TensorSpec {
  readonly name?: string;
  readonly shape: readonly number[];
  readonly signature?: readonly number[];
  /** UINT8 when left out. */
  readonly type?: TensorType;
  readonly scales?: readonly number[];
  readonly zeroPoints?: readonly number[];
  readonly axis?: number;
  /** Makes the tensor a constant. */
  readonly data?: readonly number[];
}

export interface OperatorSpec {
  readonly code: BuiltinOperator;
  /** Of a CUSTOM operator. */
  readonly custom?: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** How many times the operators' list names this one. */
  readonly copies?: number;
  readonly options?: readonly [BuiltinOptions, (builder: Builder) => Offset];
}

export interface ModelSpec {
  readonly version?: number;
  readonly tensors: readonly TensorSpec[];
  readonly operators: readonly OperatorSpec[];
  /** Tensor 0 when left out. */
  readonly inputs?: readonly number[];
  /** The last operator's outputs when left out. */
  readonly outputs?: readonly number[];
}

/** A tensor of 8-bit codes. */
export function codes(shape: readonly number[], scale: number, zeroPoint: number, more: Partial<TensorSpec> = {}) {
  return { shape, scales: [scale], zeroPoints: [zeroPoint], ...more };
}

/** A constant of 32-bit integers. */
export function integers(data: readonly number[], shape: readonly number[] = [data.length]): TensorSpec {
  return { shape, type: TensorType.INT32, data };
}

function bytesOf({ data = [], type }: TensorSpec): Uint8Array {
  if (type === TensorType.INT32) return new Uint8Array(Int32Array.from(data).buffer);
  if (type === TensorType.INT64) return new Uint8Array(BigInt64Array.from(data, BigInt).buffer);
  if (type === TensorType.FLOAT32) return new Uint8Array(Float32Array.from(data).buffer);
  return Uint8Array.from(data, (value) => value & 255);
}

function tensorOffset(builder: Builder, tensor: TensorSpec, index: number, buffer: number): Offset {
  const name = builder.createSharedString(tensor.name ?? `t${index}`);
  const shape = Tensor.createShapeVector(builder, [...tensor.shape]);
  const signature =
    tensor.signature === undefined ? 0 : Tensor.createShapeSignatureVector(builder, [...tensor.signature]);
  let quantization = 0;
  if (tensor.scales !== undefined) {
    const scale = QuantizationParameters.createScaleVector(builder, [...tensor.scales]);
    const zeroPoint = QuantizationParameters.createZeroPointVector(builder, (tensor.zeroPoints ?? []).map(BigInt));
    QuantizationParameters.startQuantizationParameters(builder);
    QuantizationParameters.addScale(builder, scale);
    QuantizationParameters.addZeroPoint(builder, zeroPoint);
    QuantizationParameters.addQuantizedDimension(builder, tensor.axis ?? 0);
    quantization = QuantizationParameters.endQuantizationParameters(builder);
  }
  Tensor.startTensor(builder);
  Tensor.addShape(builder, shape);
  Tensor.addType(builder, tensor.type ?? TensorType.UINT8);
  Tensor.addBuffer(builder, buffer);
  Tensor.addName(builder, name);
  if (quantization !== 0) Tensor.addQuantization(builder, quantization);
  if (signature !== 0) Tensor.addShapeSignature(builder, signature);
  return Tensor.endTensor(builder);
}

function operatorOffset(builder: Builder, operator: OperatorSpec, code: number): Offset {
  const inputs = Operator.createInputsVector(builder, [...operator.inputs]);
  const outputs = Operator.createOutputsVector(builder, [...operator.outputs]);
  const [type, make] = operator.options ?? [BuiltinOptions.NONE, () => 0];
  const options = make(builder);
  Operator.startOperator(builder);
  Operator.addOpcodeIndex(builder, code);
  Operator.addInputs(builder, inputs);
  Operator.addOutputs(builder, outputs);
  Operator.addBuiltinOptionsType(builder, type);
  if (options !== 0) Operator.addBuiltinOptions(builder, options);
  return Operator.endOperator(builder);
}

function codeOffset(builder: Builder, { code, custom }: OperatorSpec): Offset {
  const name = custom === undefined ? 0 : builder.createString(custom);
  OperatorCode.startOperatorCode(builder);
  OperatorCode.addDeprecatedBuiltinCode(builder, Math.min(code, 127));
  OperatorCode.addBuiltinCode(builder, code);
  if (name !== 0) OperatorCode.addCustomCode(builder, name);
  return OperatorCode.endOperatorCode(builder);
}

/** The bytes of a .tflite file: one buffer per constant after the empty buffer 0, one operator code per operator. */
export function buildTflite(model: ModelSpec): Uint8Array {
  const builder = new Builder(1024);
  const buffers: Offset[] = [FileBuffer.createBuffer(builder, 0)];
  const tensors = model.tensors.map((tensor, index) => {
    if (tensor.data === undefined) return tensorOffset(builder, tensor, index, 0);
    const data = FileBuffer.createDataVector(builder, bytesOf(tensor));
    buffers.push(FileBuffer.createBuffer(builder, data));
    return tensorOffset(builder, tensor, index, buffers.length - 1);
  });
  const tensorsVector = SubGraph.createTensorsVector(builder, tensors);
  const operators = model.operators.flatMap((operator, index) => {
    const offset = operatorOffset(builder, operator, index);
    return Array<Offset>(operator.copies ?? 1).fill(offset);
  });
  const operatorsVector = SubGraph.createOperatorsVector(builder, operators);
  const inputs = SubGraph.createInputsVector(builder, [...(model.inputs ?? [0])]);
  const outputs = SubGraph.createOutputsVector(builder, [...(model.outputs ?? model.operators.at(-1)?.outputs ?? [])]);
  const graph = SubGraph.createSubGraph(builder, tensorsVector, inputs, outputs, operatorsVector);
  const graphs = Model.createSubgraphsVector(builder, [graph]);
  const opcodes = model.operators.map((operator) => codeOffset(builder, operator));
  const codesVector = Model.createOperatorCodesVector(builder, opcodes);
  const buffersVector = Model.createBuffersVector(builder, buffers);
  Model.startModel(builder);
  Model.addVersion(builder, model.version ?? 3);
  Model.addOperatorCodes(builder, codesVector);
  Model.addSubgraphs(builder, graphs);
  Model.addBuffers(builder, buffersVector);
  Model.finishModelBuffer(builder, Model.endModel(builder));
  return builder.asUint8Array().slice();
}
