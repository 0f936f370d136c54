/** The check alone: parts that do not cover exactly what was asked for are a reject, whatever is in them. */
import * as assert from 'uvu/assert';
import { check, type Part } from '../../src/protocol/check.js';
import { Challenges } from '../../src/protocol/freivalds.js';
import { P24, referenceArithmetic, Unchecked, Verified } from '../../src/protocol/index.js';
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

test('an entry out of range in any part is a reject, also where the folds cannot see it', () => {
  const q = 2 ** 31 - 1;
  for (const integrity of [true, false]) {
    for (let wrong = 0; wrong < 3; wrong++) {
      const parts = [0, 1, 2].map((image) => ({ answer: Int32Array.of(image === wrong ? q : 0, 0), images: 1 }));
      const verdict = judge(parts, integrity);
      // Without integrity an entry is cut to the bound; with it, only the range tells: q is 0 modulo q.
      if (integrity) assert.is(verdict, null, `part ${wrong}`);
      else assert.ok(((verdict as Unchecked<Int32Array>).value[2 * wrong] ?? 99) <= 9);
    }
  }
});

test('a residue that is not canonical in any part is a reject, with integrity on or off', () => {
  for (const integrity of [true, false]) {
    for (let wrong = 0; wrong < 3; wrong++) {
      const parts = [0, 1, 2].map((image) => ({ answer: Uint32Array.of(image === wrong ? P24 : 0, 0), images: 1 }));
      const unblinding = { u: parts.map(() => new Uint32Array(2)), modulus: P24 } as const;
      const sums = new Uint32Array(integrity ? 6 : 0);
      const claim = { images: 3, outputs: 2, bound: 9, sums, unblinding, finish: null };
      const out = new Int32Array(6);
      assert.is(check(parts, { ...claim, challenges: integrity ? challenges : null }, out, arithmetic), null);
    }
  }
});

test('room that is not the same for every image is a reject', () => {
  for (const length of [5, 7]) {
    const claim = { images: 3, outputs: 2, bound: 9, challenges: null, unblinding: null, finish: null };
    assert.is(check([part(3)], { ...claim, sums: new Uint32Array(0) }, new Int32Array(length), arithmetic), null);
  }
});
