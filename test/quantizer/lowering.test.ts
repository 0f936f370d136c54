/** One lowering: formats that a model states and formats that the quantizer chooses give the same integers, by the same rules. */
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { networkHash } from '../../src/canonical/network-hash.js';
import {
  evaluateFloat,
  FloatNetworkBuilder,
  type FloatOperation,
  isLinear,
  realFunction,
} from '../../src/graph/index.js';
import { ModelError } from '../../src/model/errors.js';
import type { Quantization } from '../../src/model/tensor.js';
import { rulesOf } from '../../src/operations/operations.js';
import { aQuantizedNetwork } from '../../src/operations/validate-network.js';
import { calibrate, lower, prepare, quantize, quantizeWeights } from '../../src/quantizer/index.js';
import { shareQuantizations } from '../../src/quantizer/share-quantizations.js';
import { evaluate, type QuantizedNetwork } from '../../src/reference/index.js';
import { furtherNetwork, numbers, wholeNetwork } from '../session/random-network.js';
import { check, suite } from '../suite.js';

const test = suite('quantizer: lowering');

const CODES: Quantization = { scale: 0.05, zeroPoint: 3, minimum: -131, maximum: 124 };
const OTHER: Quantization = { scale: 0.04, zeroPoint: 0, minimum: -128, maximum: 127 };
const SOME = { height: 1, width: 1 };

/** A layer whose weights are stored as integers. */
function coded(seed: number, channels = 4) {
  const random = numbers(seed);
  const codes = Int16Array.from(random(channels ** 2, 127), Math.round);
  return { codes, scales: Float64Array.from(random(channels), (value) => 0.01 + Math.abs(value) / 50) };
}

function builder(shape: readonly number[] = [3, 2, 4]) {
  const net = new FloatNetworkBuilder('stated', shape);
  net.storeInput(CODES);
  return { net, x: net.read(net.input, 'x') };
}

function outputs(network: QuantizedNetwork, input: readonly number[]): number[][] {
  return evaluate(network, input.map(BigInt)).map((values) => values.map(Number));
}

function refused(work: () => unknown, message: RegExp): void {
  assert.throws(work, (error: unknown) => error instanceof ModelError && message.test(error.message));
}

test('a model that states the formats and weights that the quantizer would choose is the same network', async () => {
  for (const make of [wholeNetwork, furtherNetwork]) {
    for (const seed of [1, 2, 3]) {
      const float = make(seed);
      const size = float.tensors[float.input]!.shape.reduce((product, axis) => product * axis, 1);
      const ranges = await calibrate(float, [numbers(seed)(size), numbers(seed + 1)(size)]);
      const prepared = prepare(float);
      const chosen = aQuantizedNetwork(quantize(float, ranges));
      const isSum = new Set(chosen.tensors.flatMap(({ kind, name }) => (kind === 'accumulator' ? [name] : [])));
      const needed = (id: number): boolean => !isSum.has(prepared.tensors[id]!.name);
      const formats = shareQuantizations(prepared, ranges, undefined, 8, needed);
      const tensors = prepared.tensors.map((tensor, id) => (needed(id) ? { ...tensor, format: formats[id]! } : tensor));
      const operations = prepared.operations.map((operation): FloatOperation => {
        if (!isLinear(operation)) return operation;
        const real = operation.weights as Float32Array;
        const limit = { largestInput: 255, largestSum: 2 ** 30 };
        const weights = quantizeWeights(real, operation.bias, formats[operation.input]!.scale, limit, '');
        return { ...operation, weights };
      });
      const stated = aQuantizedNetwork(lower({ ...prepared, tensors, operations }));
      assert.is(networkHash(stated), networkHash(chosen));
    }
  }
});

test('what is read by two is stored once for each, in its own format', () => {
  const { net, x } = builder();
  const y = net.convolution(x, {
    name: 'y',
    kernel: SOME,
    weights: coded(1),
    bias: new Float64Array(4),
    outputChannels: 4,
  });
  const network = lower(
    net.build([net.store(y, 'one', CODES), net.store(net.activation(y, 'r', 'relu'), 'two', OTHER)]),
  );
  assert.equal(
    network.operations.map(({ kind, name }) => `${kind} ${name}`),
    ['linear one', 'linear two'],
  );
  const [one, two] = network.tensors.slice(1);
  assert.is(one?.kind === 'activation' && one.scale, CODES.scale);
  assert.ok(
    two?.kind === 'activation' && two.scale === OTHER.scale && two.minimum === 0,
    'a ReLU leaves nothing below',
  );
});

test('factors per channel go into a layer: signs into its weights, sizes into its scales', () =>
  check(
    fc.property(fc.nat(), (seed) => {
      const random = numbers(seed);
      const { net, x } = builder();
      const y = net.convolution(x, { name: 'y', kernel: SOME, weights: coded(seed), outputChannels: 4 });
      const norm = {
        scale: Float64Array.from(random(4, 3)),
        offset: Float64Array.from(random(4)),
        mean: new Float64Array(4),
        variance: new Float64Array(4).fill(1),
      };
      const graph = net.build([net.batchNorm(y, 'n', norm, 0)]);
      const network = aQuantizedNetwork(lower(graph));
      assert.is(network.operations.length, 1);
      const integers = Array.from(random(24, 125), Math.round);
      const real = evaluateFloat(
        graph,
        Float32Array.from(integers, (code) => code * CODES.scale),
      )[graph.outputs[0]!]!;
      const [sums] = outputs(network, integers);
      const { scales } = network.tensors[network.outputs[0]!] as { scales: Float64Array };
      sums!.forEach((sum, at) => {
        const apart = Math.abs(sum * scales[at % 4]! - real[at]!);
        assert.ok(apart <= scales[at % 4]! + 1e-4 * Math.abs(real[at]!) + 1e-5, `entry ${at}: ${apart}`);
      });
    }),
    50,
  ));

test('results are those of the real graph, within the steps they are stored in', () =>
  check(
    fc.property(fc.nat(), fc.constantFrom('add', 'multiply', 'subtract', 'larger', 'smaller'), (seed, kind) => {
      const random = numbers(seed);
      const { net, x } = builder();
      const y = net.store(
        net.convolution(x, { name: 'y', kernel: SOME, weights: coded(seed), outputChannels: 4, activation: 'relu6' }),
        'stored',
        OTHER,
      );
      const read = net.read(y, 'read');
      const both = kind === 'add' ? net.add(x, read, 'both') : net.pair(kind as 'multiply', x, read, 'both');
      const end = net.function(net.read(net.store(both, 'pair', CODES), 'again'), 'f', realFunction('sigmoid'));
      const graph = net.build([net.store(end, 'out', { scale: 1 / 128, zeroPoint: 0, minimum: -128, maximum: 127 })]);
      const network = aQuantizedNetwork(lower(graph));
      const integers = Array.from(random(24, 60), Math.round);
      const real = evaluateFloat(
        graph,
        Float32Array.from(integers, (code) => code * CODES.scale),
      )[graph.outputs[0]!]!;
      outputs(network, integers)[0]!.forEach((value, at) => {
        const expected = Math.min(127, Math.round(real[at]! * 128));
        // A step of y times the other operand, a step of the pair, and what a sigmoid makes of them, at most a quarter.
        assert.ok(Math.abs(value - expected) <= 32 * (OTHER.scale * 7 + CODES.scale * 2), `${value}, not ${expected}`);
      });
    }),
    50,
  ));

test('every operation is clamped to what it can reach, and its tensor to that and zero', async () => {
  for (const seed of [1, 2, 3]) {
    const float = furtherNetwork(seed);
    const size = float.tensors[float.input]!.shape.reduce((product, axis) => product * axis, 1);
    const network = quantize(float, await calibrate(float, [numbers(seed)(size)]));
    for (const operation of network.operations) {
      if (operation.kind === 'linear') continue;
      const rules = rulesOf(operation);
      const inputs = rules.inputs(operation).map((id) => network.tensors[id] as Quantization);
      const reach = rules.reach(operation, inputs);
      const tensor = network.tensors[operation.output] as Quantization;
      assert.equal([tensor.minimum, tensor.maximum], [Math.min(0, reach.minimum), Math.max(0, reach.maximum)]);
      if ('minimum' in operation) assert.equal([operation.minimum, operation.maximum], [reach.minimum, reach.maximum]);
    }
  }
});

test('codes are not numbers until they are read, and what is not stored cannot be read by most operations', () => {
  const { net, x } = builder();
  refused(() => net.activation(net.input, 'a', 'relu'), /holds codes/);
  refused(() => net.add(x, net.input, 'b'), /holds codes/);
  refused(() => net.read(x, 'c'), /not stored codes/);
  refused(() => net.store(net.input, 'd', OTHER), /holds codes/);
  refused(() => net.storeInput(OTHER), /in two ways/);
  const y = net.convolution(x, { name: 'y', kernel: SOME, weights: coded(1), outputChannels: 4 });
  const unstored: readonly ((name: string) => number)[] = [
    (name) => net.pool(y, name, 'maxPool', { height: 2, width: 2 }),
    (name) => net.pool(y, name, 'averagePool', { height: 2, width: 2 }),
    (name) => net.add(x, y, name),
    (name) => net.concat([x, y], name, 2),
    (name) => net.softmax(y, name),
    (name) => net.function(y, name, realFunction('sigmoid')),
    (name) => net.dense(y, name, { codes: new Int16Array(24), scales: Float64Array.of(1) }, new Float64Array(1)),
  ];
  unstored.forEach((make, at) => {
    const graph = net.build([net.store(make(`u${at}`), `s${at}`, OTHER)]);
    // One after the other, each alone.
    const operations = graph.operations.filter(({ name }) => name === 'x' || name === 'y' || name.endsWith(String(at)));
    refused(
      () => lower({ ...graph, operations }),
      new RegExp(`^stated: "u${at}" cannot be used: its input is not quantized`),
    );
  });
  const real = new FloatNetworkBuilder('plain', [4]);
  refused(() => lower(real.build([real.activation(real.input, 'r', 'relu')])), /its input is never quantized/);
});

test('weights that are stored are real weights to whoever evaluates the graph, and need a scale for each output', () => {
  const weights = coded(7);
  const stored = builder();
  const y = stored.net.convolution(stored.x, { name: 'y', kernel: SOME, weights, outputChannels: 4 });
  const real = new FloatNetworkBuilder('real', [3, 2, 4]);
  const values = Float32Array.from(weights.codes, (code, at) => code * weights.scales[Math.floor(at / 4)]!);
  const z = real.convolution(real.input, { name: 'y', kernel: SOME, weights: values, outputChannels: 4 });
  const input = numbers(8)(24);
  assert.equal(evaluateFloat(stored.net.build([y]), input)[y], evaluateFloat(real.build([z]), input)[z]);
  const few = { ...weights, scales: Float64Array.of(1) };
  refused(
    () => stored.net.convolution(stored.x, { name: 'z', kernel: SOME, weights: few, outputChannels: 4 }),
    /scales/,
  );
});
