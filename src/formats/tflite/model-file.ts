/** What a .tflite file says, as plain records: checked to be readable, not yet to make sense as a network. */
import { ModelError } from '../../model/errors.js';
import { BoundedBuffer } from './bounded-buffer.js';
import { BuiltinOperator } from './generated/builtin-operator.js';
import { Model } from './generated/model.js';
import type { Operator } from './generated/operator.js';
import type { SubGraph } from './generated/sub-graph.js';
import type { Tensor } from './generated/tensor.js';
import type { TensorType } from './generated/tensor-type.js';

/** One tensor of the file; `data` is there when it is constant, as a view of the file's bytes. */
export interface FileTensor {
  readonly index: number;
  readonly name: string;
  readonly type: TensorType;
  readonly shape: readonly number[];
  /** The shape with -1 for axes that are only known when the model runs; empty when the file does not say. */
  readonly signature: readonly number[];
  readonly data: Uint8Array | null;
  readonly scales: readonly number[];
  readonly zeroPoints: readonly bigint[];
  readonly quantizedAxis: number;
  /** Why the tensor cannot be used, whatever it is for, or an empty string. */
  readonly trouble: string;
}

/** One operator of the file. */
export interface FileOperator {
  readonly index: number;
  readonly code: BuiltinOperator;
  /** The official name of the kind of operator. */
  readonly kind: string;
  /** Tensor indices; -1 where an optional input is left out. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Where its options are read. */
  readonly accessor: Operator;
}

export interface ModelFile {
  readonly name: string;
  readonly byteLength: number;
  readonly tensors: readonly FileTensor[];
  readonly operators: readonly FileOperator[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

function list<T>(length: number, entry: (index: number) => T | null): T[] {
  const result: T[] = [];
  for (let index = 0; index < length; index++) {
    const value = entry(index);
    if (value !== null) result.push(value);
  }
  return result;
}

function readTensor(tensor: Tensor, index: number, buffers: readonly (Uint8Array | null)[]): FileTensor {
  const quantization = tensor.quantization();
  const name = tensor.name() || `tensor ${index}`;
  const buffer = tensor.buffer();
  let trouble = '';
  if (buffer >= buffers.length && buffer > 0) trouble = 'has no such buffer';
  else if (tensor.sparsity() !== null) trouble = 'is stored sparse';
  else if (tensor.isVariable()) trouble = 'is a variable';
  else if (quantization !== null && quantization.detailsType() !== 0) trouble = 'has a custom quantization';
  return {
    index,
    name,
    type: tensor.type(),
    shape: list(tensor.shapeLength(), (axis) => tensor.shape(axis)),
    signature: list(tensor.shapeSignatureLength(), (axis) => tensor.shapeSignature(axis)),
    // Buffer 0 is empty by convention: the tensor is computed.
    data: buffer === 0 ? null : (buffers[buffer] ?? null),
    scales: quantization === null ? [] : list(quantization.scaleLength(), (channel) => quantization.scale(channel)),
    zeroPoints:
      quantization === null ? [] : list(quantization.zeroPointLength(), (channel) => quantization.zeroPoint(channel)),
    quantizedAxis: quantization?.quantizedDimension() ?? 0,
    trouble,
  };
}

interface Code {
  readonly code: BuiltinOperator;
  readonly kind: string;
}

function readCodes(model: Model): Code[] {
  return list(model.operatorCodesLength(), (index) => {
    const entry = model.operatorCodes(index);
    if (entry === null) return null;
    // Old files use the one-byte field, new files both; the larger one is right.
    const code: BuiltinOperator = Math.max(entry.deprecatedBuiltinCode(), entry.builtinCode());
    const custom = code === BuiltinOperator.CUSTOM ? ` "${entry.customCode() ?? ''}"` : '';
    return { code, kind: `${BuiltinOperator[code] ?? `operator code ${code}`}${custom}` };
  });
}

function readOperators(graph: SubGraph, codes: readonly Code[], name: string): FileOperator[] {
  return list(graph.operatorsLength(), (index) => {
    const accessor = graph.operators(index);
    if (accessor === null) return null;
    const code = codes[accessor.opcodeIndex()];
    if (code === undefined) throw new ModelError(`${name} is damaged: operator ${index} is of no kind it lists.`);
    return {
      index,
      ...code,
      inputs: list(accessor.inputsLength(), (position) => accessor.inputs(position)),
      outputs: list(accessor.outputsLength(), (position) => accessor.outputs(position)),
      accessor,
    };
  });
}

/**
 * Reads the file's first subgraph, which is the model.
 * @throws ModelError when the bytes are not a TensorFlow Lite file of version 3, are damaged, or are cut short.
 */
export function readModelFile(bytes: Uint8Array, name: string): ModelFile {
  if (bytes.length === 0) throw new ModelError(`${name} is empty: give a .tflite file.`);
  const buffer = new BoundedBuffer(bytes, name);
  if (bytes.length < 8 || !Model.bufferHasIdentifier(buffer)) {
    throw new ModelError(`${name} is not a TensorFlow Lite file: give a .tflite file.`);
  }
  const model = Model.getRootAsModel(buffer);
  if (model.version() !== 3) {
    throw new ModelError(`${name} is of version ${model.version()} of the format, and only version 3 is known.`);
  }
  const graph = model.subgraphsLength() > 0 ? model.subgraphs(0) : null;
  if (graph === null) throw new ModelError(`${name} holds no model.`);
  const buffers = list<{ data: Uint8Array | null }>(model.buffersLength(), (index) => {
    const entry = model.buffers(index);
    return { data: entry !== null && entry.dataLength() > 0 ? entry.dataArray() : null };
  }).map(({ data }) => data);
  return {
    name,
    byteLength: bytes.length,
    tensors: list(graph.tensorsLength(), (index) => {
      const tensor = graph.tensors(index);
      return tensor === null ? null : readTensor(tensor, index, buffers);
    }),
    operators: readOperators(graph, readCodes(model), name),
    inputs: list(graph.inputsLength(), (index) => graph.inputs(index)),
    outputs: list(graph.outputsLength(), (index) => graph.outputs(index)),
  };
}

/** The file's tensor of that index. @throws ModelError when there is none */
export function fileTensor(file: ModelFile, index: number): FileTensor {
  const tensor = file.tensors[index];
  if (tensor === undefined) throw new ModelError(`${file.name} is damaged: it has no tensor ${index}.`);
  return tensor;
}
