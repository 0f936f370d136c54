/** One node while it is being imported: checked access to its inputs and attributes, and the way to give its result. */
import { ModelError } from '../../model/errors.js';
import type { Handle, Target } from '../shared/target.js';
import type { Constant } from './constant.js';
import { isReal } from './element-type.js';
import type { Graph } from './graph.js';
import type { Layout } from './layout.js';
import type { FileNode } from './model-file.js';
import { type Activation, activation, type Value } from './value.js';
import { type WireAttribute, wireNumber } from './wire.js';

/** The format's kinds of attributes. */
const KINDS = { f: 1, i: 2, s: 3, t: 4, floats: 6, ints: 7 } as const;

const MOST_SMALL_INTEGERS = 64;

export class Step {
  readonly graph: Graph;
  readonly target: Target;
  readonly node: FileNode;
  /** The name of the node's first output, which names the layer. */
  readonly name: string;

  constructor(graph: Graph, node: FileNode) {
    this.graph = graph;
    this.target = graph.target;
    this.node = node;
    this.name = node.outputs[0] ?? '';
  }

  /** The version of the standard operators. */
  get version(): number {
    return this.graph.file.version;
  }

  fail(why: string): never {
    throw new ModelError(`${why}.`);
  }

  // Inputs

  optional(position: number): Value | null {
    const name = this.node.inputs[position] ?? '';
    if (name === '') return null;
    return (
      this.graph.valueOf(name) ??
      this.fail(`it uses "${name}", which nothing before it computes: the graph has a cycle or is not in order`)
    );
  }

  value(position: number): Value {
    return this.optional(position) ?? this.fail(`input ${position} is missing`);
  }

  /** The input at that position, which depends on the model's input; it may have a border. */
  bordered(position: number): Activation {
    const value = this.value(position);
    return value.kind === 'activation'
      ? value
      : this.fail(`its input ${position} is a constant, which is not supported`);
  }

  /** The same with its border, if it has one, made part of the tensor. */
  activation(position: number): Activation {
    return this.settled(this.bordered(position));
  }

  settled(x: Activation): Activation {
    if (x.border === null) return x;
    return activation(this.target.pad(x.handle, x.border, `${this.name}/padded`), x.layout);
  }

  optionalConstant(position: number): Constant | null {
    const value = this.optional(position);
    if (value === null || value.kind === 'constant') return value;
    return this.fail(`its input "${this.node.inputs[position]}" must be a constant, but it is computed`);
  }

  constant(position: number): Constant {
    return this.optionalConstant(position) ?? this.fail(`input ${position} is missing`);
  }

  /** The entries of a constant of real numbers, in double precision. */
  reals(constant: Constant): Float64Array {
    if (!isReal(constant.type))
      this.fail(`the constant "${constant.name}" is of type ${constant.type}, not of real numbers`);
    const { codes, entries } = constant;
    this.graph.charge(entries.length);
    // Of codes the exact products: a bias then comes back as the whole numbers it was.
    if (codes?.scales.length === 1) return Float64Array.from(codes.centred, (code) => code * codes.scales[0]!);
    if (codes !== undefined && constant.shape.length === 1) {
      return Float64Array.from(codes.centred, (code, channel) => code * codes.scales[channel]!);
    }
    return Float64Array.from(entries);
  }

  /** The one entry of a constant. */
  scalar(constant: Constant): number {
    if (constant.entries.length !== 1) this.fail(`the constant "${constant.name}" must have one entry`);
    return constant.entries[0]!;
  }

  /** A few whole numbers: axes, a shape, amounts of padding. */
  integers(constant: Constant): number[] {
    const { entries, name, type } = constant;
    if (isReal(type)) this.fail(`the constant "${name}" is of type ${type}, not of whole numbers`);
    if (entries.length > MOST_SMALL_INTEGERS) this.fail(`the constant "${name}" is too long`);
    return Array.from(entries);
  }

  // Attributes

  #attribute(name: string, field: keyof typeof KINDS): WireAttribute | null {
    const attribute = this.node.attributes.get(name);
    if (attribute === undefined) return null;
    // Files of the first versions do not say the kind.
    if (attribute.type !== 0 && attribute.type !== KINDS[field])
      this.fail(`its attribute "${name}" is of another kind`);
    return attribute;
  }

  int(name: string, otherwise: number): number {
    const attribute = this.#attribute(name, 'i');
    return attribute === null ? otherwise : wireNumber(attribute.i);
  }

  ints(name: string): number[] | null {
    const attribute = this.#attribute(name, 'ints');
    if (attribute === null) return null;
    if (attribute.ints.length > MOST_SMALL_INTEGERS) this.fail(`its attribute "${name}" is too long`);
    return attribute.ints.map(wireNumber);
  }

  floats(name: string): number[] | null {
    const attribute = this.#attribute(name, 'floats');
    if (attribute === null) return null;
    if (attribute.floats.length > MOST_SMALL_INTEGERS) this.fail(`its attribute "${name}" is too long`);
    return [...attribute.floats];
  }

  float(name: string, otherwise: number): number {
    return this.#attribute(name, 'f')?.f ?? otherwise;
  }

  text(name: string, otherwise: string): string {
    const attribute = this.#attribute(name, 's');
    return attribute === null ? otherwise : new TextDecoder().decode(attribute.s.subarray(0, MOST_SMALL_INTEGERS));
  }

  /** The tensor that is the attribute. */
  tensor(name: string): Constant | null {
    const attribute = this.#attribute(name, 't');
    return attribute === null ? null : this.graph.file.attributeTensor(attribute, this.name);
  }

  /** An attribute of older versions that became an input: a list of whole numbers. */
  integersAt(name: string, position: number): number[] | null {
    const constant = this.optionalConstant(position);
    return constant === null ? this.ints(name) : this.integers(constant);
  }

  /** An axis, which may be counted from the end. */
  axis(axis: number, count: number): number {
    const from = axis < 0 ? axis + count : axis;
    if (!Number.isInteger(from) || from < 0 || from >= count) this.fail(`there is no axis ${axis}`);
    return from;
  }

  // Results

  finish(value: Value): void {
    this.graph.bind(this.name, value);
  }

  give(handle: Handle, layout: Layout): void {
    this.finish(activation(handle, layout));
  }
}

export type Importer = (step: Step) => void;
