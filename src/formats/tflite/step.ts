/** One operator while it is being imported: checked access to its tensors and options, and the way to add its result. */

import { ModelError } from '../../model/errors.js';
import type { Operation } from '../../model/quantized-network.js';
import type { ActivationTensor, TensorId } from '../../model/tensor.js';
import type { BuiltinOptions } from './generated/builtin-options.js';
import { TensorType } from './generated/tensor-type.js';
import type { Graph } from './graph.js';
import type { FileOperator, FileTensor, ModelFile } from './model-file.js';
import { activationTensor, entryCount, type Fail } from './quantization.js';

/** A tensor of the network with its id. */
export interface Activation {
  readonly id: TensorId;
  readonly tensor: ActivationTensor;
}

/** A constant tensor of the file. */
export interface Constant {
  readonly tensor: FileTensor;
  readonly data: Uint8Array;
  readonly entries: number;
}

const ENTRY_BYTES: Partial<Record<TensorType, number>> = {
  [TensorType.UINT8]: 1,
  [TensorType.INT8]: 1,
  [TensorType.INT32]: 4,
  [TensorType.INT64]: 8,
};

/** An options accessor of the generated code. */
type Options<T> = new () => T;

export class Step {
  readonly graph: Graph;
  readonly operator: FileOperator;
  /** The name of the operator's output tensor, which names the layer. */
  readonly name: string;
  /** Which of the operator's outputs this is about. */
  readonly position: number;
  readonly #fileName: string;
  readonly #outputIndex: number;

  /** @param position which of the operator's outputs this is about; the only one unless given */
  constructor(graph: Graph, operator: FileOperator, file: ModelFile, position?: number) {
    this.graph = graph;
    this.operator = operator;
    this.#fileName = file.name;
    this.position = position ?? 0;
    this.#outputIndex = operator.outputs[this.position] ?? -1;
    this.name = file.tensors[this.#outputIndex]?.name ?? '';
    if (position === undefined && operator.outputs.length !== 1) this.fail('it must have one output');
    const output = graph.fileTensor(this.#outputIndex);
    if (output.data !== null) this.fail(`its output "${output.name}" is a constant`);
    if (graph.idOf(output.index) !== undefined) this.fail(`its output "${output.name}" is already computed`);
  }

  /** @throws ModelError that names the file, the operator and the layer. */
  readonly fail: Fail = (why) => {
    const { index, kind } = this.operator;
    throw new ModelError(`${this.#fileName}: operator ${index} (${kind}, "${this.name}") cannot be used: ${why}.`);
  };

  /** Runs a check of the library's own that throws `RangeError`, and says it as a `ModelError`. */
  checked<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      if (error instanceof RangeError) return this.fail(error.message);
      throw error;
    }
  }

  /** Runs a check that throws `ModelError` without saying where, and says it. */
  refused<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      if (error instanceof ModelError) return this.fail(error.message.replace(/\.$/, ''));
      throw error;
    }
  }

  requireInputs(least: number, most = least): void {
    const { length } = this.operator.inputs;
    if (length < least || length > most) this.fail(`it has ${length} inputs`);
  }

  #input(position: number): FileTensor | null {
    const index = this.operator.inputs[position] ?? -1;
    if (index === -1) return null;
    const tensor = this.graph.fileTensor(index);
    if (tensor.trouble !== '') this.fail(`"${tensor.name}" ${tensor.trouble}`);
    return tensor;
  }

  /** The input at that position, which the network must have computed. */
  activation(position: number): Activation {
    const tensor = this.#input(position) ?? this.fail(`input ${position} is missing`);
    const id = this.graph.idOf(tensor.index);
    if (id !== undefined) return { id, tensor: this.graph.tensors[id]! };
    if (tensor.data !== null) return this.fail(`its input "${tensor.name}" is a constant, which is not supported`);
    return this.fail(`it uses "${tensor.name}" before it is computed`);
  }

  /** The constant at that position, of one of the given types and of exactly its shape's length; null when left out. */
  optionalConstant(position: number, types: readonly TensorType[]): Constant | null {
    const tensor = this.#input(position);
    if (tensor === null) return null;
    const { data } = tensor;
    if (data === null) return this.fail(`"${tensor.name}" must be a constant of the file, but it is computed`);
    if (!types.includes(tensor.type)) {
      this.fail(`the constant "${tensor.name}" is of type ${TensorType[tensor.type] ?? tensor.type}`);
    }
    const entries = entryCount(tensor, this.fail);
    if (data.length !== entries * ENTRY_BYTES[tensor.type]!) {
      this.fail(`the constant "${tensor.name}" has ${data.length} bytes, which is not what its shape says`);
    }
    return { tensor, data, entries };
  }

  constant(position: number, types: readonly TensorType[]): Constant {
    return this.optionalConstant(position, types) ?? this.fail(`input ${position} is missing`);
  }

  /** The entries of a small constant of whole numbers (int32 or int64): axes, a shape, an amount of padding. */
  smallIntegers(constant: Constant): number[] {
    const { tensor, data, entries } = constant;
    if (entries > 64) this.fail(`the constant "${tensor.name}" is too long`);
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    return Array.from({ length: entries }, (_, index) =>
      tensor.type === TensorType.INT64 ? Number(view.getBigInt64(index * 8, true)) : view.getInt32(index * 4, true),
    );
  }

  /** The operator's options, or null when it has none. */
  optionalOptions<T>(type: BuiltinOptions, accessor: Options<T>): T | null {
    if (this.operator.accessor.builtinOptionsType() !== type) return null;
    return this.operator.accessor.builtinOptions(new accessor()) as T | null;
  }

  options<T>(type: BuiltinOptions, accessor: Options<T>): T {
    return this.optionalOptions(type, accessor) ?? this.fail('its options are missing');
  }

  /** The output tensor as the file describes it, with the full range of its type. */
  output(): ActivationTensor {
    return activationTensor(this.graph.fileTensor(this.#outputIndex), this.fail);
  }

  /** Fails unless the file gives the output this shape (without the batch axis). */
  requireShape(output: ActivationTensor, shape: readonly number[]): void {
    if (output.shape.join() !== shape.join()) {
      this.fail(`it gives ${shape.join('x')} entries, but the file says ${output.shape.join('x')}`);
    }
  }

  /** Adds an operation with a result that no tensor of the file stands for. */
  insert(tensor: ActivationTensor, operation: (output: TensorId) => Operation): Activation {
    const id = this.graph.add(tensor);
    this.graph.operations.push(operation(id));
    return { id, tensor };
  }

  /** Adds the operation that gives the operator's output. */
  finish(tensor: ActivationTensor, operation: (output: TensorId) => Operation): void {
    this.graph.bind(this.#outputIndex, this.insert(tensor, operation).id);
  }

  /** Declares that the operator changes nothing: its output is its input. */
  passOn(id: TensorId): void {
    this.graph.bind(this.#outputIndex, id);
  }
}
