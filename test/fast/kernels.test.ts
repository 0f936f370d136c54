/** Every elementwise kernel is exactly its reference, for every length and at every edge. */
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { wasmArithmetic } from '../../src/fast/index.js';
import { CHECK_MODULUS, M31, P24 } from '../../src/model/modulus.js';
import { referenceArithmetic } from '../../src/protocol/index.js';
import type { AddOperation, PoolOperation, RescaleOperation } from '../../src/reference/index.js';
import { edgy } from '../generators.js';
import { check, suite } from '../suite.js';
import { int16s, int32s, modulus, residues, someLength } from './generators.js';

const test = suite('fast kernels');
const fast = await wasmArithmetic();
const slow = referenceArithmetic();
const INT32_MAX = 2 ** 31 - 1;

const clampOf = fc.constantFrom(
  { minimum: -128, maximum: 127 },
  { minimum: 0, maximum: 255 },
  { minimum: -32768, maximum: 32767 },
  { minimum: 3, maximum: 3 },
);
const shiftOf = fc.oneof(fc.constantFrom(1, 2, 30, 31, 32, 33, 61, 62), fc.integer({ min: 1, max: 62 }));

test('blind', () =>
  check(
    fc.property(
      fc.tuple(modulus, someLength).chain(([p, n]) => fc.tuple(fc.constant(p), int16s(n), residues(p, n))),
      ([p, x, pad]) => {
        const [a, b] = [new Uint32Array(x.length), new Uint32Array(x.length)];
        fast.blind(x, pad, p, a);
        slow.blind(x, pad, p, b);
        assert.equal(a, b);
      },
    ),
    300,
  ));

test('unblind: the balanced difference and the flag', () =>
  check(
    fc.property(
      fc
        .tuple(modulus, someLength)
        .chain(([p, n]) => fc.tuple(fc.constant(p), residues(p, n), residues(p, n), edgy(0, (p - 1) / 2))),
      ([p, z, u, bound]) => {
        const [a, b] = [new Int32Array(z.length), new Int32Array(z.length)];
        assert.is(fast.unblind(z, u, p, bound, a), slow.unblind(z, u, p, bound, b));
        assert.equal(a, b);
      },
    ),
    300,
  ));

test('one residue that is not canonical, anywhere, is enough', () => {
  for (const p of [P24, M31] as const) {
    for (const bad of [p, p + 1, 2 ** 31, 2 ** 32 - 1]) {
      for (let at = 0; at < 13; at++) {
        const z = new Uint32Array(13);
        assert.ok(fast.isCanonical(z, p));
        assert.ok(fast.unblind(z, z.slice(), p, INT32_MAX, new Int32Array(13)));
        z[at] = bad;
        assert.not.ok(fast.isCanonical(z, p), `${bad} at ${at}`);
        assert.not.ok(fast.unblind(z, new Uint32Array(13), p, INT32_MAX, new Int32Array(13)), `${bad} at ${at}`);
        z[at] = p - 1;
        assert.ok(fast.isCanonical(z, p));
      }
    }
  }
});

test('one difference beyond the bound, anywhere, is enough', () => {
  for (const p of [P24, M31] as const) {
    for (let at = 0; at < 13; at++) {
      for (const [entry, fits] of [
        [100, true],
        [101, false],
        [p - 100, true],
        [p - 101, false],
      ] as const) {
        const z = new Uint32Array(13);
        z[at] = entry;
        assert.is(fast.unblind(z, new Uint32Array(13), p, 100, new Int32Array(13)), fits);
      }
    }
  }
});

test('isWithin', () => {
  for (const [bound, inside, outside] of [
    [0, [0], [1, -1]],
    [100, [100, -100], [101, -101, INT32_MAX, -INT32_MAX - 1]],
    [INT32_MAX, [INT32_MAX, -INT32_MAX], [-INT32_MAX - 1]],
  ] as const) {
    for (let at = 0; at < 11; at++) {
      const y = new Int32Array(11);
      for (const value of inside) assert.ok(fast.isWithin(y.fill(value, at, at + 1), bound));
      for (const value of outside) assert.not.ok(fast.isWithin(y.fill(value, at, at + 1), bound), `${value} at ${at}`);
    }
  }
});

test('foldOutput and foldInput', () =>
  check(
    fc.property(
      fc
        .tuple(someLength, fc.constantFrom(1, 255, 2 ** 23, 2 ** 30 - 1, INT32_MAX))
        .chain(([n, bound]) =>
          fc.tuple(fc.constant(bound), residues(CHECK_MODULUS, n), int32s(-bound, bound, n), int16s(n)),
        ),
      ([bound, s, y, x]) => {
        assert.is(fast.foldOutput(s, y, bound), slow.foldOutput(s, y, bound));
        assert.is(fast.foldInput(s, x), slow.foldInput(s, x));
      },
    ),
    300,
  ));

test('folds at the accumulator bound', () => {
  const q = BigInt(CHECK_MODULUS);
  const modulo = (value: bigint): number => Number(((value % q) + q) % q);
  for (const bound of [1, 2 ** 23 - 1, 2 ** 23, 2 ** 30 - 1, 2 ** 30, INT32_MAX]) {
    const length = 8 * 1200 + 5;
    const s = new Uint32Array(length).fill(CHECK_MODULUS - 1);
    for (const value of [bound, -bound]) {
      const y = new Int32Array(length).fill(value);
      assert.is(fast.foldOutput(s, y, bound), modulo(BigInt(length) * (q - 1n) * BigInt(value)), `y ${value}`);
    }
  }
  // 2^17 - 1 products fit a lane, so 8 * 2^17 entries make foldInput reduce.
  const length = 8 * 2 ** 17 + 24;
  const s = new Uint32Array(length).fill(CHECK_MODULUS - 1);
  for (const value of [-32768, 32767]) {
    const x = new Int16Array(length).fill(value);
    assert.is(fast.foldInput(s, x), modulo(BigInt(length) * (q - 1n) * BigInt(value)));
  }
});

test('requantize and addBias', () =>
  check(
    fc.property(
      fc
        .tuple(fc.constantFrom(1, 2, 3, 5, 8, 12, 16, 17), fc.constantFrom(1, 2, 3, 5, 9, 17, 25), shiftOf, clampOf)
        .chain(([channels, pixels, shift, clamp]) =>
          fc.tuple(
            int32s(-(2 ** 30), 2 ** 30, channels * pixels),
            int32s(-(2 ** 30), 2 ** 30 - 1, channels),
            int32s(0, INT32_MAX, channels),
            fc.constant({ shift, ...clamp }),
          ),
        ),
      ([y, bias, multipliers, how]) => {
        const [a, b] = [new Int16Array(y.length), new Int16Array(y.length)];
        fast.requantize(y, bias, { ...how, multipliers }, a);
        slow.requantize(y, bias, { ...how, multipliers }, b);
        assert.equal(a, b);
        const [c, d] = [new Int32Array(y.length), new Int32Array(y.length)];
        fast.addBias(y, bias, c);
        slow.addBias(y, bias, d);
        assert.equal(c, d);
      },
    ),
    400,
  ));

test('requantize at the ends of int32', () => {
  // 331 entries of one channel: two pairs of rows of 64, one row more, and a rest.
  const edges = [-(2 ** 31), INT32_MAX, -1, 0, 1, -(2 ** 31) + 1, INT32_MAX - 1, -2, 2, -3, 3];
  const y = Int32Array.from({ length: 331 }, (_, i) => edges[i % edges.length]!);
  const bias = new Int32Array(1);
  for (let shift = 1; shift <= 62; shift++) {
    for (const multiplier of [0, 1, 2 ** 30, INT32_MAX]) {
      const how = { multipliers: Int32Array.of(multiplier), shift, minimum: -32768, maximum: 32767 };
      const [a, b] = [new Int16Array(y.length), new Int16Array(y.length)];
      fast.requantize(y, bias, how, a);
      slow.requantize(y, bias, how, b);
      assert.equal(a, b, `shift ${shift}, multiplier ${multiplier}`);
    }
  }
});

const names = { name: '', input: 0, output: 0, inputs: [0, 0] as const };

test('add and rescale', () =>
  check(
    fc.property(
      fc
        .tuple(someLength, shiftOf, clampOf, edgy(-(2 ** 31), INT32_MAX), edgy(0, INT32_MAX))
        .chain(([n, shift, clamp, m0, m1]) => fc.tuple(int16s(n), int16s(n), fc.constant({ shift, ...clamp, m0, m1 }))),
      ([x, y, { m0, m1, ...how }]) => {
        const [a, b] = [new Int16Array(x.length), new Int16Array(x.length)];
        const sum: AddOperation = { ...names, ...how, kind: 'add', multipliers: [m0, m1] };
        fast.add(x, y, sum, a);
        slow.add(x, y, sum, b);
        assert.equal(a, b);
        const scale: RescaleOperation = { ...names, ...how, kind: 'rescale', multiplier: m1 };
        fast.rescale(x, scale, a);
        slow.rescale(x, scale, b);
        assert.equal(a, b);
      },
    ),
    300,
  ));

test('products of two, scaled', () =>
  check(
    fc.property(
      fc
        .tuple(someLength, shiftOf, clampOf, edgy(0, INT32_MAX))
        .chain(([n, shift, clamp, multiplier]) =>
          fc.tuple(int16s(n), int16s(n), fc.constant({ multiplier, shift, ...clamp })),
        ),
      ([x, y, how]) => {
        const [a, b] = [new Int16Array(x.length), new Int16Array(x.length)];
        fast.multiply(x, y, how, a);
        slow.multiply(x, y, how, b);
        assert.equal(a, b);
      },
    ),
    300,
  ));

test('products at the ends, for every shift', () => {
  const edges = [-32768, -32767, -1, 0, 1, 32766, 32767];
  const x = Int16Array.from({ length: 49 }, (_, i) => edges[i % 7]!);
  const y = Int16Array.from({ length: 49 }, (_, i) => edges[Math.floor(i / 7)]!);
  const [a, b] = [new Int16Array(49), new Int16Array(49)];
  for (let shift = 1; shift <= 62; shift++) {
    for (const multiplier of [0, 1, 2 ** 30, INT32_MAX]) {
      const how = { multiplier, shift, minimum: -32768, maximum: 32767 };
      fast.multiply(x, y, how, a);
      slow.multiply(x, y, how, b);
      assert.equal(a, b, `shift ${shift}, multiplier ${multiplier}`);
    }
  }
});

const tableLength = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constantFrom(15, 16, 17, 255, 256, 257, 5000, 65536));

test('look-ups in tables of every size, of bytes and of more', () =>
  check(
    fc.property(
      someLength,
      tableLength,
      fc.nat(),
      fc.boolean(),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (n, size, salt, narrow, low) => {
        const minimum = -32768 + Math.round(low * (65536 - size));
        const mixed = (at: number): number => Math.imul(at + 1, salt | 1) ^ (salt >> 7);
        const table = Int16Array.from({ length: size }, (_, at) => (narrow ? (mixed(at) << 24) >> 24 : mixed(at)));
        const x = Int16Array.from({ length: n }, (_, at) => {
          const place = at % 7 === 0 ? 0 : at % 7 === 1 ? size - 1 : Math.abs(mixed(at)) % size;
          return minimum + place;
        });
        const [a, b] = [new Int16Array(n), new Int16Array(n)];
        fast.lookup(x, table, minimum, a);
        slow.lookup(x, table, minimum, b);
        assert.equal(a, b);
      },
    ),
    300,
  ));

test('add and rescale at the borders of two limbs', () => {
  // Extremes of the entries, times multipliers around the limbs' ends, for every shift near a change of method.
  const edges = [-32768, -32767, -1, 0, 1, 32766, 32767];
  const x = Int16Array.from({ length: 49 }, (_, i) => edges[i % 7]!);
  const y = Int16Array.from({ length: 49 }, (_, i) => edges[Math.floor(i / 7)]!);
  const multipliers = [0, 1, 32767, 32768, 2 ** 30 + 32767, 2 ** 30 + 32768, INT32_MAX - 32768, INT32_MAX];
  multipliers.push(...multipliers.map((m) => -m), INT32_MAX - 32767, -(2 ** 31), 1518500250);
  const clamp = { minimum: -32768, maximum: 32767 };
  const [a, b] = [new Int16Array(49), new Int16Array(49)];
  for (const shift of [16, 17, 18, 29, 30, 31, 32, 33, 34, 44, 45, 46, 47, 48]) {
    for (const m0 of multipliers) {
      const scale: RescaleOperation = { ...names, ...clamp, shift, kind: 'rescale', multiplier: m0 };
      fast.rescale(x, scale, a);
      slow.rescale(x, scale, b);
      assert.equal(a, b, `rescale ${m0}, shift ${shift}`);
      for (const m1 of multipliers) {
        const sum: AddOperation = { ...names, ...clamp, shift, kind: 'add', multipliers: [m0, m1] };
        fast.add(x, y, sum, a);
        slow.add(x, y, sum, b);
        assert.equal(a, b, `add ${m0} and ${m1}, shift ${shift}`);
      }
    }
  }
});

const side = fc.integer({ min: 1, max: 4 });

/** Less padding than window, as pooling demands. */
const poolCase = fc
  .record({
    window: fc.record({ height: side, width: side }),
    stride: fc.record({ y: side, x: side }),
    fractions: fc.array(fc.nat(3), { minLength: 4, maxLength: 4 }),
    extra: fc.record({ height: fc.nat(4), width: fc.nat(4) }),
    channels: fc.constantFrom(1, 3, 7, 8, 9, 16, 20),
    kind: fc.constantFrom('averagePool' as const, 'maxPool' as const),
    clamp: clampOf,
  })
  .chain(({ window, stride, fractions, extra, channels, kind, clamp }) => {
    const [top, bottom, left, right] = fractions as [number, number, number, number];
    const padding = {
      top: Math.min(top, window.height - 1),
      bottom: Math.min(bottom, window.height - 1),
      left: Math.min(left, window.width - 1),
      right: Math.min(right, window.width - 1),
    };
    const shape = { height: window.height + extra.height, width: window.width + extra.width, channels };
    const how: PoolOperation = { ...names, kind, window, stride, padding, ...clamp };
    return fc.tuple(fc.constant(shape), fc.constant(how), int16s(shape.height * shape.width * channels));
  });

function pooledLength(shape: { height: number; width: number; channels: number }, how: PoolOperation): number {
  const { window, stride, padding } = how;
  const height = Math.floor((shape.height + padding.top + padding.bottom - window.height) / stride.y) + 1;
  const width = Math.floor((shape.width + padding.left + padding.right - window.width) / stride.x) + 1;
  return height * width * shape.channels;
}

test('average and maximum pooling', () =>
  check(
    fc.property(poolCase, ([shape, how, x]) => {
      const [a, b] = [new Int16Array(pooledLength(shape, how)), new Int16Array(pooledLength(shape, how))];
      fast.pool(x, shape, how, a);
      slow.pool(x, shape, how, b);
      assert.equal(a, b);
    }),
    300,
  ));

test('an average over more entries than an int32 can sum', () => {
  // Sums of 2^33 in either direction; channel 1 has its mean exactly half way between two integers, which goes up.
  const shape = { height: 512, width: 512, channels: 9 };
  const x = new Int16Array(512 * 512 * 9).fill(-32768);
  for (let i = 0; i < 512 * 512; i += 2) x[i * 9 + 1] = -32767;
  for (let i = 0; i < 512 * 512; i++) x[i * 9 + 8] = 32767;
  const window = { height: 512, width: 512 };
  const padding = { top: 0, bottom: 0, left: 0, right: 0 };
  const range = { minimum: -32768, maximum: 32767 };
  const how: PoolOperation = { ...names, kind: 'averagePool', window, stride: { y: 1, x: 1 }, padding, ...range };
  const out = new Int16Array(9);
  fast.pool(x, shape, how, out);
  const low = -32768;
  assert.equal(out, Int16Array.of(low, low + 1, low, low, low, low, low, low, 32767));
});

test('averages of every small window, at the ends of int16 and half way', () => {
  const padding = { top: 0, bottom: 0, left: 0, right: 0 };
  const clamp = { minimum: -32768, maximum: 32767 };
  const channels = 17;
  for (const height of [1, 2, 3, 15, 16]) {
    for (let width = 1; width <= 18; width++) {
      const n = height * width;
      const x = new Int16Array(n * channels);
      for (let i = 0; i < n; i++) {
        for (let c = 0; c < channels; c++) {
          const low = c % 2 === 0 ? -32768 : 32767;
          // Channel c has a sum that is c steps away from n times an end.
          x[i * channels + c] = i < c * 3 ? low - Math.sign(low) : low;
        }
        // Sums around half of n, and around minus half of n.
        x[i * channels + 15] = i < n / 2 ? 1 : 0;
        x[i * channels + 16] = i < n / 2 ? -1 : 0;
      }
      const how: PoolOperation = {
        ...names,
        ...clamp,
        kind: 'averagePool',
        window: { height, width },
        stride: { y: 1, x: 1 },
        padding,
      };
      const [a, b] = [new Int16Array(channels), new Int16Array(channels)];
      fast.pool(x, { height, width, channels }, how, a);
      slow.pool(x, { height, width, channels }, how, b);
      assert.equal(a, b, `${height} x ${width}`);
    }
  }
});

test('lengths, shifts, clamps and windows are checked', () => {
  const three = new Uint32Array(3);
  assert.throws(() => fast.blind(new Int16Array(4), three, P24, new Uint32Array(4)), /pad must have 4 entries/);
  assert.throws(() => fast.blind(new Int16Array(3), three, 5 as typeof P24, three), /modulus/);
  assert.throws(() => fast.unblind(three, new Uint32Array(2), P24, 1, new Int32Array(3)), /u must have 3/);
  assert.throws(() => fast.unblind(three, three, P24, 2 ** 31, new Int32Array(3)), /bound/);
  assert.throws(() => fast.unblind(three, three, P24, -1, new Int32Array(3)), /bound/);
  assert.throws(() => fast.isWithin(new Int32Array(3), 0.5), /bound/);
  assert.throws(() => fast.isCanonical(new Int32Array(3) as never, P24), /Uint32Array/);
  assert.throws(() => fast.foldOutput(three, new Int32Array(2), 1), /y must have 3/);
  assert.throws(() => fast.foldInput(three, new Int16Array(2)), /x must have 3/);
  const how = { multipliers: new Int32Array(2), shift: 1, minimum: 0, maximum: 1 };
  const y = new Int32Array(4);
  const out = new Int16Array(4);
  assert.throws(() => fast.requantize(y, new Int32Array(1), how, out), /multipliers must have 1/);
  assert.throws(() => fast.requantize(y, new Int32Array(2), { ...how, shift: 63 }, out), /shift/);
  assert.throws(() => fast.requantize(y, new Int32Array(2), { ...how, shift: 0 }, out), /shift/);
  assert.throws(() => fast.requantize(y, new Int32Array(2), { ...how, maximum: 32768 }, out), /maximum/);
  assert.throws(() => fast.requantize(y, new Int32Array(2), { ...how, minimum: 2 }, out), /maximum/);
  assert.throws(() => fast.addBias(y, new Int32Array(0), y), /channels/);
  const window = { height: 2, width: 2 };
  const padding = { top: 2, bottom: 0, left: 0, right: 0 };
  const pool: PoolOperation = {
    ...names,
    kind: 'maxPool',
    window,
    stride: { y: 1, x: 1 },
    padding,
    minimum: 0,
    maximum: 1,
  };
  assert.throws(() => fast.pool(out, { height: 2, width: 2, channels: 1 }, pool, out), /padding before height/);
});

test.after(() => fast.close());
