/** One node while it is being imported: checked access to its inputs and attributes. */

import { fail, shown } from '../../shared/fail.js';
import { anAxis } from '../arrangement.js';
import { type Constant, integersOf } from '../constant.js';
import type { Construction } from '../construction.js';
import type { Activation, Value } from '../value.js';
import type { Attributes } from './attributes.js';
import type { GraphNode } from './nodes.js';

export class Step {
  readonly c: Construction;
  readonly node: GraphNode;
  readonly inputs: readonly Value[];

  constructor(c: Construction, node: GraphNode, inputs: readonly Value[]) {
    this.c = c;
    this.node = node;
    this.inputs = inputs;
  }

  get name(): string {
    return this.node.name;
  }

  get attributes(): Attributes {
    return this.node.attributes;
  }

  value(position: number): Value {
    return this.inputs[position] ?? fail(`input ${position} is missing`);
  }

  /** The input at that position, which depends on the model's input; it may have a border. */
  bordered(position: number): Activation {
    const value = this.value(position);
    if (value.kind === 'constant') return fail(`its input ${position} is a constant, which is not supported`);
    return value.blocks === null
      ? value
      : fail('it reads blocks of a SpaceToBatchND, which is supported for convolutions');
  }

  /** The same with its border, if it has one, made part of the tensor. */
  activation(position: number): Activation {
    return this.c.settled(this.bordered(position), this.name);
  }

  constant(position: number): Constant {
    const value = this.value(position);
    if (value.kind === 'constant') return value;
    const { node } = this.node.inputs[position]!;
    return fail(`its input ${shown(node)} must be a constant, but it is computed`);
  }

  integers(position: number): number[] {
    return integersOf(this.constant(position));
  }

  /** Axes as a list of whole numbers, each of which may count from the end. */
  axes(given: readonly number[], count: number): number[] {
    return [...new Set(given.map((axis) => anAxis(axis, count)))];
  }

  /** @throws ModelError when the node has its channels first */
  requireChannelsLast(): void {
    const format = this.attributes.text('data_format', 'NHWC');
    if (format !== 'NHWC') fail(`its data_format is ${shown(format)}; only NHWC is supported`);
  }
}

/** Gives the node's outputs. */
export type StepImporter = (step: Step) => Value | readonly Value[];
