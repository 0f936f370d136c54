/** The float network of a graph model. */
import type { FloatNetwork } from '../../../graph/index.js';
import { fail, located, shown } from '../../shared/fail.js';
import { Construction } from '../construction.js';
import type { Imported } from '../imported.js';
import { inOrder } from '../in-order.js';
import { type JsonMap, withMaps } from '../json.js';
import { openShape } from '../open-shape.js';
import { type Activation, activation, type Value } from '../value.js';
import type { Weights } from '../weights.js';
import { dimensions } from './attributes.js';
import { folded } from './folding.js';
import { type GraphNode, readNodes, type Source, signatureOf, sourceOf, tensorName } from './nodes.js';
import { OPERATORS, REFUSALS } from './operators.js';
import { Step } from './step.js';

type Nodes = ReadonlyMap<string, GraphNode>;

const INPUTS = ['Placeholder', 'PlaceholderWithDefault'];

const NO_OUTPUTS = [...INPUTS, 'Const', 'NoOp'];

const CUT = 'if the network proper ends before it, name the tensors there as outputs';

function nodeOf(nodes: Nodes, name: string, reader: string): GraphNode {
  return nodes.get(name) ?? fail(`${reader} reads ${shown(name)}, which is no node`);
}

/** What the caller names, or the signature, or the nodes that nothing reads. */
function outputsOf(nodes: Nodes, signature: JsonMap | null, asked: readonly string[] | undefined): Source[] {
  const signed = signatureOf(signature, 'outputs');
  if (asked !== undefined) {
    return asked.map((name) => {
      const entry = signed.get(name);
      const source = nodes.has(name) || entry === undefined ? sourceOf(name) : sourceOf(tensorName(entry));
      if (!nodes.has(source.node)) fail(`it has no node ${shown(name)} to be an output`);
      return source;
    });
  }
  if (signed.size > 0) return [...signed.values()].map((entry) => sourceOf(tensorName(entry)));
  const read = new Set([...nodes.values()].flatMap(({ inputs }) => inputs.map(({ node }) => node)));
  const ends = [...nodes.values()].filter(({ name, kind }) => !read.has(name) && !NO_OUTPUTS.includes(kind));
  return ends.map(({ name }) => ({ node: name, output: 0 }));
}

/** The shape that the file gives the input, from the node and from the signature. */
function saidShape(input: GraphNode, signature: JsonMap | null): (number | null)[] | null {
  const own = input.attributes.shape('shape');
  for (const entry of signatureOf(signature, 'inputs').values()) {
    if (sourceOf(tensorName(entry)).node !== input.name) continue;
    const field = ['tensor_shape', 'tensorShape'].find((name) => entry.has(name));
    const signed = field === undefined ? null : dimensions(entry.inner(field));
    if (own === null || own.length !== signed?.length) return own ?? signed;
    return own.map((size, axis) => size ?? signed[axis]!);
  }
  return own;
}

function importNode(c: Construction, node: GraphNode, inputs: readonly Value[]): readonly Value[] {
  const step = new Step(c, node, inputs);
  const constant = folded(step);
  if (constant !== null) return [constant];
  const { kind } = node;
  const refusal = REFUSALS.get(kind);
  if (refusal !== undefined) fail(`${refusal}; or, ${CUT}`);
  const importer = OPERATORS.get(kind);
  if (importer === undefined) {
    return fail(`the operator is not supported; ${CUT}; supported are ${[...OPERATORS.keys()].join(', ')}`);
  }
  const result = importer(step);
  return 'kind' in result ? [result] : result;
}

function ordered(nodes: Nodes, outputs: readonly Source[]): GraphNode[] {
  const names = inOrder(
    outputs.map(({ node }) => nodeOf(nodes, node, 'its signature').name),
    (name) => nodes.get(name)!.inputs.map(({ node }) => nodeOf(nodes, node, `node ${shown(name)}`).name),
  );
  return names.map((name) => nodes.get(name)!);
}

/** @param signature what the model calls its inputs and outputs, if it says */
export function importGraph(topology: unknown, signature: unknown, weights: Weights, how: Imported): FloatNetwork {
  const whole = withMaps(topology);
  if (!(whole instanceof Map)) return fail('its topology is no graph');
  const nodes = readNodes(whole as JsonMap);
  const said = withMaps(signature ?? null);
  const names = said instanceof Map ? (said as JsonMap) : null;
  const outputs = outputsOf(nodes, names, how.outputs);
  if (outputs.length === 0) fail('it has no outputs');
  const needed = ordered(nodes, outputs);
  const inputs = needed.filter(({ kind }) => INPUTS.includes(kind));
  const [input] = inputs;
  if (input === undefined || inputs.length > 1) {
    return fail(`its outputs depend on ${inputs.length} inputs, and only models with one are supported`);
  }
  const shape = openShape(saidShape(input, names), how.inputShape, input.name);
  const c = new Construction(how.name, shape, how.byteLength);
  const values = new Map<string, readonly Value[]>();
  const value = ({ node, output }: Source): Value =>
    values.get(node)![output] ?? fail(`there is no output ${output} of the node ${shown(node)}`);
  for (const node of needed) {
    values.set(
      node.name,
      located(`node ${shown(node.name)} (${node.kind.slice(0, 60)})`, () => {
        if (node === input) return [activation(c.target.input, shape)];
        if (node.kind === 'Const') {
          return [weights.get(node.name) ?? fail('its numbers are not among the weights')];
        }
        return importNode(c, node, node.inputs.map(value));
      }),
    );
  }
  return c.finished(
    outputs.map((source): Activation => {
      const result = value(source);
      if (result.kind === 'activation' && result.blocks !== null) {
        return fail(`its output ${shown(source.node)} is dealt out to batches by a SpaceToBatchND`);
      }
      return result.kind === 'activation' ? result : fail(`its output ${shown(source.node)} is a constant`);
    }),
  );
}
