/** Entries moved, looked up, pairs combined, pixels interpolated: the trusted side against the definition. */
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { wasmArithmetic } from '../../src/fast/index.js';
import { networkHash, readNetworkFile, writeNetworkFile } from '../../src/formats/slalom/index.js';
import { ModelError } from '../../src/model/errors.js';
import { rulesOf } from '../../src/operations/operations.js';
import { runTrusted } from '../../src/operations/run-trusted.js';
import { aQuantizedNetwork } from '../../src/operations/validate-network.js';
import { referenceArithmetic, type TrustedArithmetic } from '../../src/protocol/index.js';
import { Own } from '../../src/protocol/trusted-value.js';
import {
  type ActivationTensor,
  combine,
  evaluate,
  interpolate,
  lookup,
  type Operation,
  type QuantizedNetwork,
  softmax,
  type Tensor,
  type TrustedOperation,
  take,
} from '../../src/reference/index.js';
import { runInTheClear } from '../../src/session/clear.js';
import { edgy, edgyList, integers } from '../generators.js';
import { check, suite } from '../suite.js';

const own = (x: Int16Array): Own<Int16Array> => new Own(x);

const test = suite('operations: run');

let fast: TrustedArithmetic;
test.before(async () => {
  fast = await wasmArithmetic({ threads: 1 });
});
test.after(() => fast.close());

const names = { name: 'op', input: 0, inputs: [0, 1], output: 2 } as const;
const end = fc.tuple(edgy(-32768, 0), edgy(0, 32767)).map(([minimum, maximum]) => ({ minimum, maximum }));
const multiplier = edgy(0, 2 ** 31 - 1);
const shift = edgy(1, 62);

const pair = fc.oneof(
  fc.record({ kind: fc.constant('multiply' as const), multiplier, shift, ends: end }),
  fc.record({
    kind: fc.constant('subtract' as const),
    multipliers: fc.tuple(multiplier, multiplier),
    shift,
    ends: end,
  }),
  fc.record({ kind: fc.constantFrom('larger' as const, 'smaller' as const), ends: end }),
);

/** Runs an operation whose inputs all have the given shape. */
function run(
  operation: TrustedOperation,
  inputs: readonly Int16Array[],
  shape: number[],
  images: number,
  arithmetic: TrustedArithmetic,
  out: Int16Array,
): void {
  const tensors = inputs.map((_, index) => activation(`input ${index}`, shape));
  rulesOf(operation).run(operation, { inputs, tensors, images, arithmetic, out });
}

test('pairs, with every multiplier and shift', () =>
  check(
    fc.property(pair, fc.integer({ min: 1, max: 40 }), fc.nat(), ({ ends, ...how }, length, salt) => {
      const [a, b] = [0, 1].map((side) =>
        Int16Array.from({ length }, (_, index) => {
          const corners = [-32768, 32767, 0, 1, -1, 128];
          const mixed = Math.imul(index + 1 + side * 77, salt | 1);
          return mixed % 3 === 0 ? corners[Math.abs(mixed >> 4) % 6]! : (mixed << 3) >> 16;
        }),
      ) as [Int16Array, Int16Array];
      const operation = { ...names, ...how, ...ends } as TrustedOperation;
      const expected = combine(integers(a), integers(b), operation as never).map(Number);
      for (const arithmetic of [fast, referenceArithmetic()]) {
        const out = arithmetic.allocate('i16', length);
        run(operation, [a, b], [length], 1, arithmetic, out);
        assert.equal([...out], expected);
        arithmetic.release(out);
      }
    }),
    400,
  ));

const lookedUp = fc
  .tuple(edgy(-32768, 0), fc.oneof(fc.nat(300), fc.constantFrom(255, 256, 65535)), fc.nat())
  .map(([minimum, width, salt]) => {
    const maximum = Math.min(32767, Math.max(0, minimum + width));
    const entries = Int16Array.from({ length: maximum - minimum + 1 }, (_, at) => Math.imul(at + 1, salt | 1) >> 7);
    return { minimum, maximum, entries, salt };
  });

test('look-ups in tables of every size', () =>
  check(
    fc.property(lookedUp, fc.integer({ min: 1, max: 70 }), ({ minimum, maximum, entries, salt }, length) => {
      const x = Int16Array.from({ length }, (_, at) => {
        if (at % 5 === 0) return at % 2 === 0 ? minimum : maximum;
        return minimum + (Math.abs(Math.imul(at, salt | 1)) % entries.length);
      });
      const expected = lookup(integers(x), minimum, entries).map(Number);
      assert.equal(
        expected,
        Array.from(x, (value) => entries[value - minimum]!),
      );
      const from = { ...activation('x', [length]), minimum, maximum } as Tensor;
      const to = { ...activation('y', [length]), minimum: -32768, maximum: 32767 } as Tensor;
      const operation = { ...names, kind: 'lookup', table: entries } as const;
      for (const arithmetic of [fast, referenceArithmetic()]) {
        const out = runTrusted(operation, [x].map(own), [from], to, 1, arithmetic).value;
        assert.equal([...out], expected);
        arithmetic.release(out);
      }
    }),
    200,
  ));

const extent = fc.record({
  height: fc.integer({ min: 1, max: 5 }),
  width: fc.integer({ min: 1, max: 5 }),
  channels: fc.integer({ min: 1, max: 3 }),
});

test('takes of several images, against nested loops', () =>
  check(
    fc.property(
      fc.array(fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 3 }),
      (lists, images) => {
        const offsets = lists.map((list) => Int32Array.from(list));
        const length = 1 + lists.reduce((sum, list) => sum + Math.max(...list), 0);
        const size = lists.reduce((product, list) => product * list.length, 1);
        const x = Int16Array.from({ length: length * images }, (_, index) => (index * 7919) % 251);
        const out = fast.allocate('i16', size * images);
        run({ ...names, kind: 'take', offsets }, [x], [length], images, fast, out);
        for (let image = 0; image < images; image++) {
          const one = x.subarray(image * length, (image + 1) * length);
          const found = [...out.subarray(image * size, (image + 1) * size)];
          assert.equal(found, take(integers(one), { offsets }).map(Number));
          // And by counting through the output's indices.
          const direct = Array.from({ length: size }, (_, place) => {
            let rest = place;
            let at = 0;
            for (const list of lists.toReversed()) {
              at += list[rest % list.length]!;
              rest = Math.floor(rest / list.length);
            }
            return one[at]!;
          });
          assert.equal(found, direct);
        }
        fast.release(out);
      },
    ),
    200,
  ));

/** Rows of equal and of very different exponentials, and units up to the largest: quotients near a half, and beyond doubles. */
const softmaxCase = fc.record({
  width: fc.integer({ min: 1, max: 12 }),
  unit: fc.oneof(edgy(1, 2 ** 31 - 1), fc.constantFrom(1, 2, 255, 256, 32767, 2 ** 22, 2 ** 23)),
  range: fc.integer({ min: 1, max: 30 }),
  table: fc.array(fc.oneof(edgy(0, 2 ** 30), fc.constantFrom(1, 2, 3, 5, 7, 2 ** 30)), {
    minLength: 31,
    maxLength: 31,
  }),
  salt: fc.nat(),
});

test('softmax rounds every share as the definition does, whatever the unit', () =>
  check(
    fc.property(softmaxCase, ({ width, unit, range, table, salt }) => {
      const exponentials = Uint32Array.from([Math.max(1, table[0]!), ...table.slice(1)]);
      const how = { ...names, kind: 'softmax', exponentials, unit, minimum: -32768, maximum: 32767 } as const;
      const x = Int16Array.from(
        { length: 3 * width },
        (_, at) => Math.abs(Math.imul(at + 1, salt | 1) >> 3) % (range + 1),
      );
      const out = new Int16Array(x.length);
      run(how, [x], [3, width], 1, fast, out);
      assert.equal([...out], softmax(integers(x), width, how).map(Number));
    }),
    1000,
  ));

test('shares of long rows that lie at a half are rounded up, beyond doubles too', () => {
  const count = 79_998;
  for (let odd = 1; odd < 60; odd += 2) {
    // unit / count = 15998 + 1/2, and few factors are two: nothing is exact by luck.
    const unit = (count / 2) * 31_997;
    const exponentials = Uint32Array.of(2 ** 30 - odd, 1);
    const how = { ...names, kind: 'softmax', exponentials, unit, minimum: -32768, maximum: 32767 } as const;
    const out = new Int16Array(count);
    run(how, [new Int16Array(count)], [count], 1, fast, out);
    assert.ok(
      out.every((share) => share === 15_999),
      `${odd}`,
    );
  }
});

function interpolation(size: number, salt: number) {
  const count = 1 + (salt % 6);
  const place = (at: number): number => Math.abs(Math.imul(at + 1, salt | 1) >> 5) % size;
  return {
    lower: Int32Array.from({ length: count }, (_, at) => place(at)),
    upper: Int32Array.from({ length: count }, (_, at) => place(at + 9)),
    weights: Int32Array.from({ length: count }, (_, at) => [0, 1024, 512, 1, (salt * 31) % 1025][at % 5]!),
  };
}

test('interpolation rounds once, halves up', () =>
  check(
    fc.property(extent, fc.nat(1e6), fc.nat(1e6), fc.integer({ min: 1, max: 2 }), (shape, a, b, images) => {
      const rows = interpolation(shape.height, a);
      const columns = interpolation(shape.width, b);
      const length = shape.height * shape.width * shape.channels;
      const x = Int16Array.from(
        { length: length * images },
        (_, at) => [-32768, 32767, -1, 1, (at * 37) % 256][(at + a) % 5]!,
      );
      const size = rows.lower.length * columns.lower.length * shape.channels;
      const out = fast.allocate('i16', size * images);
      const operation = { ...names, kind: 'interpolate', rows, columns } as const;
      run(operation, [x], [shape.height, shape.width, shape.channels], images, fast, out);
      for (let image = 0; image < images; image++) {
        const one = integers(x.subarray(image * length, (image + 1) * length));
        const expected = interpolate(one, shape.width, shape.channels, operation).map(Number);
        assert.equal([...out.subarray(image * size, (image + 1) * size)], expected);
      }
      fast.release(out);
    }),
    200,
  ));

function activation(name: string, shape: number[]): ActivationTensor {
  return { kind: 'activation', name, shape, scale: 0.1, zeroPoint: 0, minimum: -128, maximum: 127 };
}

/** Any function of -128 to 127 into that range. */
const table = Int16Array.from({ length: 256 }, (_, at) => ((at * at * 7 + 13) % 256) - 128);

/** A convolution, and every operation of this kind after it. */
function everything(weights: number[]): QuantizedNetwork {
  const clampTo = { minimum: -128, maximum: 127 };
  const shape = [3, 2, 2];
  const tensors = [
    activation('x', shape),
    activation('y', shape),
    activation('turned', shape),
    activation('product', shape),
    activation('difference', shape),
    activation('larger', shape),
    activation('smaller', shape),
    activation('resized', [2, 3, 2]),
    activation('looked up', [2, 3, 2]),
  ];
  const map = {
    kind: 'convolution',
    input: { height: 3, width: 2, channels: 2 },
    kernel: { height: 1, width: 1 },
    stride: { y: 1, x: 1 },
    dilation: { y: 1, x: 1 },
    padding: { top: 0, bottom: 0, left: 0, right: 0 },
    groups: 1,
    outputChannels: 2,
    weights: Int16Array.from(weights),
    inputRange: clampTo,
  } as const;
  const requantization = { multipliers: Int32Array.of(2 ** 29, 2 ** 29), shift: 32, ...clampTo };
  const offsets = [Int32Array.of(8, 4, 0), Int32Array.of(0, 2), Int32Array.of(1, 0)];
  const operations: Operation[] = [
    { kind: 'linear', name: 'y', input: 0, output: 1, map, bias: Int32Array.of(3, -7), requantization },
    { kind: 'take', name: 'turned', input: 1, output: 2, offsets },
    { kind: 'multiply', name: 'product', inputs: [1, 2], output: 3, multiplier: 2 ** 30, shift: 36, ...clampTo },
    { kind: 'subtract', name: 'difference', inputs: [3, 0], output: 4, multipliers: [3, 5], shift: 2, ...clampTo },
    { kind: 'larger', name: 'larger', inputs: [4, 1], output: 5, ...clampTo },
    { kind: 'smaller', name: 'smaller', inputs: [5, 2], output: 6, minimum: -128, maximum: 60 },
    {
      kind: 'interpolate',
      name: 'resized',
      input: 6,
      output: 7,
      rows: { lower: Int32Array.of(0, 1), upper: Int32Array.of(1, 2), weights: Int32Array.of(512, 1) },
      columns: { lower: Int32Array.of(0, 0, 1), upper: Int32Array.of(0, 1, 1), weights: Int32Array.of(0, 700, 0) },
    },
    { kind: 'lookup', name: 'looked up', input: 7, output: 8, table: table.slice() },
  ];
  return { name: 'everything', tensors, operations, input: 0, outputs: [8, 7, 6, 3] };
}

test('in a network: the definition, the clear, the file', () =>
  check(
    fc.asyncProperty(edgyList(-127, 127, 4), edgyList(-128, 127, 12), async (weights, x) => {
      const network = aQuantizedNetwork(everything(weights));
      const expected = evaluate(network, integers(x)).map((values) => values.map(Number));
      for (const arithmetic of [fast, referenceArithmetic()]) {
        const outputs = await runInTheClear(network, arithmetic, Int16Array.from(x));
        assert.equal(
          outputs.map((values) => [...values]),
          expected,
        );
      }
      const file = readNetworkFile(writeNetworkFile(network), 'net');
      assert.equal(file.network, network);
      assert.is(networkHash({ ...network }), file.networkHash);
    }),
    40,
  ));

test('what does not fit is refused', () => {
  const network = everything([1, 2, 3, 4]);
  const refused = (index: number, change: object, message: RegExp): void => {
    const operation = { ...network.operations[index]!, ...change } as Operation;
    assert.throws(
      () => aQuantizedNetwork({ ...network, operations: network.operations.with(index, operation) }),
      (error: unknown) => error instanceof ModelError && message.test(error.message),
    );
  };
  refused(1, { offsets: [Int32Array.of(8, 4, 0), Int32Array.of(0, 2)] }, /one offset for each place/);
  refused(1, { offsets: [Int32Array.of(8, 4, 0), Int32Array.of(0, 3), Int32Array.of(1, 0)] }, /beyond the input/);
  refused(1, { offsets: [Int32Array.of(8, 4, -1), Int32Array.of(0, 2), Int32Array.of(1, 0)] }, /negative/);
  refused(2, { multiplier: 2 ** 31 }, /multipliers/);
  refused(3, { shift: 63 }, /shift/);
  refused(4, { inputs: [7, 1] }, /before it is computed/);
  refused(2, { maximum: 200 }, /do not fit/);
  refused(5, { minimum: 1, maximum: 0 }, /cut to/);
  const rows = { lower: Int32Array.of(0, 1), upper: Int32Array.of(1, 3), weights: Int32Array.of(512, 1) };
  refused(6, { rows }, /beyond the input/);
  refused(6, { rows: { ...rows, upper: Int32Array.of(1, 2), weights: Int32Array.of(512, 1025) } }, /from 0 to 1024/);
  refused(6, { rows: { ...rows, upper: Int32Array.of(1) } }, /two places and a weight/);
  refused(7, { table: table.slice(1) }, /256 entries/);
  refused(7, { table: Int16Array.from([...table, 0]) }, /256 entries/);
  refused(7, { table: table.with(9, 128) }, /do not fit/);
  refused(7, { table: Array.from(table) }, /16-bit integers/);
});
