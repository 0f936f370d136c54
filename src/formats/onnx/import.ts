/** Walks through a model's nodes. */

import type { FloatNetwork } from '../../graph/index.js';
import { ModelError } from '../../model/errors.js';
import { Target } from '../shared/target.js';
import { folded } from './folding.js';
import { Graph } from './graph.js';
import { inOrder, type Layout, LayoutError, layoutOf, shapeOf } from './layout.js';
import type { FileNode, ModelFile } from './model-file.js';
import { reordered, usualOrder } from './moving.js';
import { FLOAT_OPERATORS, QUANTIZED_OPERATORS, REFUSALS } from './operators.js';
import { type Importer, Step } from './step.js';
import { type Activation, activation } from './value.js';

/** A small message around whatever refuses a node: the file, the node, and why. */
function importNode(graph: Graph, node: FileNode, operators: Readonly<Record<string, Importer | undefined>>): void {
  const { name } = graph.file;
  const where = `${name}: node ${node.index} (${node.kind} "${node.name || node.outputs[0] || ''}")`;
  try {
    const step = new Step(graph, node);
    const importer = Object.hasOwn(operators, node.kind) ? operators[node.kind] : undefined;
    if (importer === undefined && Object.hasOwn(REFUSALS, node.kind)) step.fail(REFUSALS[node.kind]!);
    const constant =
      node.inputs.length > 0 && node.inputs.every((input, at) => input === '' || step.value(at).kind === 'constant');
    const result = constant ? folded(step) : null;
    if (result !== null) step.finish(result);
    else if (importer === undefined)
      step.fail(`the operator is not supported; supported are ${Object.keys(operators).join(', ')}`);
    else importer(step);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const Kind = error instanceof LayoutError ? LayoutError : ModelError;
    throw new Kind(`${where} cannot be used: ${error.message}`);
  }
}

/** The input's layout: channels last in memory, or everything in the model's own order. */
export type InputOrder = 'channelsLast' | 'asIs';

function inputLayout(
  shape: readonly number[],
  order: InputOrder,
): { readonly layout: Layout; readonly shape: readonly number[] } {
  const axes = [...shape.keys()];
  const channel = shape.length === 3 && shape[0] !== 1 ? 0 : 1;
  const last = order === 'channelsLast' && shape.length >= 3 && shape.length <= 4;
  const memory = last ? [...axes.filter((axis) => axis !== channel), channel] : axes;
  return { layout: layoutOf(shape, memory), shape: withoutBatch(memory.map((axis) => shape[axis]!)) };
}

function withoutBatch(sizes: readonly number[]): readonly number[] {
  const rest = sizes.length > 1 && sizes[0] === 1 ? sizes.slice(1) : sizes;
  return rest.length === 0 ? [1] : rest;
}

/** An output must lie in the model's order, or in that order with the channels last. */
function finishedOutput(graph: Graph, name: string): Activation {
  const value = graph.valueOf(name);
  if (value === undefined) throw new ModelError(`${graph.file.name}: no node computes its output "${name}".`);
  if (value.kind === 'constant') throw new ModelError(`${graph.file.name}: its output "${name}" is a constant.`);
  const { target } = graph;
  const { border, layout } = value;
  const handle = border === null ? value.handle : target.pad(value.handle, border, `${name}/padded`);
  const shape = shapeOf(layout);
  const axes = [...shape.keys()];
  const orders = axes.length < 3 ? [axes] : [axes, usualOrder(axes.length)];
  const fitting = orders
    .filter((order) => inOrder(layout, order, layout.memory))
    .map((order) => withoutBatch(order.map((axis) => shape[axis]!)));
  const [first] = fitting;
  if (first === undefined) {
    if (graph.mayMove) {
      graph.bind(name, reordered({ graph, target, name }, activation(handle, layout), usualOrder(axes.length)));
      return finishedOutput(graph, name);
    }
    throw new LayoutError(`${graph.file.name}: its output "${name}" lies in an order that would move entries.`);
  }
  const own = target.shape(handle).join();
  if (fitting.some((sizes) => sizes.join() === own)) return activation(handle, layout);
  return activation(target.reshape(handle, first, `${name}/output`), layout);
}

/** The graph of a model. @param quantized whether its activations are, so that it states formats */
export function importGraph(file: ModelFile, order: InputOrder, mayMove: boolean, quantized: boolean): FloatNetwork {
  const { layout, shape } = inputLayout(file.input.shape, order);
  const graph = new Graph(file, (charge) => new Target(file.name, shape, quantized, charge), mayMove);
  const { target } = graph;
  graph.bind(file.input.name, activation(target.input, layout));
  for (const node of file.nodes) importNode(graph, node, quantized ? QUANTIZED_OPERATORS : FLOAT_OPERATORS);
  return target.build(file.outputs.map((name) => finishedOutput(graph, name).handle));
}
