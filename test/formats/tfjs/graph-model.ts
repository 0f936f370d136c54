/** Graph models written node by node, and run by TensorFlow.js's own converter. */
import '@tensorflow/tfjs-backend-cpu';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import type { TfjsOptions } from '../../../src/formats/tfjs/import.js';
import { importTfjs } from '../../../src/formats/tfjs/index.js';
import type { FloatNetwork } from '../../../src/graph/index.js';
import { numbers } from '../../session/random-network.js';
import { type Document, type Files, near, networkOutputs } from './layers-model.js';

/** Attributes in the format's own spelling. */
export const ints = (...values: number[]) => ({ list: { i: values.map(String) } });
export const int = (value: number) => ({ i: String(value) });
export const real = (value: number) => ({ f: value });
export const flag = (value: boolean) => ({ b: value });
export const text = (value: string) => ({ s: btoa(value) });
export const texts = (...values: string[]) => ({ list: { s: values.map((value) => btoa(value)) } });
export const type = (value: string) => ({ type: value });
export const dims = (...values: number[]) => ({ shape: { dim: values.map((size) => ({ size: String(size) })) } });

export interface NodeSpec {
  readonly op: string;
  readonly name: string;
  readonly inputs?: readonly string[];
  readonly attributes?: Readonly<Record<string, object>>;
}

export interface ConstantSpec {
  readonly shape: readonly number[];
  readonly dtype?: 'float32' | 'int32' | 'bool';
  readonly data: ArrayLike<number>;
}

export interface GraphSpec {
  /** With the batch axis; -1 for what is open. */
  readonly input?: readonly number[];
  readonly inputType?: string;
  readonly nodes: readonly NodeSpec[];
  readonly constants?: Readonly<Record<string, ConstantSpec>>;
  /** Nodes; without them the file has no signature. */
  readonly outputs?: readonly string[];
}

export function node(
  op: string,
  name: string,
  inputs: readonly string[] = [],
  attributes: NodeSpec['attributes'] = {},
): NodeSpec {
  return { op, name, inputs, attributes };
}

export const vector = (...data: number[]): ConstantSpec => ({ shape: [data.length], dtype: 'int32', data });
export const scalar = (value: number, dtype: ConstantSpec['dtype'] = 'float32'): ConstantSpec => ({
  shape: [],
  dtype,
  data: [value],
});
/** Repeatable real numbers. */
export function reals(shape: readonly number[], seed = 5, scale = 1): ConstantSpec {
  return {
    shape,
    data: numbers(seed)(
      shape.reduce((product, size) => product * size, 1),
      scale,
    ),
  };
}

const TYPES = { float32: 'DT_FLOAT', int32: 'DT_INT32', bool: 'DT_BOOL' };

function bytesOf({ dtype = 'float32', data }: ConstantSpec): Uint8Array {
  if (dtype === 'bool') return Uint8Array.from(data);
  const entries = dtype === 'int32' ? Int32Array.from(data) : Float32Array.from(data);
  return new Uint8Array(entries.buffer);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** The document before it is text, for tests that change it, and the weights. */
export function graphDocument(spec: GraphSpec): { document: Document; weights: Uint8Array } {
  const { input = [1, 4, 4, 2], inputType = 'DT_FLOAT', nodes, constants = {}, outputs } = spec;
  const entries = Object.entries(constants);
  const tensor = (name: string) => ({ name: `${name}:0`, dtype: 'DT_FLOAT', tensorShape: { dim: [] } });
  const document = {
    format: 'graph-model',
    generatedBy: 'test',
    convertedBy: null,
    modelTopology: {
      node: [
        { name: 'x', op: 'Placeholder', attr: { dtype: type(inputType), shape: dims(...input) } },
        ...entries.map(([name, { dtype = 'float32', shape }]) => ({
          name,
          op: 'Const',
          attr: {
            dtype: type(TYPES[dtype]),
            value: { tensor: { dtype: TYPES[dtype], tensorShape: dims(...shape).shape } },
          },
        })),
        ...nodes.map(({ op, name, inputs = [], attributes = {} }) => ({ name, op, input: inputs, attr: attributes })),
      ],
      library: {},
      versions: { producer: 1 },
    },
    ...(outputs === undefined
      ? {}
      : {
          signature: {
            inputs: { x: { ...tensor('x'), tensorShape: dims(...input).shape } },
            outputs: Object.fromEntries(outputs.map((name) => [`out_${name}`, tensor(name)])),
          },
        }),
    weightsManifest: [
      {
        paths: ['group1-shard1of1.bin'],
        weights: entries.map(([name, { shape, dtype = 'float32' }]) => ({ name, shape, dtype })),
      },
    ],
  };
  return { document, weights: joined(entries.map(([, constant]) => bytesOf(constant))) };
}

export function graphFiles(spec: GraphSpec): Files {
  const { document, weights } = graphDocument(spec);
  return { modelJson: JSON.stringify(document), weights };
}

/** What TensorFlow.js computes for the nodes named. */
async function expectedOutputs(files: Files, input: tf.Tensor, outputs: readonly string[]): Promise<tf.Tensor[]> {
  const document: Document = JSON.parse(files.modelJson);
  const model = await loadGraphModel({
    load: async () => ({
      ...document,
      weightSpecs: document.weightsManifest[0].weights,
      weightData: Uint8Array.from(files.weights).buffer,
    }),
  });
  return [model.execute({ x: input }, [...outputs])].flat();
}

/** Imports the model and compares every output with TensorFlow.js's for two inputs, whose entries `move` moves. */
export async function sameGraph(
  spec: GraphSpec,
  options: TfjsOptions = {},
  move = (value: number) => value,
): Promise<FloatNetwork> {
  const files = graphFiles(spec);
  const network = importTfjs(files, options);
  const shape = (spec.input ?? [1, 4, 4, 2]).map((given, axis) =>
    given > 0 ? given : (options.inputShape?.[axis] ?? 1),
  );
  const ends = options.outputs ?? spec.outputs ?? [spec.nodes.at(-1)!.name];
  for (const seed of [1, 2]) {
    const drawn = numbers(seed)(
      shape.reduce((product, size) => product * size, 1),
      3,
    );
    const input = (spec.inputType === 'DT_INT32' ? drawn.map(Math.round) : drawn).map(move);
    const expected = await expectedOutputs(
      files,
      tf.tensor(input, shape, spec.inputType === 'DT_INT32' ? 'int32' : 'float32'),
      ends,
    );
    const actual = networkOutputs(network, input);
    assert.is(actual.length, expected.length);
    expected.forEach((values, at) => {
      near(actual[at]!, Float32Array.from(values.dataSync()));
      const own = network.tensors[network.outputs[at]!]!.shape;
      assert.equal(own, values.shape.length > 1 && values.shape[0] === 1 ? values.shape.slice(1) : values.shape);
    });
  }
  return network;
}
