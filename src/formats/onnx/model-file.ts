/** What a model file says, checked as far as a graph can be checked without knowing its operators. */
import { ModelError } from '../../model/errors.js';
import { countEntries } from '../shared/count-entries.js';
import type { Constant } from './constant.js';
import { type ElementType, elementType } from './element-type.js';
import { type ExternalData, readTensor } from './tensor-data.js';
import { readWireModel, type WireAttribute, type WireGraph, type WireValueInfo, wireNumber } from './wire.js';

export interface FileNode {
  readonly index: number;
  /** The operator with its domain in front, which the standard operators do not have. */
  readonly kind: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, WireAttribute>;
}

export interface FileInput {
  readonly name: string;
  readonly type: ElementType;
  /** With the batch axis. */
  readonly shape: readonly number[];
}

export interface ModelFile {
  /** What error messages call it. */
  readonly name: string;
  readonly byteLength: number;
  /** The version of the standard operators. */
  readonly version: number;
  readonly nodes: readonly FileNode[];
  readonly input: FileInput;
  readonly outputs: readonly string[];
  readonly hasInitializer: (name: string) => boolean;
  /** Reads the initializer of that name; undefined when there is none. */
  readonly initializer: (name: string) => Constant | undefined;
  /** Reads a tensor that is an attribute of a node. */
  readonly attributeTensor: (attribute: WireAttribute, name: string) => Constant;
}

const MOST_NODES = 2 ** 14;
const LONGEST_NAME = 4096;
const OLDEST = 1;
const NEWEST = 25;
/** Other names of the standard domain. */
const STANDARD = ['', 'ai.onnx'];

function readNodes(graph: WireGraph, name: string): FileNode[] {
  if (graph.node.length > MOST_NODES) throw new ModelError(`${name} has more than ${MOST_NODES} nodes.`);
  return graph.node.map((node, index) => {
    const kind = STANDARD.includes(node.domain) ? node.opType : `${node.domain}.${node.opType}`;
    const attributes = new Map(node.attribute.map((attribute) => [attribute.name, attribute]));
    for (const text of [kind, node.name, ...node.input, ...node.output]) {
      if (text.length > LONGEST_NAME) throw new ModelError(`${name} is damaged: node ${index} has an endless name.`);
    }
    return { index, kind, name: node.name, inputs: node.input, outputs: node.output, attributes };
  });
}

/** Without the format's own file version there may still be a usable list; without a list there is nothing to go by. */
function readVersion(sets: readonly { domain: string; version: unknown }[], name: string): number {
  const standard = sets.find(({ domain }) => STANDARD.includes(domain));
  const version = standard === undefined ? Number.NaN : wireNumber(standard.version as number);
  if (!(version >= OLDEST && version <= NEWEST)) {
    const said = standard === undefined ? 'names no operator set' : `uses operator set ${version}`;
    throw new ModelError(`${name} ${said}, and sets ${OLDEST} to ${NEWEST} are known; export it with one of them.`);
  }
  return version;
}

/** A batch axis that is not said becomes 1; any other axis must be known or given. */
function readShape(info: WireValueInfo, given: readonly number[] | undefined, name: string): number[] {
  const dims = info.type?.tensorType?.shape?.dim ?? null;
  if (dims === null && given === undefined) {
    throw new ModelError(`${name}: its input "${info.name}" has no known shape; give inputShape.`);
  }
  if (dims !== null && given !== undefined && dims.length !== given.length) {
    throw new ModelError(
      `${name}: inputShape has ${given.length} axes, but its input "${info.name}" has ${dims.length}.`,
    );
  }
  const axes = dims ?? given!.map(() => ({ dimValue: 0, dimParam: '' }));
  const shape = axes.map((dim, axis) => {
    const said = wireNumber(dim.dimValue);
    const wanted = given?.[axis];
    if (wanted !== undefined) {
      if (said > 0 && said !== wanted) {
        throw new ModelError(
          `${name}: inputShape says ${wanted} for axis ${axis} of "${info.name}", the file ${said}.`,
        );
      }
      return wanted;
    }
    if (said > 0) return said;
    if (axis === 0) return 1;
    throw new ModelError(
      `${name}: axis ${axis} of its input "${info.name}" has no fixed size${dim.dimParam && ` ("${dim.dimParam}")`}; ` +
        'give inputShape, or export the model with a fixed one.',
    );
  });
  countEntries(shape, info.name, 1);
  return shape;
}

function readInput(graph: WireGraph, given: readonly number[] | undefined, name: string): FileInput {
  const constants = new Set(graph.initializer.map((tensor) => tensor.name));
  // Old files list their initializers among the inputs.
  const inputs = graph.input.filter((input) => !constants.has(input.name));
  const [info] = inputs;
  if (info === undefined || inputs.length > 1) {
    throw new ModelError(`${name} has ${inputs.length} inputs, and only models with one are supported.`);
  }
  const type = elementType(info.type?.tensorType?.elemType ?? 0);
  if (type === null) throw new ModelError(`${name}: its input "${info.name}" is not a tensor of a supported type.`);
  return { name: info.name, type, shape: readShape(info, given, name) };
}

function requireUniqueNames(graph: WireGraph, input: string, name: string): void {
  const seen = new Set<string>([input]);
  const names = [...graph.initializer.map((tensor) => tensor.name), ...graph.node.flatMap((node) => node.output)];
  for (const value of names) {
    if (value === '') continue;
    if (seen.has(value)) throw new ModelError(`${name}: "${value}" is given a value twice.`);
    seen.add(value);
  }
}

/** @param inputShape the input's shape with its batch axis, where the file leaves it open */
export function readModelFile(
  bytes: Uint8Array,
  name: string,
  external: ExternalData,
  inputShape?: readonly number[],
): ModelFile {
  const { graph, opsetImport } = readWireModel(bytes, name);
  if (graph === null) throw new ModelError(`${name} holds no graph: give an .onnx file.`);
  const version = readVersion(opsetImport, name);
  if (graph.sparseInitializer.length > 0)
    throw new ModelError(`${name} has sparse constants, which are not supported.`);
  const nodes = readNodes(graph, name);
  const input = readInput(graph, inputShape, name);
  requireUniqueNames(graph, input.name, name);
  if (graph.output.length === 0) throw new ModelError(`${name} has no outputs.`);
  const initializers = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  return {
    name,
    byteLength: bytes.length,
    version,
    nodes,
    input,
    outputs: graph.output.map((output) => output.name),
    hasInitializer: (key) => initializers.has(key),
    initializer(key) {
      const tensor = initializers.get(key);
      return tensor === undefined ? undefined : readTensor(tensor, key, external);
    },
    attributeTensor(attribute, key) {
      if (attribute.t === null) throw new ModelError(`the attribute "${attribute.name}" holds no tensor.`);
      return readTensor(attribute.t, key, external);
    },
  };
}
