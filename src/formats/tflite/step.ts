/** One operator while it is being imported: checked access to its tensors and options, and the way to give its result. */

import type { Quantization } from '../../model/tensor.js';
import { countEntries } from '../shared/count-entries.js';
import { fail } from '../shared/fail.js';
import type { Handle, Target } from '../shared/target.js';
import { ActivationFunctionType } from './generated/activation-function-type.js';
import type { BuiltinOptions } from './generated/builtin-options.js';
import { TensorType } from './generated/tensor-type.js';
import type { Graph } from './graph.js';
import { type FileOperator, type FileTensor, fileTensor } from './model-file.js';
import { type StoredTensor, storedTensor } from './quantization.js';

/** Stored codes that the network has computed. */
export interface Activation {
  readonly handle: Handle;
  /** Without the batch axis. */
  readonly shape: readonly number[];
  readonly format: Quantization;
  /** How many axes of the file's tensor come before these: the batch axis, if it has one. */
  readonly batchAxes: number;
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

/** What is done to a result before it is stored: between which real numbers it is cut. */
const LIMITS: Readonly<Partial<Record<ActivationFunctionType, readonly [number, number]>>> = {
  [ActivationFunctionType.RELU]: [0, Number.POSITIVE_INFINITY],
  [ActivationFunctionType.RELU6]: [0, 6],
  [ActivationFunctionType.RELU_N1_TO_1]: [-1, 1],
};

/** The options' table in the file, and the generated code that reads it. */
export type OptionsOf<T> = readonly [BuiltinOptions, new () => T];

export class Step {
  readonly graph: Graph;
  readonly target: Target;
  readonly operator: FileOperator;
  /** The name of the operator's output tensor, which names the layer. */
  readonly name: string;
  /** Which of the operator's outputs this is about. */
  readonly position: number;
  readonly #output: FileTensor;

  /** @param position which of the operator's outputs this is about; the only one unless given */
  constructor(graph: Graph, operator: FileOperator, position?: number) {
    this.graph = graph;
    this.target = graph.target;
    this.operator = operator;
    this.position = position ?? 0;
    if (position === undefined && operator.outputs.length !== 1) fail('it must have one output');
    this.#output = fileTensor(graph.file, operator.outputs[this.position] ?? -1);
    this.name = this.#output.name;
    if (this.#output.data !== null) fail(`its output "${this.name}" is a constant`);
    if (graph.handleOf(this.#output.index) !== undefined) fail(`its output "${this.name}" is already computed`);
  }

  requireInputs(least: number, most = least): void {
    const { length } = this.operator.inputs;
    if (length < least || length > most) fail(`it has ${length} inputs`);
  }

  /** The file's tensor at that position, or null when it is left out. */
  input(position: number): FileTensor | null {
    const index = this.operator.inputs[position] ?? -1;
    if (index === -1) return null;
    const tensor = fileTensor(this.graph.file, index);
    if (tensor.trouble !== '') fail(`"${tensor.name}" ${tensor.trouble}`);
    return tensor;
  }

  /** The input at that position, which the network must have computed. */
  activation(position: number): Activation {
    const tensor = this.input(position) ?? fail(`input ${position} is missing`);
    const handle = this.graph.handleOf(tensor.index);
    if (handle === undefined) {
      if (tensor.data !== null) return fail(`its input "${tensor.name}" is a constant, which is not supported`);
      return fail(`it uses "${tensor.name}" before it is computed`);
    }
    const shape = this.target.shape(handle);
    return { handle, shape, format: this.target.format(handle)!, batchAxes: tensor.shape.length - shape.length };
  }

  /** What the codes stand for. */
  read({ handle, format }: Pick<Activation, 'handle' | 'format'>): Handle {
    return this.target.read(handle, format, `${this.name}/input`);
  }

  /** The real numbers at that position. */
  real(position: number): Handle {
    return this.read(this.activation(position));
  }

  /** The constant at that position, of one of the given types and of exactly its shape's length; null when left out. */
  optionalConstant(position: number, types: readonly TensorType[]): Constant | null {
    const tensor = this.input(position);
    if (tensor === null) return null;
    const { data, name, type, shape } = tensor;
    if (data === null) return fail(`"${name}" must be a constant of the file, but it is computed`);
    if (!types.includes(type)) fail(`the constant "${name}" is of type ${TensorType[type] ?? type}`);
    const entries = countEntries(shape, name, 1);
    if (data.length !== entries * ENTRY_BYTES[type]!) {
      fail(`the constant "${name}" has ${data.length} bytes, which is not what its shape says`);
    }
    return { tensor, data, entries };
  }

  constant(position: number, types: readonly TensorType[]): Constant {
    return this.optionalConstant(position, types) ?? fail(`input ${position} is missing`);
  }

  /** The entries of a small constant of whole numbers at that position: axes, a shape, an amount of padding. */
  integers(position: number, types: readonly TensorType[] = [TensorType.INT32]): number[] {
    return this.optionalIntegers(position, types) ?? fail(`input ${position} is missing`);
  }

  optionalIntegers(position: number, types: readonly TensorType[] = [TensorType.INT32]): number[] | null {
    const constant = this.optionalConstant(position, types);
    if (constant === null) return null;
    const { tensor, data, entries } = constant;
    if (entries > 64) fail(`the constant "${tensor.name}" is too long`);
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    return Array.from({ length: entries }, (_, index) =>
      tensor.type === TensorType.INT64 ? Number(view.getBigInt64(index * 8, true)) : view.getInt32(index * 4, true),
    );
  }

  /** The operator's options, or null when it has none. */
  optionalOptions<T>([type, accessor]: OptionsOf<T>): T | null {
    if (this.operator.accessor.builtinOptionsType() !== type) return null;
    return this.operator.accessor.builtinOptions(new accessor()) as T | null;
  }

  options<T>(of: OptionsOf<T>): T {
    return this.optionalOptions(of) ?? fail('its options are missing');
  }

  /** The output as the file describes it, with the batch axis. */
  outputShape(): readonly number[] {
    return this.#output.shape;
  }

  /** The output as the file describes it. */
  output(): StoredTensor {
    return storedTensor(this.#output);
  }

  /** The output, which the file must give this shape (without the batch axis). */
  outputOf(shape: readonly number[]): StoredTensor {
    const output = this.output();
    if (output.shape.join() === shape.join()) return output;
    return fail(`it gives ${shape.join('x')} entries, but the file says ${output.shape.join('x')}`);
  }

  /** The output of an operator that moves stored codes unchanged: it must have the input's quantization. */
  moved({ format: { scale, zeroPoint } }: Activation, output = this.output()): StoredTensor {
    if (output.format.scale === scale && output.format.zeroPoint === zeroPoint) return output;
    return fail(`"${output.name}" must have the same scale and zero point as its input`);
  }

  /** The same entries under that shape. */
  shaped(handle: Handle, shape: readonly number[]): Handle {
    if (this.target.shape(handle).join() === shape.join()) return handle;
    return this.target.reshape(handle, shape, `${this.name}/reshaped`);
  }

  /** Ends the step with real numbers, cut and stored as the file says. @param shape what the file must say; theirs unless given */
  store(x: Handle, activation = ActivationFunctionType.NONE, shape = this.target.shape(x)): void {
    const { format } = this.outputOf(shape);
    const limits = LIMITS[activation];
    if (limits === undefined && activation !== ActivationFunctionType.NONE) {
      fail(`the fused activation ${ActivationFunctionType[activation] ?? activation} is not supported`);
    }
    const cut = limits === undefined ? x : this.target.clamp(x, ...limits, `${this.name}/cut`);
    this.finish(this.target.store(this.shaped(cut, shape), format, this.name));
  }

  /** Ends the step with stored codes. */
  finish(handle: Handle): void {
    this.graph.bind(this.#output.index, handle);
  }
}
