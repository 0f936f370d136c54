/** Layer normalization: by hand, beside real numbers, and the trusted side against the definition. */
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { readNetworkFile, writeNetworkFile } from '../../src/formats/slalom/index.js';
import { ModelError } from '../../src/model/errors.js';
import type { ActivationTensor } from '../../src/model/tensor.js';
import type { LayerNormalizationOperation } from '../../src/model/trusted-operations.js';
import { layerNormalization as rules } from '../../src/operations/layer-normalization.js';
import { aQuantizedNetwork } from '../../src/operations/validate-network.js';
import { referenceArithmetic } from '../../src/protocol/index.js';
import { evaluate } from '../../src/reference/index.js';
import { integerRoot, layerNormalization } from '../../src/reference/layer-normalization.js';
import { runInTheClear } from '../../src/session/clear.js';
import { edgy, integers } from '../generators.js';
import { check, suite } from '../suite.js';

const test = suite('operations: layer normalization');

const SHORT = { minimum: -32768, maximum: 32767 };

function operation(how: Partial<LayerNormalizationOperation>): LayerNormalizationOperation {
  const names = { kind: 'layerNormalization', name: 'op', input: 0, output: 1 } as const;
  const nothing = { factors: Int32Array.of(0), bias: Int32Array.of(0), shift: 20, epsilon: 0 };
  return { ...names, ...nothing, ...SHORT, ...how };
}

function tensor(shape: readonly number[], range = SHORT): ActivationTensor {
  return { kind: 'activation', name: 'x', shape, scale: 1, zeroPoint: 0, ...range };
}

test('a root is the largest whose square fits', () =>
  check(
    fc.property(fc.bigInt({ min: 2n, max: 2n ** 100n }), (a) => {
      for (const value of [a, a * a, a * a - 1n]) {
        const root = integerRoot(value);
        assert.ok(root * root <= value && (root + 1n) * (root + 1n) > value);
      }
    }),
  ));

test('by hand', () => {
  // S = 8, Q = 26, R = 3 * 26 - 64 = 14, d = (-5, 1, 4).
  const unit = { factors: Int32Array.of(2 ** 20, 2 ** 21, -(2 ** 20)), bias: Int32Array.of(0, 0, 0), shift: 40 };
  // -5 / sqrt(14) = -1.336, 2 * 0.267 = 0.534, -1.069
  assert.equal(layerNormalization([1n, 3n, 4n], operation(unit)), [-1n, 1n, -1n]);
  // Epsilon 86 makes R = 100: -0.5 is rounded up, 0.2, -0.4.
  assert.equal(layerNormalization([1n, 3n, 4n], operation({ ...unit, epsilon: 86 })), [0n, 0n, 0n]);
  // Biases are 2^16ths: -0.5 - 2^-16, 0.2 + 0.3, -0.4 + 100 cut to 99.
  const bias = Int32Array.of(-1, 19661, 100 * 2 ** 16);
  const how = operation({ ...unit, bias, epsilon: 86, maximum: 99 });
  assert.equal(layerNormalization([1n, 3n, 4n], how), [-1n, 1n, 99n]);
});

test('rows of equal entries, and of one, give the biases', () => {
  const factors = new Int32Array(3).fill(2 ** 24);
  const bias = Int32Array.of(2 ** 15, -(2 ** 15), 3 * 2 ** 16);
  for (const epsilon of [0, 1, 2 ** 53 - 1]) {
    const how = operation({ factors, bias, epsilon });
    assert.equal(layerNormalization(integers([-7, -7, -7, 0, 0, 0]), how), [1n, 0n, 3n, 1n, 0n, 3n]);
    assert.equal(layerNormalization([5n], operation({ factors: factors.slice(2), bias: bias.slice(2), epsilon })), [
      3n,
    ]);
  }
});

/** Numbers from 0 to 1 that a salt gives. */
function* stream(salt: number): Generator<number, never> {
  for (let state = salt | 1; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    yield (state >>> 8) / 2 ** 24;
  }
}

interface Case {
  readonly operation: LayerNormalizationOperation;
  readonly x: Int16Array;
  readonly range: { readonly minimum: number; readonly maximum: number };
}

/** Rows of entries spread over a range, of few entries that differ, or of one that does; with the largest shift that is allowed. */
function arrange(n: number, range: Case['range'], salt: number, gain: number, epsilon: number): Case {
  const random = stream(salt);
  const next = (): number => random.next().value;
  const width = range.maximum - range.minimum;
  const spread = [width, 1, Math.ceil(width / 16)][salt % 3]!;
  const x = Int16Array.from({ length: 2 * n }, () => range.minimum + Math.round(next() * spread));
  x[n] = range.maximum;
  const gains = Float64Array.from({ length: n }, () => gain * (2 * next() - 1));
  const offsets = Float64Array.from({ length: n }, () => 256 * (2 * next() - 1));
  // Somewhere below lies the largest that fits.
  for (let shift = 53 - Math.max(0, Math.floor(Math.log2(gain))); ; shift--) {
    const factors = Int32Array.from(gains, (value) => Math.round(value * 2 ** (shift - 20)));
    const bias = Int32Array.from(offsets, (value) => Math.round(value * 2 ** 16));
    const made = operation({ factors, bias, shift, epsilon });
    if (gain * 2 ** (shift - 20) < 2 ** 31 && fits(made, [n], range)) return { operation: made, x, range };
  }
}

function fits(how: LayerNormalizationOperation, shape: readonly number[], range = SHORT): boolean {
  try {
    rules.check(how, [tensor(shape, range)], tensor(shape), 'here');
    return true;
  } catch (error) {
    if (error instanceof ModelError) return false;
    throw error;
  }
}

const aCase = fc
  .tuple(
    fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(64, 255, 256, 768)),
    fc.constantFrom(
      { minimum: -128, maximum: 127 },
      { minimum: -40, maximum: 215 },
      { minimum: 0, maximum: 4095 },
      SHORT,
    ),
    fc.nat(),
    fc.constantFrom(0.01, 1, 31.7, 900),
    edgy(0, 2 ** 53 - 1),
    fc.boolean(),
  )
  .map(([n, range, salt, gain, epsilon, small]) => arrange(n, range, salt, gain, small ? epsilon % 100_000 : epsilon));

function fast({ operation: how, x }: Pick<Case, 'operation' | 'x'>): number[] {
  const out = new Int16Array(x.length).fill(77);
  const tensors = [tensor([x.length / how.factors.length, how.factors.length])];
  rules.run(how, { inputs: [x], tensors, out, images: 1, arithmetic: referenceArithmetic() });
  return [...out];
}

test('the trusted side gives what the definition gives', () =>
  check(
    fc.property(aCase, (one) => {
      assert.equal(fast(one), layerNormalization(integers(one.x), one.operation).map(Number));
    }),
    300,
  ));

test('doubles are exact at the ends of what is allowed', () => {
  const n = 2 ** 14;
  for (const epsilon of [0, 2 ** 53 - 1]) {
    for (const shift of [16, 38, 52]) {
      // One entry far from all others has the largest normalized entry, two halves the largest variance.
      const alone = Int16Array.from({ length: n }, (_, at) => (at === 5 ? 32767 : -32768));
      const halves = Int16Array.from({ length: n }, (_, at) => (at % 2 === 0 ? 32767 : -32768));
      const nearly = Int16Array.from({ length: n }, (_, at) => (at === 9 ? 1 : 0));
      const room = 2 ** 53 - 2 ** (shift - 1) - 1;
      const most = Math.min(2 ** 31 - 1, Math.floor(room / 2 / (2 ** 27 + 1)));
      const factors = new Int32Array(n).fill(most);
      const largest = Math.min(2 ** 31 - 1, Math.floor(room / 2 / 2 ** (shift - 16)));
      const bias = Int32Array.from(factors, (_, at) => (at % 2 === 0 ? largest : -largest));
      const how = operation({ factors, bias, shift, epsilon });
      assert.ok(fits(how, [n]), `shift ${shift}`);
      for (const x of [alone, halves, nearly]) {
        assert.equal(fast({ operation: how, x }), layerNormalization(integers(x), how).map(Number));
      }
    }
  }
});

/** Before it is rounded and cut. */
function real({ operation: { factors, bias, shift, epsilon }, x }: Case): number[] {
  const n = factors.length;
  return Array.from({ length: x.length / n }, (_, row) => {
    const entries = Array.from(x.subarray(row * n, (row + 1) * n));
    const mean = entries.reduce((total, entry) => total + entry, 0) / n;
    const variance = entries.reduce((total, entry) => total + (entry - mean) ** 2, 0) / n + epsilon / n ** 2;
    return entries.map((value, at) => {
      const normal = variance === 0 ? 0 : (value - mean) / Math.sqrt(variance);
      return (normal * factors[at]!) / 2 ** (shift - 20) + bias[at]! / 2 ** 16;
    });
  }).flat();
}

test('results are as near to the real ones as the definition says', () =>
  check(
    fc.property(aCase, (one) => {
      const { factors, shift, minimum, maximum } = one.operation;
      const n = factors.length;
      const precision = 2 ** -21 + n * (one.range.maximum - one.range.minimum) * 2 ** -45;
      const expected = real(one);
      layerNormalization(integers(one.x), one.operation).forEach((found, at) => {
        const gain = Math.abs(factors[at % n]!) / 2 ** (shift - 20);
        const cut = Math.max(minimum, Math.min(maximum, expected[at]!));
        // Doubles have an error of their own.
        assert.ok(Math.abs(Number(found) - cut) <= 0.5 + gain * precision + 1e-8 * (1 + Math.abs(cut)));
      });
    }),
    300,
  ));

test('what its arithmetic cannot hold is refused', () => {
  const four = { factors: new Int32Array(4), bias: new Int32Array(4) };
  const refused = (how: object, shape: readonly number[], message: RegExp): void => {
    assert.throws(
      () => rules.check(operation({ ...four, ...how }), [tensor(shape)], tensor(shape), 'here'),
      (error: unknown) => error instanceof ModelError && message.test(error.message),
    );
  };
  for (const shape of [[4], [3, 4], [3, 2, 2], [2, 4, 1]]) assert.ok(fits(operation(four), shape));
  for (const shape of [[8], [4, 3], [3, 6], [4, 2]]) refused({}, shape, /rows have 4 entries, and no last axes/);
  refused({ bias: new Int32Array(3) }, [4], /a factor and a bias for each entry/);
  refused({ factors: [1, 2, 3, 4] }, [4], /32-bit integers/);
  refused({ shift: 15 }, [4], /shift must be from 16/);
  refused({ shift: 63 }, [4], /shift must be from 16/);
  refused({ epsilon: 0.5 }, [4], /epsilon/);
  refused({ epsilon: -1 }, [4], /epsilon/);
  refused({ epsilon: 2 ** 53 }, [4], /epsilon/);
  refused({ shift: 54 }, [4], /53 bits/);
  refused({ factors: new Int32Array(16).fill(-(2 ** 31)), bias: new Int32Array(16), shift: 53 }, [16], /53 bits/);
  refused({ bias: new Int32Array(4).fill(2 ** 31 - 1), shift: 40 }, [4], /53 bits/);
  refused({ minimum: 1, maximum: 0 }, [4], /cut to/);
  const long = { factors: new Int32Array(2 ** 14 + 1), bias: new Int32Array(2 ** 14 + 1) };
  refused(long, [2 ** 14 + 1], /at most 16384/);
});

test('in a network: the definition, the clear, the file', async () => {
  const range = { minimum: -128, maximum: 127 };
  const weights = Int16Array.from({ length: 16 }, (_, at) => ((at * 37) % 255) - 127);
  const map = { kind: 'dense', inputs: 4, outputs: 4, weights, inputRange: range } as const;
  const requantization = { multipliers: new Int32Array(4).fill(2 ** 30), shift: 38, ...range };
  const factors = Int32Array.of(2 ** 25, -(2 ** 24), 3, 2 ** 23);
  const bias = Int32Array.of(0, 2 ** 21, -(2 ** 31), 5);
  const network = aQuantizedNetwork({
    name: 'normalized',
    tensors: ['x', 'y', 'z'].map((name) => ({ ...tensor([2, 2], range), name })),
    operations: [
      { kind: 'linear', name: 'y', input: 0, output: 1, map, bias: new Int32Array(4), requantization },
      { ...operation({ factors, bias, shift: 36, epsilon: 5000, ...range }), input: 1, output: 2 },
    ],
    input: 0,
    outputs: [2],
  });
  const x = [-128, 127, 3, -90];
  const outputs = await runInTheClear(network, referenceArithmetic(), Int16Array.from(x));
  assert.equal(
    outputs.map((values) => [...values]),
    evaluate(network, integers(x)).map((values) => values.map(Number)),
  );
  const file = readNetworkFile(writeNetworkFile(network), 'net');
  assert.equal(file.network, network);
});
