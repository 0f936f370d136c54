/** Functions, products and moved entries on their way from floats to integers. */
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { wasmArithmetic } from '../../src/fast/index.js';
import { networkHash, readNetworkFile, writeNetworkFile } from '../../src/formats/slalom/index.js';
import {
  evaluateFloat,
  evaluatorOf,
  type FloatNetwork,
  FloatNetworkBuilder,
  realFunction,
} from '../../src/graph/index.js';
import { aQuantizedNetwork } from '../../src/operations/validate-network.js';
import type { TrustedArithmetic } from '../../src/protocol/index.js';
import { functionTable } from '../../src/quantizer/function-table.js';
import { calibrate, equalize, prepare, quantize } from '../../src/quantizer/index.js';
import { outputError, quantizeReals } from '../../src/quantizer/measured.js';
import { evaluate } from '../../src/reference/index.js';
import { runInTheClear } from '../../src/session/clear.js';
import { integers } from '../generators.js';
import { furtherNetwork, normParameters, numbers } from '../session/random-network.js';
import { check, suite } from '../suite.js';

const test = suite('quantizer: functions, pairs, places');

let arithmetic: TrustedArithmetic;
test.before(async () => {
  arithmetic = await wasmArithmetic({ threads: 1 });
});
test.after(() => arithmetic.close());

test('a table is the function rounded once, inside both ranges', () =>
  check(
    fc.property(
      fc.integer({ min: -300, max: 0 }),
      fc.nat(300),
      fc.double({ min: 1e-3, max: 10, noNaN: true }),
      (minimum, maximum, scale) => {
        const f = evaluatorOf(realFunction('hardSwish'));
        const to = { scale: scale / 3, minimum: -7, maximum: 500 };
        const table = functionTable(f, { scale, minimum, maximum }, to);
        assert.is(table.length, maximum - minimum + 1);
        table.forEach((entry, at) => {
          const exact = Math.min(500, Math.max(-7, f(scale * (minimum + at)) / to.scale));
          assert.ok(Math.abs(entry - exact) <= 0.5 + 1e-9, `${entry}, ${exact}`);
        });
      },
    ),
  ));

test('a function without a value gives 0, and one without bound the end of the range', () => {
  const from = { scale: 1, minimum: -2, maximum: 2 };
  const to = { scale: 0.5, minimum: -100, maximum: 120 };
  assert.equal([...functionTable(Math.log, from, to)], [0, 0, -100, 0, 1]);
  assert.equal([...functionTable(Math.sqrt, from, to)], [0, 0, 0, 2, 3]);
  assert.equal([...functionTable((x) => 1 / x, from, to)], [-1, -2, 120, 2, 1]);
});

const inputsOf = (seed: number, count: number): Float32Array[] => {
  const random = numbers(seed);
  return Array.from({ length: count }, () => random(6 * 6 * 3));
};

test('a quantized network of all of them stays close to the float network', async () => {
  for (const seed of [1, 2, 3, 4]) {
    const network = furtherNetwork(seed);
    const inputs = inputsOf(seed + 50, 6);
    const quantized = aQuantizedNetwork(quantize(network, await calibrate(network, inputs)));
    const kinds = new Set<string>(quantized.operations.map(({ kind }) => kind));
    const all = ['lookup', 'multiply', 'subtract', 'larger', 'smaller', 'take', 'interpolate', 'pad', 'linear'];
    for (const kind of all) assert.ok(kinds.has(kind), kind);
    const { relativeSquared } = await outputError(network, quantized, inputs, arithmetic);
    assert.ok(relativeSquared < 0.01, `seed ${seed}: ${relativeSquared}`);
    // On any arithmetic as the definition says, and as the file says.
    const x = quantizeReals(inputs[0]!, quantized.tensors[quantized.input]!);
    const outputs = await runInTheClear(quantized, arithmetic, x);
    assert.equal(
      outputs.map((values) => [...values]),
      evaluate(quantized, integers(x)).map((values) => values.map(Number)),
    );
    const file = readNetworkFile(writeNetworkFile(quantized), 'net');
    assert.equal(file.network, quantized);
    assert.is(networkHash({ ...file.network }), networkHash(quantized));
  }
});

const kindsOf = ({ operations }: FloatNetwork): string[] => operations.map(({ kind }) => kind);

function same(before: FloatNetwork, after: FloatNetwork, x: Float32Array): void {
  const expected = evaluateFloat(before, x)[before.outputs[0]!]!;
  const found = evaluateFloat(after, x)[after.outputs[0]!]!;
  assert.is(found.length, expected.length);
  expected.forEach((value, at) => {
    assert.ok(Math.abs(value - found[at]!) <= 1e-5 * Math.max(10, Math.abs(value)), `${value}, ${found[at]}`);
  });
}

test('a batch norm and an activation behind a transposed convolution become part of it', () =>
  check(
    fc.property(fc.nat(), fc.constantFrom(1, 2), (seed, groups) => {
      const random = numbers(seed);
      const net = new FloatNetworkBuilder('net', [3, 2, 4]);
      const up = net.transposedConvolution(net.input, {
        name: 'up',
        kernel: { height: 3, width: 2 },
        stride: { y: 2, x: 3 },
        groups,
        crop: { top: 1, bottom: -1, left: 0, right: 0 },
        weights: random((6 * 6 * 4) / groups),
        bias: random(6),
        outputChannels: 6,
      });
      const normalized = net.batchNorm(up, 'norm', normParameters(random, 6), 1e-3);
      const network = net.build([net.activation(normalized, 'relu', 'relu')]);
      const prepared = prepare(network);
      assert.equal(kindsOf(prepared), ['convolution', 'take']);
      assert.is(prepared.tensors[prepared.outputs[0]!]!.name, 'relu');
      same(network, prepared, random(24));
    }),
  ));

test('behind a take that mixes channels nothing is moved', () => {
  const random = numbers(1);
  const net = new FloatNetworkBuilder('net', [2, 2, 2]);
  const layer = { name: 'y', kernel: { height: 1, width: 1 }, weights: random(4), outputChannels: 2 };
  const y = net.convolution(net.input, layer);
  // Channels become columns and columns channels.
  const mixed = net.take(y, 'mixed', [Int32Array.of(0, 4), Int32Array.of(0, 1), Int32Array.of(0, 2)]);
  const network = net.build([net.batchNorm(mixed, 'norm', normParameters(random, 2), 1e-3)]);
  assert.equal(kindsOf(prepare(network)), ['convolution', 'take', 'convolution']);
  same(network, prepare(network), random(8));
  // Read twice, it stays as well.
  const twice = new FloatNetworkBuilder('net', [2, 2, 2]);
  const z = twice.convolution(twice.input, layer);
  const up = twice.resize(z, 'up', { size: { height: 4, width: 4 }, mode: 'nearest', grid: 'asymmetric' });
  const both = twice.build([twice.activation(up, 'relu', 'relu'), up]);
  assert.equal(kindsOf(prepare(both)), ['convolution', 'take', 'activation']);
});

test('a scaling of all channels alike is a function where no layer takes it in', () => {
  const random = numbers(2);
  const net = new FloatNetworkBuilder('net', [2, 2, 2]);
  const [scale, mean] = [new Float32Array(2).fill(3), new Float32Array(2)];
  const variance = new Float32Array(2).fill(1);
  const moved = net.batchNorm(net.input, 'moved', { scale, offset: mean.map(() => -1), mean, variance }, 0);
  const network = net.build([net.dense(moved, 'y', random(16), random(2))]);
  assert.equal(kindsOf(prepare(network)), ['function', 'dense']);
  same(network, prepare(network), random(8));
});

test('hard swish written out, GELU and a square become one function each', () => {
  const random = numbers(5);
  const uniform = (scale: number, offset: number) => ({
    scale: new Float32Array(3).fill(scale),
    offset: new Float32Array(3).fill(offset),
    mean: new Float32Array(3),
    variance: new Float32Array(3).fill(1),
  });
  const net = new FloatNetworkBuilder('net', [2, 2, 3]);
  const layer = { name: 'y', kernel: { height: 1, width: 1 }, weights: random(9), outputChannels: 3 };
  const y = net.convolution(net.input, layer);
  const gate = net.activation(net.batchNorm(y, 'moved', uniform(1, 3), 0), 'gate', 'relu6');
  const swish = net.batchNorm(net.multiply(y, gate, 'product'), 'swish', uniform(1 / 6, 0), 0);
  const erf = net.function(
    net.function(swish, 'root', realFunction('affine', Math.SQRT1_2)),
    'erf',
    realFunction('erf'),
  );
  const gelu = net.multiply(swish, net.function(erf, 'one', realFunction('affine', 0.5, 0.5)), 'gelu');
  const other = net.convolution(gelu, { ...layer, name: 'z' });
  const network = net.build([net.multiply(other, other, 'square'), swish]);
  const prepared = prepare(network);
  assert.equal(kindsOf(prepared), ['convolution', 'function', 'function', 'convolution', 'function']);
  assert.equal(prepare(prepared), prepared);
  const x = random(12, 3);
  same(network, prepared, x);
  const swishes = evaluateFloat(prepared, x)[prepared.outputs[1]!]!;
  evaluateFloat(network, x)[swish]!.forEach((value, at) => {
    assert.ok(Math.abs(value - swishes[at]!) < 1e-5);
  });
});

test('a function that would grow without end is left in pieces', () => {
  const net = new FloatNetworkBuilder('net', [4]);
  let x = net.input;
  for (let at = 0; at < 40; at++) x = net.pair('larger', x, x, `t${at}`);
  const network = net.build([net.dense(x, 'y', numbers(1)(8), new Float32Array(2))]);
  const prepared = prepare(network);
  assert.ok(prepared.operations.length < 20, `${prepared.operations.length}`);
  same(network, prepared, numbers(2)(4));
});

test('equalization passes a leaky ReLU, and stops at a sigmoid and a product', () => {
  const pairs = (f: 'leakyRelu' | 'sigmoid' | null): number => {
    const random = numbers(3);
    const net = new FloatNetworkBuilder('net', [4]);
    const first = net.dense(net.input, 'first', random(16), random(4));
    const middle = f === null ? net.multiply(first, first, 'square') : net.function(first, 'f', realFunction(f));
    const network = net.build([net.dense(middle, 'second', random(8), random(2))]);
    const equalized = equalize(network);
    same(network, equalized.network, random(4));
    return equalized.pairs;
  };
  assert.equal([pairs('leakyRelu'), pairs('sigmoid'), pairs(null)], [1, 0, 0]);
});
