/** The check alone: parts that do not cover exactly what was asked for are a reject, whatever is in them. */
import * as assert from 'uvu/assert';
import { check, type Part } from '../../src/protocol/check.js';
import { Challenges } from '../../src/protocol/freivalds.js';
import { referenceArithmetic, Unchecked, Verified } from '../../src/protocol/index.js';
import type { Dense } from '../../src/reference/index.js';
import { seededRandomness } from '../seeded-randomness.js';
import { seed, suite } from '../suite.js';

const test = suite('protocol: check');

const map: Dense = {
  kind: 'dense',
  inputs: 2,
  outputs: 2,
  weights: Int16Array.of(1, 0, 0, 1),
  inputRange: { minimum: -9, maximum: 9 },
};
const arithmetic = referenceArithmetic();
const challenges = Challenges.make(map, arithmetic.load(map), 2, arithmetic, seededRandomness(seed));

/** Three images; all zero, so that sums and folds of nothing are what those of the right answer would be. */
function judge(parts: readonly Part[], integrity: boolean, images = 3): unknown {
  const sums = new Uint32Array(integrity ? images * 2 : 0);
  const claim = { images, outputs: 2, bound: 9, sums, unblinding: null, finish: null };
  return check(
    parts,
    { ...claim, challenges: integrity ? challenges : null },
    new Int32Array(images * 2).fill(77),
    arithmetic,
  );
}

const part = (images: number): Part => ({ answer: new Int32Array(2 * images), images });

test('exactly what was asked for is a result, in one part or in several', () => {
  for (const parts of [[part(3)], [part(1), part(2)], [part(1), part(1), part(1)]]) {
    const verified = judge(parts, true);
    assert.instance(verified, Verified);
    assert.equal([...(verified as Verified<Int32Array>).value], [0, 0, 0, 0, 0, 0]);
    assert.instance(judge(parts, false), Unchecked);
  }
});

test('no answer, too few, too many and none of an image are rejects, with integrity on or off', () => {
  const wrong: (readonly Part[])[] = [
    [],
    [part(0)],
    [part(1)],
    [part(1), part(1)],
    [part(2), part(2)],
    [part(3), part(1)],
    [part(4)],
    [{ answer: new Int32Array(6), images: Number.NaN }],
    [part(3), { answer: new Int32Array(0), images: Number.NaN }],
  ];
  for (const integrity of [true, false]) for (const parts of wrong) assert.is(judge(parts, integrity), null);
  for (const integrity of [true, false]) assert.is(judge([], integrity, 0), null);
});

test('sums of another number of images or challenges are a reject', () => {
  for (const length of [0, 5, 7, 12]) {
    const claim = { images: 3, outputs: 2, bound: 9, challenges, unblinding: null, finish: null };
    assert.is(check([part(3)], { ...claim, sums: new Uint32Array(length) }, new Int32Array(6), arithmetic), null);
  }
});
