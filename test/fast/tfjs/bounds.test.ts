/** What bounds.ts claims, for random and for extreme numbers. */
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import {
  chunksPerReduction,
  digitFactors,
  integerDigits,
  LARGEST_DIGIT,
  LARGEST_SUM,
  largestDigit,
  residueDigits,
} from '../../../src/fast/devices/tfjs/bounds.js';
import { splitInput, weightDigit } from '../../../src/fast/devices/tfjs/digits.js';
import { addChunk, reduce } from '../../../src/fast/devices/tfjs/recombine.js';
import { shapeOf } from '../../../src/fast/devices/tfjs/shape.js';
import { pixelsOf, tilesOf } from '../../../src/fast/devices/tfjs/tiles.js';
import { chunkMatrix, chunksOf } from '../../../src/fast/devices/tfjs/weights.js';
import type { Dense } from '../../../src/model/linear-map.js';
import { M31, P24 } from '../../../src/model/modulus.js';
import { check, suite } from '../../suite.js';
import { residues } from '../generators.js';

const test = suite('tfjs bounds');
const inputRange = { minimum: -32768, maximum: 32767 };
const dense = (inputs: number, outputs: number, weights: Int16Array): Dense => ({
  kind: 'dense',
  inputs,
  outputs,
  weights,
  inputRange,
});

for (const p of [P24, M31] as const) {
  test(`digits of residues below ${p} are small and give the residue back`, async () => {
    const digits = residueDigits(p);
    const factors = digitFactors(p, digits);
    await check(
      fc.property(residues(p, 20), (list) => {
        const planes = new Float32Array(20 * digits);
        splitInput(list, 0, 20, p, digits, { planes, pitch: 20, at: 0 });
        assert.ok(planes.every((digit) => Math.abs(digit) <= largestDigit((p - 1) / 2, digits)));
        const total = new Float64Array(20);
        const whole = shapeOf(dense(1, 20, new Int16Array(20)));
        addChunk(total, planes, 1, whole, { input: digits, weight: 1, factors });
        reduce(total, p);
        assert.equal([...total], [...list]);
      }),
    );
  });
}

test('digits of every int16 are small and give it back', () => {
  for (let value = -32768; value <= 32767; value++) {
    const digits = integerDigits(Math.abs(value));
    const parts = Array.from({ length: digits }, (_, digit) => weightDigit(value, digit, digits));
    assert.ok(parts.every((digit) => Math.abs(digit) <= largestDigit(Math.abs(value), digits)));
    assert.ok(parts.every((digit) => Math.abs(digit) <= LARGEST_DIGIT));
    assert.is(
      parts.reduce((sum, digit, index) => sum + digit * 256 ** index, 0),
      value,
    );
  }
});

test('every chunk keeps its sums below 2^24, covers its terms, and holds the digits of its weights', async () => {
  const weights = fc
    .tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 5 }), fc.constantFrom(1, 127, 255, 256, 32767))
    .chain(([inputs, outputs, largest]) =>
      fc
        .array(fc.constantFrom(largest, -largest, 0, 1), { minLength: inputs * outputs, maxLength: inputs * outputs })
        .map((list) => dense(inputs, outputs, Int16Array.from(list))),
    );
  await check(
    fc.property(weights, fc.constantFrom(128, 255, 256), (map, inputDigit) => {
      const largest = map.weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
      const digits = integerDigits(largest);
      let at = 0;
      for (const chunk of chunksOf(shapeOf(map), digits, inputDigit)) {
        assert.is(chunk.from, at);
        at = chunk.to;
        const matrix = chunkMatrix(shapeOf(map), chunk, digits);
        for (let column = 0; column < digits * map.outputs; column++) {
          let sum = 0;
          for (let k = 0; k < chunk.to - chunk.from; k++) sum += Math.abs(matrix[k * digits * map.outputs + column]!);
          assert.ok(sum * inputDigit <= LARGEST_SUM);
        }
        for (let output = 0; output < map.outputs; output++) {
          const k = chunk.to - chunk.from - 1;
          const row = k * digits * map.outputs + output;
          const low = matrix[row]!;
          const high = digits === 2 ? matrix[row + map.outputs]! : 0;
          assert.is(low + 256 * high, map.weights[output * map.inputs + chunk.to - 1]);
        }
      }
      assert.is(at, map.inputs);
    }),
  );
});

test('a reduction is due before totals leave what float64 holds', () => {
  for (const p of [P24, M31] as const) {
    for (const weightDigits of [1, 2]) {
      const inputDigits = residueDigits(p);
      const factors = digitFactors(p, inputDigits + weightDigits - 1);
      factors.forEach((factor, index) => {
        assert.is((256n ** BigInt(index) - BigInt(factor)) % BigInt(p), 0n);
      });
      const chunks = chunksPerReduction(p, inputDigits, weightDigits);
      assert.ok(chunks >= 7);
      let worst = BigInt(p);
      for (let d = 0; d < inputDigits; d++) {
        for (let e = 0; e < weightDigits; e++) worst += BigInt(chunks * LARGEST_SUM) * BigInt(factors[d + e]!);
      }
      assert.ok(worst < 2n ** 53n);
    }
  }
});

test('reducing is exact up to 2^52', () => {
  for (const p of [P24, M31] as const) {
    const edges = [0, 1, p - 1, p, p + 1, 2 * p - 1, 2 ** 52, 2 ** 52 - 1, Math.floor(2 ** 52 / p) * p];
    const values = [...edges, ...edges.map((value) => value + 1), ...edges.map((value) => -value)];
    const total = Float64Array.from(values);
    reduce(total, p);
    const wanted = values.map((value) => Number(((BigInt(value) % BigInt(p)) + BigInt(p)) % BigInt(p)));
    assert.equal([...total], wanted);
  }
});

test('tiles cover every pixel once, in order', async () => {
  const size = fc.integer({ min: 1, max: 9 });
  await check(
    fc.property(size, size, size, fc.integer({ min: 1, max: 90 }), (images, height, width, limit) => {
      let at = 0;
      for (const tile of tilesOf(images, height, width, limit)) {
        assert.is((tile.image * height + tile.row) * width + tile.column, at);
        assert.ok(pixelsOf(tile) <= limit);
        at += pixelsOf(tile);
      }
      assert.is(at, images * height * width);
    }),
  );
});
