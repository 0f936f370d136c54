/** Layers models made and run by TensorFlow.js itself, beside the importer. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import * as assert from 'uvu/assert';
import type { TfjsOptions } from '../../../src/formats/tfjs/import.js';
import { importTfjs } from '../../../src/formats/tfjs/index.js';
import { evaluateFloat, type FloatNetwork } from '../../../src/graph/index.js';
import { numbers } from '../../session/random-network.js';

export { tf, tfl };

/** The files of a model, weights in one piece. */
export interface Files {
  readonly modelJson: string;
  readonly weights: Uint8Array;
}

/** What a model.json holds, for tests that change it. */
// biome-ignore lint/suspicious/noExplicitAny: tests reach into files of any form
export type Document = any;

/** The model with repeatable weights: variances are positive. */
export function filled<M extends tfl.LayersModel>(model: M, seed = 1): M {
  const random = numbers(seed);
  for (const layer of model.layers) {
    const values = layer.weights.map((weight) => {
      const shape = weight.shape as number[];
      const count = shape.reduce((product, size) => product * size, 1);
      const variance = weight.originalName.includes('variance');
      const data = random(count, 0.7).map((value) => (variance ? Math.abs(value) + 0.1 : value));
      return tf.tensor(data, shape);
    });
    layer.setWeights(values);
  }
  return model;
}

/** What TensorFlow.js writes for the model. */
export async function saved(model: tfl.LayersModel): Promise<Files> {
  let files: Files | undefined;
  await model.save({
    save: async (artifacts) => {
      const weightsManifest = [{ paths: ['group1-shard1of1.bin'], weights: artifacts.weightSpecs }];
      const { modelTopology, format, generatedBy, convertedBy } = artifacts;
      const document = { format, generatedBy, convertedBy, modelTopology, weightsManifest };
      const weights = new Uint8Array(tf.io.CompositeArrayBuffer.join(artifacts.weightData));
      files = { modelJson: JSON.stringify(document), weights };
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    },
  });
  return files!;
}

/** What TensorFlow.js computes. */
export function predicted(model: tfl.LayersModel, input: Float32Array, shape: readonly number[]): Float32Array[] {
  const result = model.predict(tf.tensor(input, [1, ...shape]));
  return [result].flat().map((tensor) => Float32Array.from(tensor.dataSync()));
}

/** The outputs of the imported network. */
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

const size = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

/** Imports the model and compares every output, and its shape, with TensorFlow.js's for two inputs. */
export async function sameLayers(given: tfl.LayersModel, options: TfjsOptions = {}): Promise<FloatNetwork> {
  const model = filled(given);
  const network = importTfjs(await saved(model), options);
  const shape = network.tensors[network.input]!.shape;
  for (const seed of [1, 2]) {
    const input = numbers(seed)(size(shape), 3);
    const expected = predicted(model, input, shape);
    const actual = networkOutputs(network, input);
    assert.is(actual.length, expected.length);
    expected.forEach((values, at) => {
      near(actual[at]!, values);
    });
  }
  [model.outputs].flat().forEach((output, at) => {
    const own = network.tensors[network.outputs[at]!]!.shape;
    assert.equal(
      own.map((length, axis) => (output.shape[axis + 1] === null ? null : length)),
      output.shape.slice(1),
    );
  });
  return network;
}

/** A model of one layer, or of several in a row. */
export function chain(inputShape: number[], ...layers: tfl.layers.Layer[]): tfl.LayersModel {
  const input = tfl.input({ shape: inputShape });
  const output = layers.reduce<tfl.SymbolicTensor>((x, layer) => layer.apply(x) as never, input as never);
  return tfl.model({ inputs: input, outputs: output as never });
}
