/** The numbers that keep every sum in its lane are the largest that do, checked with exact integers. */
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import {
  addForm,
  depthwiseFits,
  foldTerms,
  limbPlan,
  POOL_TERMS,
  PRODUCT_BITS,
  paddedDepth,
  requantizeForm,
  rescaleForm,
  shiftsToInt32,
} from '../../src/fast/trusted/kernels/bounds.js';
import { integersFit } from '../../src/model/bounds.js';
import { M31, P24 } from '../../src/model/modulus.js';
import type { Dense } from '../../src/reference/index.js';
import { check, suite } from '../suite.js';

const test = suite('fast bounds');
const INT32 = 2n ** 31n - 1n;
const INT64 = 2n ** 63n - 1n;

/** The limbs of a balanced residue, as the design says: low ones signed, the last one the rest. */
function limbsOf(value: number, count: number, bits: number): number[] {
  const limbs: number[] = [];
  let rest = value;
  for (let limb = 1; limb < count; limb++) {
    const low = ((rest + 2 ** (bits - 1)) & (2 ** bits - 1)) - 2 ** (bits - 1);
    limbs.push(low);
    rest = (rest - low) / 2 ** bits;
  }
  return [...limbs, rest];
}

test('limbs are int16 and no larger than the plan assumes', () => {
  for (const weight of [1, 2048, 2049, 32768]) {
    const { limbs, bits } = limbPlan(weight, 1);
    for (const p of [P24, M31]) {
      const half = (p - 1) / 2;
      for (const value of [half, -half, 0, 1, -1, 32767, 32768, -32768, -32769, half - 32768, 32768 - half]) {
        const list = limbsOf(value, limbs, bits);
        assert.is(
          list.reduceRight((sum, limb) => sum * 2 ** bits + limb, 0),
          value,
        );
        for (const limb of list) assert.ok(Math.abs(limb) <= 2 ** (bits - 1), `limb ${limb} of ${value}`);
        for (const limb of list) assert.ok(limb >= -32768 && limb <= 32767);
      }
    }
  }
});

test('an int32 lane holds the terms of one spill, and no whole step more', () =>
  check(
    fc.property(fc.integer({ min: 1, max: 32768 }), fc.integer({ min: 1, max: 100_000 }), (weight, depth) => {
      const { bits, pairsPerSpill } = limbPlan(weight, depth);
      const most = BigInt(weight) * 2n ** BigInt(bits - 1);
      assert.ok(pairsPerSpill >= 4 && pairsPerSpill % 4 === 0);
      assert.ok(2n * BigInt(pairsPerSpill) * most <= INT32);
      if (2 * pairsPerSpill < paddedDepth(depth)) assert.ok((2n * BigInt(pairsPerSpill) + 8n) * most > INT32);
    }),
    500,
  ));

test('an int64 lane holds the products of one fold', () => {
  for (const bound of [0, 1, 2, 2 ** 15, 2 ** 23, 2 ** 24, 2 ** 30, 2 ** 31 - 1]) {
    const terms = BigInt(foldTerms(bound));
    assert.ok(terms >= 2n && terms <= 2n ** 30n);
    assert.ok(terms * (2n ** 31n - 2n) * BigInt(bound) <= INT64);
    if (terms < 2n ** 30n) assert.ok((terms + 1n) * (2n ** 31n - 2n) * BigInt(bound) > INT64);
  }
});

test('pooling and depthwise sums', () => {
  assert.ok(BigInt(POOL_TERMS) * 32768n <= INT32 && BigInt(POOL_TERMS + 1) * 32768n > INT32);
  assert.ok(depthwiseFits(2 ** 15) && !depthwiseFits(2 ** 15 + 1));
});

test('shifts that are said to fit int32 do', () => {
  const largest = {
    requantize: 2n ** 31n * 2n ** 31n,
    rescale: 2n ** 15n * 2n ** 31n,
    add: 2n * 2n ** 15n * 2n ** 31n,
  };
  for (const [name, product] of Object.entries(largest) as [keyof typeof largest, bigint][]) {
    for (let shift = 1; shift <= 62; shift++) {
      if (!shiftsToInt32(PRODUCT_BITS[name], shift)) continue;
      const half = 2n ** BigInt(shift - 1);
      for (const value of [product, -product]) {
        const result = (value + half) >> BigInt(shift);
        assert.ok(result <= INT32 && result >= -INT32, `${name}, shift ${shift}`);
      }
    }
  }
});

test('changes of scale take the short form just when it fits', () => {
  assert.equal(
    [31, 32, 33, 62].map((shift) => requantizeForm(shift)),
    [0, 1, 2, 2],
  );
  const usual = 1518500250;
  assert.equal(
    [15, 16, 17, 45, 46, 47, 48].map((shift) => rescaleForm(usual, shift)),
    [0, 1, 2, 2, 1, 1, 1],
  );
  assert.equal(
    [16, 17, 31, 45, 47, 48].map((shift) => addForm(usual, -usual, shift)),
    [0, 2, 2, 2, 1, 1],
  );
  // A high limb of 2^15, low limbs of -2^15 twice, and a sum with the rounding term that is one too large.
  assert.is(addForm(2 ** 31 - 2 ** 15 - 1, 0, 31), 2);
  assert.is(addForm(2 ** 31 - 2 ** 15, 0, 31), 1);
  assert.is(addForm(2 ** 15, 2 ** 15 - 1, 31), 2);
  assert.is(addForm(2 ** 15, 2 ** 15, 31), 1);
  const most = (2 ** 15 - 1) * 2 ** 16;
  assert.is(addForm(most, most, 31), 2);
  assert.is(addForm(most, most, 32), 1);
  assert.is(addForm(most, most - 2 ** 16, 32), 2);
});

test('integers fit int32 exactly up to 2^31 - 1', () => {
  const map = (weights: number[], minimum: number, maximum: number): Dense => {
    return {
      kind: 'dense',
      inputs: weights.length,
      outputs: 1,
      weights: Int16Array.from(weights),
      inputRange: { minimum, maximum },
    };
  };
  assert.ok(integersFit(map([-32768, -32767], 0, 32767)));
  assert.not.ok(integersFit(map([-32768, -32768], -32768, 0)));
  assert.not.ok(integersFit(map([32767, 32767, 2], -32768, 0)));
  assert.ok(integersFit(map([32767, -32767, 1], -32768, 0)));
});
