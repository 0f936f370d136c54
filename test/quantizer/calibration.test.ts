/** The choices of the quantizer, each against the straightforward way to compute the same. */
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { wasmArithmetic } from '../../src/fast/index.js';
import { evaluateFloat, type FloatNetwork, FloatNetworkBuilder, realWeights } from '../../src/graph/index.js';
import { referenceArithmetic, type TrustedArithmetic } from '../../src/protocol/index.js';
import {
  calibrate,
  chooseRange,
  correctBiases,
  equalize,
  Histogram,
  outputError,
  prepare,
  quantizationOf,
  quantize,
  quantizeCalibrated,
  type Range,
} from '../../src/quantizer/index.js';
import { numbers, wholeNetwork } from '../session/random-network.js';
import { check, suite } from '../suite.js';

const test = suite('calibration');

let arithmetic: TrustedArithmetic;
test.before(async () => {
  arithmetic = await wasmArithmetic({ threads: 1 });
});
test.after(() => arithmetic.close());

/** Values of many sizes, as activations have: a bell with a long tail, perhaps only positive, with some zeros. */
const values = fc
  .record({
    seed: fc.nat(),
    count: fc.integer({ min: 1, max: 3000 }),
    power: fc.constantFrom(1, 3, 9),
    positive: fc.boolean(),
    size: fc.constantFrom(1e-30, 1, 1000, 1e30),
  })
  .map(({ seed, count, power, positive, size }) =>
    numbers(seed)(count).map((value) => {
      const real = size * Math.sign(value) * Math.abs(value) ** power;
      return positive ? Math.max(0, real) : real;
    }),
  );

/** Counted in pieces, as images come. */
function counted(all: Float32Array, pieces: number): Histogram {
  const histogram = new Histogram('t');
  const step = Math.ceil(all.length / pieces);
  for (let at = 0; at < all.length; at += step) histogram.add(all.subarray(at, at + step));
  return histogram;
}

test('a histogram counts every value in its bin, whatever the order', () =>
  check(
    fc.property(values, fc.integer({ min: 1, max: 9 }), (all, pieces) => {
      const histogram = counted(all, pieces);
      const { width } = histogram;
      const expected = new Map<number, number>();
      for (const value of all) {
        if (value === 0) continue;
        const bin = Math.floor(value / width);
        expected.set(bin, (expected.get(bin) ?? 0) + 1);
      }
      assert.equal(new Map(histogram.bins()), expected);
      assert.is(histogram.zeros, all.filter((value) => value === 0).length);
      assert.is(histogram.total, all.length);
      assert.equal(histogram.range, { minimum: Math.min(0, ...all), maximum: Math.max(0, ...all) });
      const largest = Math.max(...all.map(Math.abs));
      assert.ok(width === 0 ? largest === 0 : width <= largest / 1000, 'bins are narrow enough');
      assert.equal([...counted(all.toReversed(), pieces).bins()], [...histogram.bins()]);
    }),
    200,
  ));

test('values that are not finite are refused', () => {
  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => new Histogram('t').add(Float32Array.of(1, wrong)), /"t" is not finite/);
  }
  assert.throws(() => chooseRange(new Histogram('t'), { method: 'mse' }), /at least one input/);
  for (const percentile of [49, 101, Number.NaN]) {
    assert.throws(() => chooseRange(counted(Float32Array.of(1), 1), { method: 'percentile', percentile }), /from 50/);
  }
});

test('min-max is everything that was seen', () =>
  check(
    fc.property(values, (all) => {
      const range = chooseRange(counted(all, 3), { method: 'min-max' });
      assert.equal(range, { minimum: Math.min(0, ...all), maximum: Math.max(0, ...all) });
    }),
  ));

test('a percentile is that of the sorted values, up to one bin', () =>
  check(
    fc.property(values, fc.double({ min: 50, max: 100, noNaN: true }), (all, percentile) => {
      const histogram = counted(all, 2);
      const { minimum, maximum } = chooseRange(histogram, { method: 'percentile', percentile });
      const allowed = Math.floor((all.length * (100 - percentile)) / 100);
      const sorted = all.toSorted();
      // With `allowed` values clipped on either side, these are the first that may not be.
      const high = Math.max(0, sorted[sorted.length - 1 - allowed]!);
      const low = Math.min(0, sorted[allowed]!);
      assert.ok(maximum >= high && maximum <= high + histogram.width, `${high}, not ${maximum}`);
      assert.ok(minimum <= low && minimum >= low - histogram.width, `${low}, not ${minimum}`);
    }),
    300,
  ));

/** The error of quantizing the values themselves. */
function trueError(all: Float32Array, range: Range): number {
  const { scale, minimum, maximum } = quantizationOf(range);
  const errors = Array.from(all, (value) => {
    const code = Math.min(maximum, Math.max(minimum, Math.round(value / scale)));
    return (value - scale * code) ** 2;
  });
  return errors.reduce((sum, error) => sum + error, 0) / all.length;
}

test('mse has nearly the least error of all ranges', () =>
  check(
    fc.property(fc.nat(), fc.constantFrom(1, 3, 9), fc.boolean(), (seed, power, positive) => {
      const all = numbers(seed)(2000).map((value) => {
        const real = Math.sign(value) * Math.abs(value) ** power;
        return positive ? Math.abs(real) : real;
      });
      const histogram = counted(all, 4);
      const found = trueError(all, chooseRange(histogram, { method: 'mse' }));
      const seen = histogram.range;
      let best = Number.POSITIVE_INFINITY;
      for (let i = 1; i <= 32; i++) {
        for (let j = 1; j <= (positive ? 1 : 32); j++) {
          best = Math.min(best, trueError(all, { minimum: (seen.minimum * j) / 32, maximum: (seen.maximum * i) / 32 }));
        }
      }
      assert.ok(found <= 1.05 * best, `${found} instead of ${best}`);
      assert.ok(found <= 1.001 * trueError(all, seen));
    }),
    24,
  ));

test('mse gives up one outlier among a million, and not one among a thousand', () => {
  for (const [count, clips] of [
    [2 ** 20, true],
    [2 ** 10, false],
  ] as const) {
    const all = numbers(8)(count).map(Math.abs);
    all[7] = 4;
    const { maximum } = chooseRange(counted(all, 2), { method: 'mse' });
    assert.is(maximum < 2, clips);
    if (clips) assert.ok(trueError(all, { minimum: 0, maximum }) < 0.6 * trueError(all, { minimum: 0, maximum: 4 }));
  }
});

test('a calibration looks at every tensor of every input', async () => {
  const network = wholeNetwork(3);
  const random = numbers(5);
  const inputs = Array.from({ length: 5 }, () => random(192));
  const prepared = prepare(network);
  const all = prepared.tensors.map((_, id) =>
    Float32Array.from(inputs.flatMap((input) => [...evaluateFloat(prepared, input)[id]!])),
  );
  for (const choice of [{ method: 'min-max' }, { method: 'percentile', percentile: 98 }, { method: 'mse' }] as const) {
    const ranges = await calibrate(network, inputs, choice);
    prepared.tensors.forEach(({ name }, id) => {
      const { minimum, maximum } = chooseRange(counted(all[id]!, 1), choice);
      assert.equal(ranges[id], { tensor: name, minimum, maximum });
    });
  }
});

/** Layers whose channels differ widely in size, with everything equalization may cross and may not. */
function unequal(seed: number): FloatNetwork {
  const random = numbers(seed);
  const sizes = random(8).map((value) => 10 ** (1.5 * value));
  const net = new FloatNetworkBuilder('unequal', [8, 8, 3]);
  const kernel = { height: 3, width: 3 };
  const sized = (weights: Float32Array, terms: number): Float32Array =>
    weights.map((weight, index) => weight * sizes[Math.floor(index / terms) % 8]!);
  const first = net.convolution(net.input, {
    name: 'first',
    kernel,
    padding: 'same',
    weights: sized(random(8 * 27), 27),
    bias: random(8).map((value, c) => value * sizes[c]!),
    outputChannels: 8,
    activation: 'relu',
  });
  const depthwise = net.convolution(first, {
    name: 'depthwise',
    kernel,
    padding: 'same',
    groups: 8,
    weights: random(72).map((weight, index) => weight / sizes[Math.floor(index / 9)]!),
    bias: random(8),
    outputChannels: 8,
    activation: 'relu',
  });
  const pooled = net.pool(depthwise, 'pooled', 'maxPool', { height: 2, width: 2 });
  const grouped = net.convolution(pooled, {
    name: 'grouped',
    kernel,
    groups: 4,
    weights: sized(random(8 * 18), 18),
    bias: random(8),
    outputChannels: 8,
  });
  const six = net.convolution(grouped, {
    name: 'six',
    kernel: { height: 1, width: 1 },
    weights: random(64),
    outputChannels: 8,
    activation: 'relu6',
  });
  const last = net.convolution(six, {
    name: 'last',
    kernel: { height: 1, width: 1 },
    weights: sized(random(64), 8),
    outputChannels: 8,
    activation: 'relu',
  });
  const flat = net.reshape(net.pool(last, 'average', 'averagePool', { height: 2, width: 1 }), 'flat', [16]);
  return net.build([net.dense(flat, 'scores', random(5 * 16), random(5))]);
}

test('equalizing changes nothing that the float network computes', () =>
  check(
    fc.property(fc.nat(), (seed) => {
      const network = unequal(seed);
      const { network: equalized, pairs } = equalize(network);
      // Not across the relu6, nor out of it.
      assert.is(pairs, 4);
      const x = numbers(seed + 1)(192, 2);
      const before = evaluateFloat(network, x)[network.outputs[0]!]!;
      const after = evaluateFloat(equalized, x)[equalized.outputs[0]!]!;
      const size = before.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      before.forEach((value, index) => {
        assert.ok(Math.abs(value - after[index]!) <= 1e-4 * size, `${value} became ${after[index]}`);
      });
    }),
  ));

test('equalized channels use the same share of both layers, by the definition', () => {
  const { network } = equalize(unequal(4));
  const named = (name: string) => {
    const found = network.operations.find((operation) => operation.name === name);
    if (found?.kind !== 'convolution') throw new Error(name);
    return { weights: realWeights(found.weights, found.bias.length) };
  };
  const [first, depthwise, grouped] = [named('first'), named('depthwise'), named('grouped')];
  for (let c = 0; c < 8; c++) {
    const largest = (weights: ArrayLike<number>): number => Math.max(...Array.from(weights, Math.abs));
    const near = (a: number, b: number): void => assert.ok(Math.abs(a / b - 1) < 0.01, `${a} and ${b}`);
    near(
      largest(first.weights.subarray(c * 27, (c + 1) * 27)),
      largest(depthwise.weights.subarray(c * 9, (c + 1) * 9)),
    );
    // Of the grouped layer, outputs 2g and 2g + 1 see the inputs 2g and 2g + 1.
    const seen = Array.from({ length: 36 }, (_, at) => {
      const output = 2 * Math.floor(c / 2) + Math.floor(at / 18);
      return at % 2 === c % 2 ? grouped.weights[output * 18 + (at % 18)]! : 0;
    });
    near(largest(depthwise.weights.subarray(c * 9, (c + 1) * 9)), largest(seen));
  }
});

test('networks with nothing to equalize stay as they are', () => {
  const whole = wholeNetwork(1);
  const equalized = equalize(whole);
  assert.is(equalized.pairs, 0);
  assert.equal(equalized.network, prepare(whole));
});

async function quantized(network: FloatNetwork, inputs: readonly Float32Array[]) {
  return quantize(network, await calibrate(network, inputs));
}

test('bias correction takes the mean error away, and is the same in reference arithmetic', async () => {
  for (let seed = 1; seed <= 6; seed++) {
    const network = seed % 2 === 0 ? unequal(seed) : wholeNetwork(seed);
    const random = numbers(seed + 50);
    const inputs = Array.from({ length: 8 }, () => random(192).map((value) => Math.abs(value)));
    const before = await quantized(network, inputs);
    const after = await correctBiases(network, before, inputs, arithmetic);
    const [worse, better] = await Promise.all(
      [before, after].map((one) => outputError(network, one, inputs, arithmetic)),
    );
    assert.ok(better!.meanShift < worse!.meanShift, `${worse!.meanShift} became ${better!.meanShift}`);
    assert.equal(
      after.operations.map((operation) => ({ ...operation, bias: null })),
      before.operations.map((operation) => ({ ...operation, bias: null })),
    );
    if (seed < 3) assert.equal(await correctBiases(network, before, inputs, referenceArithmetic()), after);
  }
});

test('of one layer, the corrected mean is the float mean', async () => {
  const random = numbers(9);
  const net = new FloatNetworkBuilder('one', [6, 6, 2]);
  const layer = { name: 'y', kernel: { height: 3, width: 3 }, padding: 'same', outputChannels: 3 } as const;
  const y = net.convolution(net.input, { ...layer, weights: random(54), bias: random(3) });
  const network = net.build([y]);
  const inputs = Array.from({ length: 4 }, () => random(72).map(Math.abs));
  const shift = async (one: Parameters<typeof outputError>[1]): Promise<number[]> => {
    const operation = one.operations[0]!;
    if (operation.kind !== 'linear') throw new Error('no linear layer');
    const tensor = one.tensors[operation.output]!;
    if (tensor.kind !== 'accumulator') throw new Error('no accumulators');
    const { runReals } = await import('../../src/quantizer/measured.js');
    const found = await runReals(one, inputs, arithmetic);
    return [0, 1, 2].map((c) => {
      let sum = 0;
      inputs.forEach((input, image) => {
        evaluateFloat(network, input)[y]!.forEach((value, at) => {
          if (at % 3 === c) sum += found[image]![0]![at]! - value;
        });
      });
      return Math.abs(sum / (4 * 36)) / tensor.scales[c]!;
    });
  };
  const before = await quantized(network, inputs);
  const after = await correctBiases(network, before, inputs, arithmetic);
  // A bias is a whole number, so half a unit stays.
  for (const units of await shift(after)) assert.ok(units <= 0.501, `${units} units`);
  assert.ok(Math.max(...(await shift(before))) > 5);
});

test('the whole way: every choice gives a network near the float network, and what is kept does not make it worse', async () => {
  let equalizedOnce = 0;
  for (let seed = 1; seed <= 4; seed++) {
    for (const network of [unequal(seed), wholeNetwork(seed)]) {
      const random = numbers(seed + 90);
      const inputs = Array.from({ length: 10 }, () => random(192));
      for (const choice of [
        { method: 'min-max' },
        { method: 'percentile', percentile: 99.9 },
        { method: 'mse' },
      ] as const) {
        const stages: string[] = [];
        const options = { arithmetic, choice, measured: 6, onStage: (stage: string) => void stages.push(stage) };
        const result = await quantizeCalibrated(network, () => inputs, options);
        assert.is(result.images, 10);
        const [plain, ...others] = result.trials;
        let error = plain!.error.relativeSquared;
        for (const trial of others) {
          assert.is(trial.kept, trial.error.relativeSquared <= error);
          if (trial.kept) error = trial.error.relativeSquared;
        }
        const final = await outputError(network, result.network, inputs.slice(0, 6), arithmetic);
        assert.is(final.relativeSquared, error);
        assert.ok(error <= plain!.error.relativeSquared);
        assert.ok(error < 0.02, `${network.name} ${seed}, ${choice.method}: ${error}`);
        assert.is(
          result.equalizedPairs > 0,
          others.some(({ what, kept }) => what === 'equalized' && kept),
        );
        if (result.equalizedPairs > 0) equalizedOnce++;
        assert.ok(stages.includes('calibrate'));
      }
    }
  }
  assert.ok(equalizedOnce > 0, 'equalization helps networks whose channels differ');
  const random = numbers(1);
  const inputs = [random(192)];
  const plain = await quantizeCalibrated(unequal(1), () => inputs, {
    arithmetic,
    equalize: false,
    correctBiases: false,
  });
  assert.equal(plain.network, await quantized(unequal(1), inputs));
  assert.equal([plain.equalizedPairs, plain.biasCorrected, plain.trials.length], [0, false, 1]);
});
