/** The numbers of bounds.ts, at their ends. */
import * as assert from 'uvu/assert';
import {
  digitsOfRange,
  inputDigits,
  LARGEST_LIFT,
  limbPlan,
  weightPlan,
} from '../../../src/fast/devices/webgpu/bounds.js';
import { M31, P24 } from '../../../src/model/modulus.js';
import { suite } from '../../suite.js';

const test = suite('webgpu bounds');
const INT32_MAX = 2 ** 31 - 1;

/** The digits as the kernels take them. */
function digitsOf(value: number, count: number): number[] {
  const bytes = (value + 0x80808080) ^ 0x80808080;
  return Array.from({ length: count }, (_, i) => (bytes << (24 - 8 * i)) >> 24);
}
const joined = (digits: number[]): number => digits.reduceRight((sum, digit) => sum * 256 + digit, 0);

test('every int16 range fits its digits', () => {
  const ends = [
    -32768, -32767, -300, -257, -256, -255, -129, -128, -127, -1, 0, 1, 126, 127, 128, 255, 256, 32639, 32640, 32767,
  ];
  for (const minimum of ends) {
    for (const maximum of ends.filter((end) => end >= minimum)) {
      const { digits, shift } = digitsOfRange(minimum, maximum);
      for (const value of [minimum, maximum]) assert.is(joined(digitsOf(value - shift, digits)), value - shift);
      assert.is(digits, maximum - minimum <= 255 ? 1 : 2);
      if (digits === 2) assert.ok(Math.abs(shift) <= 128);
    }
  }
});

test('lifted residues fit their digits', () => {
  for (const p of [P24, M31] as const) {
    const { digits } = inputDigits(p, { minimum: 0, maximum: 1 });
    const edge = LARGEST_LIFT[p];
    for (const x of [0, 1, 127, 128, 32767, 32768, edge - 1, edge, edge + 1, edge + 2, p - 1]) {
      const lifted = x > edge ? x - p : x;
      assert.is(joined(digitsOf(lifted, digits)), lifted);
    }
  }
});

test('sums between two reductions fit int32, and a tile of 64 terms is never too long', () => {
  const weights = [[127], [-128, 127], [32767], [-32768], [-32768, 32767], [0], [255], [32640, -5], [-300, 300]];
  for (const some of weights) {
    const plan = weightPlan(Int16Array.from(some));
    const largest = plan.digits === 1 ? Math.max(...some.map(Math.abs)) : 128 + Math.abs(plan.shift);
    assert.ok(plan.termsPerReduction * 128 * Math.max(largest, 128) <= INT32_MAX);
    assert.ok(plan.termsPerReduction >= 64);
  }
});

test('limbs of the direct kernel fit int32', () => {
  for (const weight of [0, 1, 127, 1023, 1024, 32768]) {
    for (const p of [P24, M31] as const) {
      const plan = limbPlan(p, weight);
      assert.ok(plan.termsPerReduction * weight * 2 ** (plan.bits - 1) <= INT32_MAX);
      assert.ok(plan.termsPerReduction >= 64);
      assert.ok(plan.bits * plan.limbs >= Math.log2(p));
    }
  }
});
