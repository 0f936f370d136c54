import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { wasmArithmetic } from '../../src/fast/index.js';
import { evaluateFloat, type FloatConvolution, FloatNetworkBuilder } from '../../src/graph/index.js';
import { ModelError } from '../../src/model/errors.js';
import { P24 } from '../../src/model/modulus.js';
import { aQuantizedNetwork } from '../../src/operations/validate-network.js';
import {
  calibrate,
  foldBatchNorm,
  prepare,
  quantizationOf,
  quantize,
  quantizeWeights,
  readRanges,
} from '../../src/quantizer/index.js';
import { bound, evaluate, type QuantizedNetwork } from '../../src/reference/index.js';
import { runInTheClear } from '../../src/session/clear.js';
import { integers } from '../generators.js';
import { normalizedConvolution, normParameters, numbers, wholeNetwork } from '../session/random-network.js';
import { check, suite } from '../suite.js';

const test = suite('quantizer');

const arithmetic = await wasmArithmetic();
const seeds = fc.nat();
const FREE = { largestInput: 255, largestSum: 2 ** 30 };

/** The integers of a real input, and the real values of the integer network's outputs. */
function runReal(network: QuantizedNetwork, x: Float32Array): number[][] {
  const input = network.tensors[network.input]!;
  if (input.kind !== 'activation') throw new Error('not an activation');
  const centred = Array.from(x, (value) =>
    BigInt(Math.min(input.maximum, Math.max(input.minimum, Math.round(value / input.scale)))),
  );
  return evaluate(aQuantizedNetwork(network), centred).map((values, index) => {
    const tensor = network.tensors[network.outputs[index]!]!;
    const scales = tensor.kind === 'activation' ? [tensor.scale] : tensor.scales;
    return values.map((value, at) => Number(value) * scales[at % scales.length]!);
  });
}

function refused(work: () => unknown, message: RegExp): void {
  assert.throws(work, (error: unknown) => error instanceof ModelError && message.test(error.message));
}

test('folding a batch norm does not change what a network computes', () =>
  check(
    fc.property(seeds, fc.constantFrom('none', 'relu', 'relu6'), (seed, activation) => {
      const network = normalizedConvolution(seed, activation as 'none' | 'relu' | 'relu6');
      const folded = prepare(network);
      assert.equal(
        folded.operations.map(({ kind }) => kind),
        activation === 'none' ? ['convolution', 'reshape'] : ['convolution'],
      );
      assert.is(folded.tensors[folded.outputs[0]!]!.name, 'activated');
      const x = numbers(seed + 1)(5 * 4 * 3, 3);
      const before = evaluateFloat(network, x)[network.outputs[0]!]!;
      const after = evaluateFloat(folded, x)[folded.outputs[0]!]!;
      before.forEach((value, index) => {
        assert.ok(Math.abs(value - after[index]!) <= 1e-5 * Math.max(10, Math.abs(value)), `${value}, ${after[index]}`);
      });
    }),
  ));

test('a batch norm with nothing to fold into becomes a depthwise layer', () => {
  const random = numbers(7);
  const net = new FloatNetworkBuilder('net', [2, 2, 3]);
  const first = net.batchNorm(net.input, 'first', normParameters(random, 3), 1e-3);
  const weights = random(12);
  const layer = { name: 'layer', kernel: { height: 1, width: 1 }, weights, outputChannels: 4 };
  const shared = net.convolution(first, layer);
  const second = net.batchNorm(shared, 'second', normParameters(random, 4), 1e-3);
  // The layer's own result is an output too, so the second norm may not change its weights.
  const network = net.build([second, shared]);
  const folded = foldBatchNorm(network);
  assert.equal(
    folded.operations.map((operation) => [operation.kind, operation.name]),
    [
      ['convolution', 'first'],
      ['convolution', 'layer'],
      ['convolution', 'second'],
    ],
  );
  assert.is((folded.operations[0] as FloatConvolution).groups, 3);
  assert.is((folded.operations[1] as FloatConvolution).weights, weights);
  const x = random(12);
  for (const id of network.outputs) {
    const before = evaluateFloat(network, x)[id]!;
    const after = evaluateFloat(folded, x)[id]!;
    before.forEach((value, index) => void assert.ok(Math.abs(value - after[index]!) < 1e-5));
  }
});

test('preparing twice is preparing once', () => {
  const once = prepare(wholeNetwork(3));
  assert.equal(prepare(once), once);
});

test('activations keep zero exact, and every real number of the range within half a step', () =>
  check(
    fc.property(
      fc.double({ min: -1e6, max: 0, noNaN: true }),
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 8, max: 12 }),
      (minimum, maximum, share, bits) => {
        const q = quantizationOf({ minimum, maximum }, bits);
        const half = 2 ** (bits - 1);
        assert.ok(q.scale > 0 && Number.isFinite(q.scale));
        assert.ok(Number.isInteger(q.zeroPoint) && q.zeroPoint >= -half && q.zeroPoint < half);
        assert.is(q.maximum - q.minimum, 2 * half - 1);
        assert.ok(q.minimum <= 0 && q.maximum >= 0);
        assert.ok(q.minimum + q.zeroPoint === -half && q.maximum + q.zeroPoint === half - 1);
        const real = minimum + (maximum - minimum) * share;
        const centred = Math.min(q.maximum, Math.max(q.minimum, Math.round(real / q.scale)));
        // The zero point is rounded, so the interval may lie half a step beside the range.
        assert.ok(Math.abs(real - centred * q.scale) <= q.scale * 1.000001, `${real} became ${centred * q.scale}`);
      },
    ),
    300,
  ));

test('a range that is only zero still gives a usable scale', () => {
  assert.equal(quantizationOf({ minimum: 0, maximum: 0 }), { scale: 1, zeroPoint: -128, minimum: 0, maximum: 255 });
});

test('weights are symmetric, per channel, within a step, and keep their sum', () =>
  check(
    fc.property(seeds, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 6 }), (seed, terms, channels) => {
      const random = numbers(seed);
      const sizes = random(channels).map((value) => 10 ** (2 * value));
      const weights = random(terms * channels).map((value, index) => value * sizes[Math.floor(index / terms)]!);
      const { codes, scales } = quantizeWeights(weights, random(channels), 0.1, FREE, 'layer');
      codes.forEach((code, index) => {
        const scale = scales[Math.floor(index / terms)]!;
        assert.ok(code >= -127 && code <= 127);
        assert.ok(Math.abs(code * scale - weights[index]!) <= scale * 1.000001);
      });
      for (let c = 0; c < channels; c++) {
        const row = codes.subarray(c * terms, (c + 1) * terms);
        const error = row.reduce((sum, code, i) => sum + code - weights[c * terms + i]! / scales[c]!, 0);
        assert.ok(Math.abs(error) <= 0.5001, `the errors of a channel add up to ${error} steps`);
      }
      const opposite = quantizeWeights(
        weights.map((weight) => -weight),
        new Float32Array(channels),
        0.1,
        FREE,
        'layer',
      );
      // Only codes that were exactly halfway may differ from the negative.
      const same = opposite.codes.filter((code, index) => code === -codes[index]! || code === 1 - codes[index]!);
      assert.is(same.length, codes.length);
      for (let c = 0; c < channels; c++) {
        const largest = codes
          .subarray(c * terms, (c + 1) * terms)
          .reduce((most, code) => Math.max(most, Math.abs(code)), 0);
        assert.is(largest, 127, 'every channel uses its whole range');
      }
    }),
  ));

test('channels without weights, and biases far larger than weights, still work', () => {
  const dead = quantizeWeights(Float32Array.of(0, 0, 1, -1, 1e-30, 0), Float32Array.of(0, 5, -3), 0.5, FREE, 'layer');
  assert.ok(dead.scales.every((scale) => Number.isFinite(scale) && scale > 0));
  assert.equal([...dead.codes.subarray(0, 4)], [0, 0, 127, -127]);
  [0, 5, -3].forEach((bias, c) => {
    assert.ok(Math.abs(bias / (0.5 * dead.scales[c]!)) <= 2 ** 26);
  });
  const [coarsest, finest] = [Math.max(...dead.scales), Math.min(...dead.scales)];
  assert.ok(coarsest <= 1 / 126 && finest >= coarsest / 2 ** 17, 'no scale is far from the others');
  const biased = quantizeWeights(Float32Array.of(1, 0.5), Float32Array.of(1e9, 0), 0.5, FREE, 'layer');
  assert.ok(1e9 / (0.5 * biased.scales[0]!) <= 2 ** 26);
  assert.equal([...quantizeWeights(new Float32Array(4), new Float32Array(2), 1, FREE, 'layer').scales], [1, 1]);
  refused(() => quantizeWeights(Float32Array.of(Number.NaN), Float32Array.of(0), 1, FREE, 'layer'), /not finite/);
  refused(
    () => quantizeWeights(Float32Array.of(1), Float32Array.of(Number.POSITIVE_INFINITY), 1, FREE, 'layer'),
    /"layer"/,
  );
});

test('sums stay within a given limit, at the price of coarser weights only where they did not', () =>
  check(
    fc.property(seeds, fc.integer({ min: 1, max: 1000 }), (seed, terms) => {
      const random = numbers(seed);
      const weights = random(3 * terms);
      weights.fill(0, 1, terms);
      const limit = { largestInput: 255, largestSum: 255 * 127 * 20 };
      const { codes, scales } = quantizeWeights(weights, new Float32Array(3), 1, limit, 'layer');
      for (let c = 0; c < 3; c++) {
        const row = codes.subarray(c * terms, (c + 1) * terms);
        assert.ok(row.reduce((sum, code) => sum + Math.abs(code), 0) * 255 <= limit.largestSum);
      }
      assert.is(scales[0], Math.max(Math.abs(weights[0]!) / 127, Math.max(...scales) / 2 ** 16));
    }),
    50,
  ));

/** One layer, one input that the integers hold exactly: everything that may be lost is known. */
test('one quantized layer is off by at most its roundings', () =>
  check(
    fc.property(seeds, (seed) => {
      const random = numbers(seed);
      const net = new FloatNetworkBuilder('net', [4, 4, 3]);
      const layer = { name: 'y', kernel: { height: 3, width: 3 }, padding: 'same', outputChannels: 4 } as const;
      const weights = random(4 * 27);
      const y = net.convolution(net.input, { ...layer, weights, bias: random(4, 2), activation: 'relu' });
      const network = net.build([y]);
      const input = { scale: 1 / 100, zeroPoint: 0, minimum: -100, maximum: 100 };
      const x = random(48).map((value) => Math.round(100 * value) / 100);
      const values = evaluateFloat(network, x)[y]!;
      const largest = values.reduce((most, value) => Math.max(most, value), 0.1);
      const quantized = quantize(network, [{ tensor: 'y', minimum: 0, maximum: largest }], { input });
      const [operation] = quantized.operations;
      assert.ok(operation?.kind === 'linear' && operation.requantization?.minimum === 0);
      const step = largest / 255;
      const sizeOfInput = x.reduce((sum, value) => sum + Math.abs(value), 0);
      const weightStep = 1 / 127;
      const allowed = step / 2 + sizeOfInput * weightStep + (weightStep * 0.01) / 2 + 1e-4;
      runReal(quantized, x)[0]!.forEach((value, index) => {
        const difference = Math.abs(value - Math.min(largest, values[index]!));
        assert.ok(difference <= allowed, `${difference} is more than ${allowed}`);
      });
    }),
    30,
  ));

test('a whole quantized network stays close to the float network', async () => {
  let worst = 0;
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    const network = wholeNetwork(seed);
    const random = numbers(seed + 100);
    const inputs = Array.from({ length: 6 }, () => random(8 * 8 * 3));
    const ranges = await calibrate(network, inputs);
    assert.equal(readRanges(JSON.parse(JSON.stringify(ranges))), ranges);
    const quantized = quantize(network, ranges);
    const kinds = new Set(quantized.operations.map(({ kind }) => kind));
    const all = ['linear', 'add', 'rescale', 'concat', 'maxPool', 'averagePool', 'reshape', 'softmax'];
    for (const kind of all) assert.ok(kinds.has(kind as 'add'), kind);
    const values = evaluateFloat(network, inputs[0]!);
    const [probabilities, head] = runReal(quantized, inputs[0]!) as [number[], number[]];
    const [expected, expectedHead] = network.outputs.map((id) => values[id]!) as [Float32Array, Float32Array];
    probabilities.forEach((value, index) => {
      worst = Math.max(worst, Math.abs(value - expected[index]!));
    });
    const size = expectedHead.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    head.forEach((value, index) => {
      worst = Math.max(worst, Math.abs(value - expectedHead[index]!) / size);
    });
    assert.is(quantized.tensors[quantized.outputs[1]!]!.kind, 'accumulator');
  }
  assert.ok(worst < 0.08, `probabilities or head off by ${worst}`);
});

test('each bit more of activations makes the error of a network smaller, and the integers are still exact', async () => {
  const errors: number[] = [];
  for (const activationBits of [8, 10, 12]) {
    let squares = 0;
    for (const seed of [1, 2, 3, 4]) {
      const network = wholeNetwork(seed);
      const random = numbers(seed + 100);
      const inputs = Array.from({ length: 6 }, () => random(8 * 8 * 3));
      const ranges = await calibrate(network, inputs, { method: 'mse' }, activationBits);
      const quantized = aQuantizedNetwork(quantize(network, ranges, { activationBits }));
      const widths = quantized.tensors.flatMap((t) => (t.kind === 'activation' ? [t.maximum - t.minimum + 1] : []));
      assert.is(Math.max(...widths), 2 ** activationBits);
      const x = Int16Array.from(inputs[0]!, (value) => {
        const tensor = quantized.tensors[quantized.input]!;
        if (tensor.kind !== 'activation') throw new TypeError('the input is an activation');
        return Math.max(tensor.minimum, Math.min(tensor.maximum, Math.round(value / tensor.scale)));
      });
      const outputs = await runInTheClear(quantized, arithmetic, x);
      assert.equal(
        outputs.map((values) => Array.from(values)),
        evaluate(quantized, integers(x)).map((values) => values.map(Number)),
      );
      const head = network.outputs[1]!;
      const expected = evaluateFloat(network, inputs[0]!)[head]!;
      const found = runReal(quantized, inputs[0]!)[1]!;
      found.forEach((value, index) => {
        squares += (value - expected[index]!) ** 2;
      });
    }
    errors.push(squares);
  }
  // Weights keep 8 bits, so the error does not fall as steps do.
  assert.ok(errors[1]! < 0.7 * errors[0]! && errors[2]! < errors[1]!, errors.join(', '));
  for (const activationBits of [7, 13, 8.5, Number.NaN]) {
    const network = wholeNetwork(1);
    const ranges = await calibrate(network, [numbers(1)(8 * 8 * 3)]);
    assert.throws(() => quantize(network, ranges, { activationBits }), RangeError);
  }
});

test('a concatenation with the input rescales what has another scale', async () => {
  const net = new FloatNetworkBuilder('net', [1, 2, 2]);
  const layer = {
    name: 'y',
    kernel: { height: 1, width: 1 },
    weights: Float32Array.of(9, 0, 0, -9),
    outputChannels: 2,
  };
  const both = net.concat([net.input, net.convolution(net.input, layer)], 'both', 2);
  const network = net.build([both]);
  const x = Float32Array.of(1, -1, 0.5, 0.25);
  const input = { scale: 1 / 255, zeroPoint: 0, minimum: -255, maximum: 255 };
  const quantized = quantize(network, await calibrate(network, [x]), { input });
  assert.equal(
    quantized.operations.map(({ kind }) => kind),
    ['linear', 'rescale', 'concat'],
  );
  const expected = [1, -1, 9, 9, 0.5, 0.25, 4.5, -2.25];
  runReal(quantized, x)[0]!.forEach((value, index) => {
    assert.ok(Math.abs(value - expected[index]!) < 0.05, `${value}, not ${expected[index]}`);
  });
});

test('a network can be made to fit the small modulus', () => {
  const net = new FloatNetworkBuilder('net', [3000]);
  const network = net.build([net.dense(net.input, 'y', numbers(1)(2 * 3000), new Float32Array(2))]);
  const ranges = [{ tensor: 'input', minimum: 0, maximum: 1 }];
  const boundOf = (quantized: QuantizedNetwork): number => {
    const [operation] = quantized.operations;
    return operation?.kind === 'linear' ? Number(bound(operation.map)) : 0;
  };
  assert.ok(2 * boundOf(quantize(network, ranges)) > P24);
  const small = boundOf(quantize(network, ranges, { modulus: P24 }));
  assert.ok(2 * small < P24 && 2 * small > 0.99 * P24);
});

test('malformed calibrations and options are refused', async () => {
  const good = { tensor: 'y', minimum: -1, maximum: 1 };
  assert.equal(readRanges([good]), [good]);
  refused(() => readRanges({ y: [0, 1] }), /must be a list/);
  refused(() => readRanges([{ ...good, maximum: Number.POSITIVE_INFINITY }]), /\[0\]\.maximum must be a finite number/);
  refused(() => readRanges([{ ...good, extra: 1 }]), /extra/);
  refused(() => readRanges(JSON.parse('[{"tensor":"y","minimum":0,"maximum":1,"__proto__":{}}]')), /__proto__/);
  refused(() => readRanges([{ ...good, minimum: 0.5 }]), /does not include zero/);
  refused(() => readRanges([good, good]), /two ranges/);
  const network = wholeNetwork(1);
  refused(() => quantize(network, []), /no range for the tensor "/);
  const x = numbers(1)(8 * 8 * 3);
  const ranges = await calibrate(network, [x]);
  const input = { scale: 1, zeroPoint: 0, minimum: -1, maximum: 1 };
  for (const wrong of [{ scale: 0 }, { scale: Number.NaN }, { minimum: 1 }, { maximum: 2 ** 15 }, { zeroPoint: 0.5 }]) {
    assert.throws(() => quantize(network, ranges, { input: { ...input, ...wrong } }), /input/);
  }
  assert.throws(() => quantize(network, ranges, { modulus: 7 as typeof P24 }), /modulus/);
  const tiny = ranges.map(({ tensor, minimum, maximum }) => ({
    tensor,
    minimum: minimum / 1e30,
    maximum: maximum / 1e30,
  }));
  refused(() => quantize(network, tiny, { input }), /calibrate again/);
  for (const inputs of [[], [x.map(() => Number.NaN)]]) {
    let message = '';
    await calibrate(network, inputs).catch((error: unknown) => {
      if (error instanceof ModelError) message = error.message;
    });
    assert.match(message, inputs.length === 0 ? /at least one input/ : /not finite/);
  }
});
