/** Networks as PyTorch exports them, against ONNX Runtime: `onnx/generate.py` wrote the files. */
import { readdirSync, readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { ModelError } from '../../../src/model/errors.js';
import { aQuantizedNetwork } from '../../../src/operations/validate-network.js';
import { calibrate, quantize } from '../../../src/quantizer/index.js';
import { evaluate } from '../../../src/reference/evaluate.js';
import { numbers } from '../../session/random-network.js';
import { suite } from '../../suite.js';
import { channelsLast, importFloat, near, networkOutputs, sameAsRuntime } from './runtime.js';

const test = suite('onnx models');
const folder = new URL('./models/', import.meta.url);
const shapes: Record<string, readonly number[]> = {
  residual: [1, 3, 22, 18],
  inverted: [1, 3, 10, 8],
  branches: [1, 3, 6, 7],
  folded: [1, 1, 24, 16],
};
const models = readdirSync(folder).filter((name) => name.endsWith('.onnx'));

const inputOf = (shape: readonly number[], seed: number): Float32Array =>
  numbers(seed)(
    shape.reduce((product, size) => product * size, 1),
    2,
  );

for (const model of models) {
  test(`${model} gives what ONNX Runtime gives`, async () => {
    const bytes = readFileSync(new URL(model, folder));
    const shape = shapes[model.split('-')[0]!]!;
    for (const seed of [1, 2]) await sameAsRuntime(bytes, inputOf(shape, seed), shape);
  });
}

test('every operator set from 13 to 21 is there', () => {
  for (const name of Object.keys(shapes)) {
    for (let version = 13; version <= 21; version++) assert.ok(models.includes(`${name}-${version}.onnx`));
  }
});

test('a model that was exported while it was trained is refused, with what to do', () => {
  const bytes = readFileSync(new URL('./training-mode-17.onnx', import.meta.url));
  assert.throws(
    () => importFloat(bytes),
    (error: Error) =>
      error instanceof ModelError && /training mode; export the model for inference/.test(error.message),
  );
});

test('the files are quantized, and stay close to the float result', async () => {
  for (const [name, shape] of Object.entries(shapes)) {
    const network = importFloat(readFileSync(new URL(`${name}-17.onnx`, folder)));
    const inputs = Array.from({ length: 8 }, (_, seed) => channelsLast(inputOf(shape, seed), shape));
    const quantized = aQuantizedNetwork(quantize(network, await calibrate(network, inputs)));
    const input = quantized.tensors[quantized.input]!;
    const output = quantized.tensors[quantized.outputs[0]!]!;
    assert.ok(input.kind === 'activation');
    const codes = Array.from(inputs[0]!, (real) =>
      BigInt(Math.min(input.maximum, Math.max(input.minimum, Math.round(real / input.scale)))),
    );
    const [expected] = networkOutputs(network, inputs[0]!);
    const scaleOf = (at: number): number => (output.kind === 'activation' ? output.scale : output.scales[at]!);
    const actual = evaluate(quantized, codes)[0]!.map((code, at) => Number(code) * scaleOf(at));
    near(Float32Array.from(actual), expected!, 0.1);
  }
});
