/** What the topology of a graph model says: nodes, and which reads which. */
import * as t from 'io-ts';
import { list, nonEmptyString } from '../../../boundary/codecs.js';
import { fail, shown } from '../../shared/fail.js';
import { Fields, type JsonMap, jsonMap } from '../json.js';
import { Attributes } from './attributes.js';

const MOST_NODES = 2 ** 14;
const MOST_INPUTS = 2 ** 10;

/** One of the results of a node. */
export interface Source {
  readonly node: string;
  readonly output: number;
}

export interface GraphNode {
  readonly name: string;
  /** The operator. */
  readonly kind: string;
  readonly inputs: readonly Source[];
  readonly attributes: Attributes;
}

/** `name` or `name:output`. */
export function sourceOf(text: string): Source {
  const [, node, output] = /^(.*?)(?::(\d{1,4}))?$/s.exec(text) ?? [];
  return node === undefined || node === ''
    ? fail('it has an input without a name')
    : { node, output: Number(output ?? 0) };
}

function aNode(value: JsonMap): GraphNode {
  const fields = new Fields(value, 'a node');
  const name = fields.get('name', nonEmptyString);
  const own = new Fields(value, `the node ${shown(name)}`);
  const attributes = new Attributes(own.or('attr', jsonMap, new Map()));
  // Names that begin with ^ only say what must run before.
  const inputs = own.or('input', list(nonEmptyString, MOST_INPUTS), []).filter((input) => !input.startsWith('^'));
  return { name, kind: own.get('op', nonEmptyString), inputs: inputs.map(sourceOf), attributes };
}

/** @throws ModelError when the topology is not a list of nodes with different names */
export function readNodes(topology: JsonMap): ReadonlyMap<string, GraphNode> {
  const nodes = new Map<string, GraphNode>();
  for (const value of new Fields(topology, 'its topology').get('node', list(jsonMap, MOST_NODES))) {
    const node = aNode(value);
    if (nodes.has(node.name)) fail(`two nodes are called ${shown(node.name)}`);
    nodes.set(node.name, node);
  }
  return nodes;
}

/** What a signature calls its inputs or outputs, and where they are. */
export function signatureOf(signature: JsonMap | null, part: 'inputs' | 'outputs'): ReadonlyMap<string, Fields> {
  if (signature === null) return new Map();
  const entries = new Fields(signature, 'its signature').or(part, jsonMap, new Map());
  const known = new Map<string, Fields>();
  for (const [key, value] of entries) {
    if (!(value instanceof Map)) return fail(`its signature has a wrong entry ${shown(key)}`);
    known.set(key, new Fields(value, `the entry ${shown(key)} of its signature`));
  }
  return known;
}

/** The name of a tensor that an entry of a signature stands for. */
export function tensorName(entry: Fields): string {
  return entry.get('name', t.string);
}
