import * as assert from 'uvu/assert';
import type { Operation, QuantizedNetwork } from '../../src/model/quantized-network.js';
import type { Tensor } from '../../src/model/tensor.js';
import { classify, readLabels } from '../../src/pictures/classification.js';
import { suite } from '../suite.js';

const test = suite('classification');

const activation = (scale: number): Tensor => ({
  kind: 'activation',
  name: 'scores',
  shape: [3],
  scale,
  zeroPoint: 0,
  minimum: -255,
  maximum: 255,
});

function network(output: Tensor, operations: readonly Operation[] = []): QuantizedNetwork {
  return { name: 'n', tensors: [activation(1), output], operations, input: 0, outputs: [1] };
}

const LABELS = ['ant', 'bee', 'cow'];

test('integers in 256ths are probabilities', () => {
  assert.equal(classify(network(activation(1 / 256)), 1, Int16Array.of(0, 64, 192), LABELS), [
    { label: 'cow', index: 2, probability: 0.75 },
    { label: 'bee', index: 1, probability: 0.25 },
    { label: 'ant', index: 0, probability: 0 },
  ]);
});

test('integers that a softmax made are probabilities at any scale', () => {
  const softmax: Operation = {
    kind: 'softmax',
    name: 's',
    input: 0,
    output: 1,
    exponentials: new Uint32Array(1),
    unit: 100,
    minimum: 0,
    maximum: 100,
  };
  const [first] = classify(network(activation(0.01), [softmax]), 1, Int16Array.of(10, 85, 5), LABELS);
  assert.is(first!.label, 'bee');
  assert.ok(Math.abs(first!.probability - 0.85) < 1e-12);
});

test('the softmax of other integers is taken, and of accumulators with their scales', () => {
  const [first, second, third] = classify(network(activation(0.5)), 1, Int16Array.of(2, 0, 2), LABELS);
  assert.equal([first!.label, second!.label, third!.label], ['ant', 'cow', 'bee'], 'equals stay in order');
  const e = Math.E;
  assert.ok(Math.abs(first!.probability - e / (2 * e + 1)) < 1e-12);
  const scores: Tensor = { kind: 'accumulator', name: 'a', shape: [3], scales: Float64Array.of(1, 0.001, 0.01) };
  const found = classify(network(scores), 1, Int32Array.of(1, 5000, 2000), LABELS);
  assert.equal(
    found.map(({ label }) => label),
    ['cow', 'bee', 'ant'],
  );
  assert.ok(found[0]!.probability <= 1 && found[0]!.probability > 0.99);
});

test('classes without a label have a number', () => {
  const found = classify(network(activation(1 / 256)), 1, Int16Array.of(1, 2, 3), ['ant', '']);
  assert.equal(
    found.map(({ label }) => label),
    ['class 2', 'class 1', 'ant'],
  );
});

test('a wrong tensor or number of values is refused', () => {
  assert.throws(() => classify(network(activation(1)), 7, Int16Array.of(1, 2, 3)), /no tensor 7/);
  assert.throws(() => classify(network(activation(1)), 1, Int16Array.of(1, 2)), /expected 3 values, got 2/);
});

test('labels are lines', () => {
  assert.equal(readLabels('background\ntench, Tinca tinca\n\ngoldfish \r\n\n\n'), [
    'background',
    'tench, Tinca tinca',
    '',
    'goldfish',
  ]);
});
