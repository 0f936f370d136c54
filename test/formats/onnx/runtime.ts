/** ONNX Runtime beside the importer: the same file in both, and how far apart they are. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import * as assert from 'uvu/assert';
import { importOnnx, type OnnxOptions } from '../../../src/formats/onnx/index.js';
import { evaluateFloat, type FloatNetwork } from '../../../src/graph/index.js';

export interface Result {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** From the model's order [batch, channels, rows, columns] to the network's. */
export function channelsLast(data: Float32Array, shape: readonly number[]): Float32Array {
  if (shape.length < 3) return data;
  const channels = shape[1]!;
  const pixels = shape.slice(2).reduce((product, size) => product * size, 1);
  const image = channels * pixels;
  return Float32Array.from(data, (_, at) => {
    const inside = at % image;
    return data[at - inside + (inside % channels) * pixels + Math.floor(inside / channels)]!;
  });
}

export type SessionInput = { readonly data: Float32Array | Uint8Array | Int8Array; readonly shape: readonly number[] };

const TYPES = { Float32Array: 'float32', Uint8Array: 'uint8', Int8Array: 'int8' } as const;

/** What ONNX Runtime computes, without its own rewriting of the graph. */
export async function runtimeOutputs(bytes: Uint8Array, { data, shape }: SessionInput): Promise<Result[]> {
  const session = await InferenceSession.create(bytes, {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 4,
  });
  try {
    const type = TYPES[data.constructor.name as keyof typeof TYPES];
    const feeds = { [session.inputNames[0]!]: new Tensor(type, data as Float32Array, shape as number[]) };
    const outputs = await session.run(feeds);
    return session.outputNames.map((name) => {
      const { dims, data: values } = outputs[name]!;
      return { shape: dims, data: Float32Array.from(values as Float32Array) };
    });
  } finally {
    await session.release();
  }
}

export function importFloat(bytes: Uint8Array, options: OnnxOptions = {}): FloatNetwork {
  const imported = importOnnx(bytes, options);
  if (imported.kind !== 'float') throw new Error('expected a float network');
  return imported.network;
}

/** @returns the outputs of the imported network in its own order */
export function networkOutputs(network: FloatNetwork, input: Float32Array): Float32Array[] {
  const values = evaluateFloat(network, input);
  return network.outputs.map((id) => values[id]!);
}

export function near(actual: Float32Array, expected: Float32Array, tolerance = 1e-5): void {
  assert.is(actual.length, expected.length);
  const largest = expected.reduce((top, value) => Math.max(top, Math.abs(value)), 1);
  actual.forEach((value, at) => {
    assert.ok(Math.abs(value - expected[at]!) <= tolerance * largest, `entry ${at}: ${value}, not ${expected[at]}`);
  });
}

/** Imports the float model and compares every output with ONNX Runtime's. */
export async function sameAsRuntime(
  bytes: Uint8Array,
  data: Float32Array,
  shape: readonly number[],
  options: OnnxOptions & { readonly asIs?: boolean; readonly outputsAsIs?: boolean } = {},
): Promise<FloatNetwork> {
  const network = importFloat(bytes, options);
  const expected = await runtimeOutputs(bytes, { data, shape });
  const actual = networkOutputs(network, options.asIs ? data : channelsLast(data, shape));
  assert.is(actual.length, expected.length);
  expected.forEach((output, at) => {
    near(actual[at]!, options.outputsAsIs ? output.data : channelsLast(output.data, output.shape));
  });
  return network;
}
