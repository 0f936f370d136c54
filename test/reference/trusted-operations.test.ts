import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import {
  addTensors,
  concat,
  floorDivision,
  pad,
  pool,
  requantize,
  roundedDivision,
  roundedShift,
  softmax,
} from '../../src/reference/index.js';
import { check, suite } from '../suite.js';

const test = suite('reference: trusted operations');

const whole = fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n });

test('rounding: to nearest, halves towards plus infinity', () => {
  assert.equal(
    [3n, 1n, -1n, -3n, 2n, -2n].map((value) => roundedShift(value, 1)),
    [2n, 1n, 0n, -1n, 1n, -1n],
  );
  assert.equal(
    [5n, 6n, 7n, -5n, -6n, -7n].map((value) => roundedDivision(value, 4n)),
    [1n, 2n, 2n, -1n, -1n, -2n],
  );
});

test('rounded division is within half a unit, above on ties', () =>
  check(
    fc.property(whole, fc.bigInt({ min: 1n, max: 2n ** 40n }), (a, b) => {
      const twice = 2n * (roundedDivision(a, b) * b - a);
      assert.ok(twice > -b && twice <= b);
      assert.ok(floorDivision(a, b) * b <= a && (floorDivision(a, b) + 1n) * b > a);
    }),
  ));

test('a shift is the division by that power of two, and commutes with whole offsets', () =>
  check(
    fc.property(whole, fc.integer({ min: 1, max: 62 }), fc.bigInt({ min: -99n, max: 99n }), (a, shift, offset) => {
      assert.is(roundedShift(a, shift), roundedDivision(a, 1n << BigInt(shift)));
      assert.is(roundedShift(a + (offset << BigInt(shift)), shift), roundedShift(a, shift) + offset);
    }),
  ));

test('requantize by hand: bias first, one multiplier per channel, then clamp', () => {
  const how = { multipliers: Int32Array.of(1, 3), shift: 2, minimum: -5, maximum: 5 };
  // (2+0)*1/4 = 0.5 -> 1; (1+1)*3/4 = 1.5 -> 2; (-2+0)/4 = -0.5 -> 0; (-9+1)*3/4 = -6 -> -5
  assert.equal(requantize([2n, 1n, -2n, -9n], Int32Array.of(0, 1), how), [1n, 2n, 0n, -5n]);
});

test('add by hand: one rounding for the sum', () => {
  const how = {
    kind: 'add',
    name: '',
    inputs: [0, 1],
    output: 2,
    multipliers: [1, 1],
    shift: 1,
    minimum: -9,
    maximum: 9,
  } as const;
  assert.equal(addTensors([1n, -1n, 30n], [1n, 0n, 30n], how), [1n, 0n, 9n]);
});

test('pooling by hand: windows are cut at the border', () => {
  const how = {
    kind: 'averagePool',
    name: '',
    input: 0,
    output: 1,
    window: { height: 2, width: 2 },
    stride: { y: 2, x: 2 },
    padding: { top: 0, bottom: 1, left: 0, right: 1 },
    minimum: -128,
    maximum: 127,
  } as const;
  const image = [1n, 2n, -3n, 4n, 5n, -6n, 7n, 8n, -9n];
  const shape = { height: 3, width: 3, channels: 1 };
  // averages of {1,2,4,5}, {-3,-6}, {7,8}, {-9}: 3, -4.5, 7.5, -9
  assert.equal(pool(image, shape, how), [3n, -4n, 8n, -9n]);
  assert.equal(pool(image, shape, { ...how, kind: 'maxPool' }), [5n, -3n, 8n, -9n]);
  assert.equal(pool(image, shape, { ...how, kind: 'maxPool', minimum: 0 }), [5n, 0n, 8n, 0n]);
});

test('pad and concat by hand', () => {
  const padding = { top: 1, bottom: 0, left: 0, right: 1 };
  assert.equal(pad([1n, 2n], { height: 1, width: 2, channels: 1 }, padding), [0n, 0n, 0n, 1n, 2n, 0n]);
  assert.equal(
    concat(
      [
        [1n, 2n, 3n, 4n],
        [5n, 6n],
      ],
      [
        [2, 2],
        [2, 1],
      ],
      1,
    ),
    [1n, 2n, 5n, 3n, 4n, 6n],
  );
  assert.equal(
    concat(
      [
        [1n, 2n],
        [5n, 6n],
      ],
      [
        [1, 2],
        [1, 2],
      ],
      0,
    ),
    [1n, 2n, 5n, 6n],
  );
});

test('softmax by hand, row by row', () => {
  const how = {
    kind: 'softmax',
    name: '',
    input: 0,
    output: 1,
    exponentials: Uint32Array.of(8, 4, 2),
    unit: 256,
    minimum: 0,
    maximum: 255,
  } as const;
  // weights 8, 4, 2 of 14; and 8 of 8, which reaches the unit and is clamped
  assert.equal(softmax([5n, 4n, 3n], 3, how), [146n, 73n, 37n]);
  assert.equal(softmax([9n], 1, how), [255n]);
});
