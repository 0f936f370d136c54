/** Linear maps in WebAssembly are exactly the reference's: modulo both moduli, over the integers, and transposed. */
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { wasmArithmetic } from '../../src/fast/index.js';
import { outputBound } from '../../src/model/bounds.js';
import { M31, P24 } from '../../src/model/modulus.js';
import { referenceArithmetic } from '../../src/protocol/index.js';
import { type Dense, inputLength, type LinearMap, outputLength } from '../../src/reference/index.js';
import { mapAndInput } from '../generators.js';
import { check, suite } from '../suite.js';
import { moduloCase } from './generators.js';

const test = suite('fast engine');
const fast = await wasmArithmetic();
/** On one thread, and on more than a small map gives work to. */
const teams = [fast, await wasmArithmetic({ threads: 3 })];
const slow = referenceArithmetic();

/** The three jobs of a map, by either arithmetic. */
const jobs = {
  modulo: (arithmetic: typeof fast, map: LinearMap, x: Uint32Array, p: typeof P24 | typeof M31): Uint32Array => {
    const loaded = arithmetic.load(map);
    const out = new Uint32Array(outputLength(map)).fill(7);
    loaded.applyModulo(x, p, out);
    loaded.release();
    return out;
  },
  integers: (arithmetic: typeof fast, map: LinearMap, x: Int16Array): Int32Array => {
    const loaded = arithmetic.load(map);
    const out = new Int32Array(outputLength(map)).fill(7);
    loaded.applyIntegers(x, out);
    loaded.release();
    return out;
  },
  transpose: (arithmetic: typeof fast, map: LinearMap, s: Uint32Array): Uint32Array => {
    const loaded = arithmetic.load(map);
    const out = new Uint32Array(inputLength(map)).fill(7);
    loaded.transpose(s, out);
    loaded.release();
    return out;
  },
};

test('L(x) mod p and its transpose mod q, for any map with int16 weights', () =>
  check(
    fc.property(moduloCase, ([map, p, x, s]) => {
      for (const team of teams) {
        assert.equal(jobs.modulo(team, map, x, p), jobs.modulo(slow, map, x, p));
        assert.equal(jobs.transpose(team, map, s), jobs.transpose(slow, map, s));
      }
    }),
    400,
  ));

test('L(x) over the integers', () =>
  check(
    fc.property(mapAndInput, ({ map, x }) => {
      for (const team of teams) assert.equal(jobs.integers(team, map, x), jobs.integers(slow, map, x));
    }),
    300,
  ));

test('several inputs back to back are each applied alone', () =>
  check(
    fc.property(moduloCase, mapAndInput, ([map, p, x], { map: second, x: y }) => {
      for (const arithmetic of [...teams, slow]) {
        const loaded = arithmetic.load(map);
        const three = Uint32Array.of(...x, ...x.map((value) => p - 1 - value), ...x);
        const out = new Uint32Array(outputLength(map) * 3);
        loaded.applyModulo(three, p, out);
        const alone = [0, 1, 2].map((i) => jobs.modulo(slow, map, three.slice(i * x.length, (i + 1) * x.length), p));
        assert.equal(
          [...out],
          alone.flatMap((one) => [...one]),
        );
        loaded.release();
        const integers = arithmetic.load(second);
        const both = new Int32Array(outputLength(second) * 2);
        integers.applyIntegers(Int16Array.of(...y, ...y), both);
        const expected = [...jobs.integers(slow, second, y)];
        assert.equal([...both], [...expected, ...expected]);
        if (arithmetic !== slow) assert.throws(() => integers.applyIntegers(new Int16Array(0), both), RangeError);
        integers.release();
      }
    }),
    40,
  ));

test('several tiles, groups and blocks of columns', () => {
  const grouped = (groups: number, perGroup: number, outputs: number, side: number): LinearMap => ({
    kind: 'convolution',
    input: { height: side, width: side + 1, channels: groups * perGroup },
    kernel: { height: 3, width: 3 },
    stride: { y: 1, x: 2 },
    dilation: { y: 1, x: 1 },
    padding: { top: 1, bottom: 0, left: 0, right: 2 },
    groups,
    outputChannels: groups * outputs,
    weights: Int16Array.from({ length: groups * outputs * 9 * perGroup }, (_, i) => ((i * 37) % 255) - 127),
    inputRange: { minimum: -128, maximum: 127 },
  });
  // 61 * 31 output pixels of 9 * 13 terms are more than one tile; 19 columns are three blocks, the last one partial.
  for (const map of [grouped(1, 13, 19, 61), grouped(2, 9, 11, 40)]) {
    for (const p of [P24, M31] as const) {
      const x = Uint32Array.from({ length: inputLength(map) }, (_, i) => (i * 7919 * 7919) % p);
      const expected = jobs.modulo(slow, map, x, p);
      for (const team of teams) assert.equal(jobs.modulo(team, map, x, p), expected);
    }
    const s = Uint32Array.from({ length: outputLength(map) }, (_, i) => (i * 104729 * 1299) % M31);
    const folded = jobs.transpose(slow, map, s);
    for (const team of teams) assert.equal(jobs.transpose(team, map, s), folded);
    const x = Int16Array.from({ length: inputLength(map) }, (_, i) => (i % 256) - 128);
    const y = jobs.integers(slow, map, x);
    for (const team of teams) assert.equal(jobs.integers(team, map, x), y);
  }
});

/** One output per extreme: all weights w, all -w, alternating, and halves that cancel late. */
function extremeDense(inputs: number, w: number): Dense {
  const minus = Math.max(-w, -32768);
  const plus = Math.min(w, 32767);
  const rows = [
    () => plus,
    () => minus,
    (i: number) => (i % 2 ? plus : minus),
    (i: number) => (2 * i < inputs ? plus : minus),
  ];
  const weights = Int16Array.from(rows.flatMap((row) => Array.from({ length: inputs }, (_, i) => row(i))));
  return { kind: 'dense', inputs, outputs: rows.length, weights, inputRange: { minimum: -32768, maximum: 32767 } };
}

const turned = (map: Dense): Dense => ({
  ...map,
  inputs: map.outputs,
  outputs: map.inputs,
  weights: transposedWeights(map),
});

function transposedWeights({ inputs, outputs, weights }: Dense): Int16Array {
  return Int16Array.from(
    { length: weights.length },
    (_, at) => weights[(at % outputs) * inputs + Math.floor(at / outputs)]!,
  );
}

test('sums at the accumulator bound, with every spill happening', () => {
  for (const w of [127, 128, 2047, 2048, 2049, 32767, 32768]) {
    for (const inputs of [8, 504, 512, 513, 2049]) {
      const map = extremeDense(inputs, w);
      for (const p of [P24, M31] as const) {
        // Balanced, these have the largest limbs: +-2^15 in the low one, and the largest high one.
        for (const value of [(p - 1) / 2, (p + 1) / 2, p - 32768, 32768, p - 1024, 0x3fff8000 % p]) {
          const x = new Uint32Array(inputs).fill(value);
          assert.equal(
            jobs.modulo(fast, map, x, p),
            jobs.modulo(slow, map, x, p),
            `w ${w}, inputs ${inputs}, x ${value}`,
          );
          const s = new Uint32Array(inputs).fill(value);
          assert.equal(jobs.transpose(fast, turned(map), s), jobs.transpose(slow, turned(map), s));
        }
      }
    }
  }
});

test('the int32 limit over the integers', () => {
  // 65538 * 32767 = 2^31 - 2: the largest such product that fits.
  const map: Dense = {
    kind: 'dense',
    inputs: 3,
    outputs: 2,
    weights: Int16Array.of(32767, 32767, 4, -32767, -32767, -4),
    inputRange: { minimum: -32767, maximum: 32767 },
  };
  assert.is(outputBound(map), 65538 * 32767);
  for (const value of [32767, -32767]) {
    const x = new Int16Array(3).fill(value);
    assert.equal(jobs.integers(fast, map, x), jobs.integers(slow, map, x));
  }
  const beyond = { ...map, inputRange: { minimum: -32768, maximum: 32767 } };
  assert.is(outputBound(beyond), 65538 * 32768);
  assert.throws(
    () => jobs.integers(fast, beyond, new Int16Array(3)),
    (error: Error) => error instanceof RangeError,
  );
  // The same map is fine modulo p.
  assert.equal(
    jobs.modulo(fast, beyond, Uint32Array.of(1, 2, 3), P24),
    jobs.modulo(slow, beyond, Uint32Array.of(1, 2, 3), P24),
  );
});

test('a long depthwise sum of extremes', () => {
  for (const channels of [1, 8, 11]) {
    const map: LinearMap = {
      kind: 'convolution',
      input: { height: 40, width: 40, channels },
      kernel: { height: 39, width: 40 },
      stride: { y: 1, x: 1 },
      dilation: { y: 1, x: 1 },
      padding: { top: 0, bottom: 0, left: 1, right: 0 },
      groups: channels,
      outputChannels: channels,
      weights: new Int16Array(channels * 39 * 40).map((_, i) => (i < 39 * 40 * (channels >> 1) ? 32767 : -32768)),
      inputRange: { minimum: -32768, maximum: 32767 },
    };
    for (const p of [P24, M31] as const) {
      const x = new Uint32Array(inputLength(map)).fill(p - 1);
      assert.equal(jobs.modulo(fast, map, x, p), jobs.modulo(slow, map, x, p));
    }
    const s = new Uint32Array(outputLength(map)).fill(M31 - 1);
    assert.equal(jobs.transpose(fast, map, s), jobs.transpose(slow, map, s));
  }
});

test('<s, L(x)> = <transpose(s), x> on the fast side alone', () =>
  check(
    fc.property(moduloCase, ([map, , , s]) => {
      const x = Uint32Array.from({ length: inputLength(map) }, (_, i) => (i * 1000003 + 17) % M31);
      const dot = (a: Uint32Array, b: Uint32Array): bigint =>
        a.reduce((sum, value, i) => sum + BigInt(value) * BigInt(b[i]!), 0n) % BigInt(M31);
      assert.is(dot(s, jobs.modulo(fast, map, x, M31)), dot(jobs.transpose(fast, map, s), x));
    }),
  ));

test('wrong lengths, types and maps are refused', () => {
  const map = extremeDense(8, 1);
  const loaded = fast.load(map);
  const short = new Uint32Array(7);
  assert.throws(() => loaded.applyModulo(short, P24, new Uint32Array(4)), /x must have 8 entries/);
  assert.throws(() => loaded.applyModulo(new Uint32Array(8), P24, new Uint32Array(3)), /out must have 4 entries/);
  assert.throws(() => loaded.applyModulo(new Uint32Array(8), 7 as typeof P24, new Uint32Array(4)), /modulus must be/);
  assert.throws(() => loaded.transpose(new Uint32Array(8), new Uint32Array(8)), /s must have 4 entries/);
  assert.throws(() => loaded.applyIntegers(new Uint32Array(8) as never, new Int32Array(4)), /Int16Array/);
  loaded.release();
  loaded.release();
  assert.throws(() => loaded.transpose(new Uint32Array(4), new Uint32Array(8)), /released/);
  assert.throws(() => fast.load({ ...map, outputs: 5 }), /expected 40 weights/);
});

test.after(() => fast.close());
