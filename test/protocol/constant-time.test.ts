/**
 * The fold and the verdict take as long for one secret or answer as for another, as far as this machine's clock can tell; and
 * a fold that leaks is told from one that does not. A test of times, not a proof: see slalom.md, 5.5.
 */
import * as assert from 'uvu/assert';
import { wasmArithmetic } from '../../src/fast/index.js';
import { CHECK_MODULUS, P24, packedLength, sampleResidues } from '../../src/protocol/index.js';
import { seededRandomness } from '../seeded-randomness.js';
import { seed, suite } from '../suite.js';
import { compare, type Prepare, welch } from './timing.js';

const test = suite('protocol: constant time');

/** Far above what chance gives (4.5 is usual), far below what a leak gives. */
const THRESHOLD = 10;
const MEASUREMENTS = 3000;
const TRIES = 12;
const LENGTH = 16384;
const POOL = 8;
const BOUND = 100_000;

const arithmetic = await wasmArithmetic();
const randomness = seededRandomness(seed);
const draw = (length: number, modulus: typeof P24 | typeof CHECK_MODULUS): Uint32Array => {
  const out = new Uint32Array(length);
  sampleResidues(randomness, modulus, out, arithmetic);
  return out;
};
const small = (length: number): Int32Array =>
  Int32Array.from(draw(length, P24), (value) => (value % (2 * BOUND)) - BOUND);

type Numbers = Int16Array | Int32Array | Uint32Array;

/**
 * A class whose inputs come from a pool, so that both classes are prepared by the same copying. Each is written out once more:
 * fresh zeros may all be one page of memory, which leaves more of a cache to what is measured.
 */
function pool<T extends Numbers>(target: T, make: (index: number) => T): Prepare {
  const values = Array.from({ length: POOL }, (_, index) => make(index).slice() as T);
  let next = 0;
  return () => target.set(values[next++ % POOL]!);
}

/** The smallest |t| of several tries: a busy machine disturbs some of them, a leak shows in all. */
function smallest(classes: readonly [Prepare, Prepare], work: () => void): number {
  let least = Infinity;
  for (let attempt = 0; attempt < TRIES && least > THRESHOLD; attempt++) {
    least = Math.min(least, Math.abs(compare(classes, work, MEASUREMENTS)));
  }
  return least;
}

function same(title: string, classes: readonly [Prepare, Prepare], work: () => void): void {
  test(`the same time: ${title}`, () => {
    const t = smallest(classes, work);
    assert.ok(t <= THRESHOLD, `|t| = ${t.toFixed(1)} in each of ${TRIES} tries`);
  });
}

const s = arithmetic.allocate('u32', LENGTH);
const y = arithmetic.allocate('i32', LENGTH);
const u = arithmetic.allocate('u32', LENGTH);
const z = arithmetic.allocate('u32', LENGTH);
const out = arithmetic.allocate('i32', LENGTH);
const x = arithmetic.allocate('i16', LENGTH);
const message = arithmetic.allocate('u32', LENGTH);
const packed = arithmetic.allocate('u32', packedLength(LENGTH));
const folds = arithmetic.allocate('u32', 1);
const challenges = [s];

const zeroSecret = pool(s, () => new Uint32Array(LENGTH));
const randomSecret = pool(s, () => draw(LENGTH, CHECK_MODULUS));
const zeroAnswer = pool(y, () => new Int32Array(LENGTH));
const randomAnswer = pool(y, () => small(LENGTH));
const fold = (): unknown => arithmetic.foldOutput(s, y, BOUND);

s.set(draw(LENGTH, CHECK_MODULUS));
y.set(small(LENGTH));
u.set(draw(LENGTH, P24));
packed.set(draw(packedLength(LENGTH), CHECK_MODULUS));

same('a fold under a challenge of zeros, and of random residues', [zeroSecret, randomSecret], fold);
same('a fold of zeros, and of random answers', [zeroAnswer, randomAnswer], fold);

/** u + y mod p, but for what `change` does to it. */
const blinded = (change: (answer: Uint32Array) => void): Prepare =>
  pool(z, () => {
    const values = small(LENGTH);
    const answer = u.map((value, index) => (value + values[index]! + P24) % P24);
    change(answer);
    return answer;
  });
const judge = (): unknown => {
  const how = { images: 1, unblinding: { u: [u], modulus: P24 as typeof P24 }, bound: BOUND, challenges, finish: null };
  return arithmetic.incoming(z, how, folds, out);
};
const right = blinded(() => {});
const wrong: Record<string, (answer: Uint32Array) => void> = {
  'one that is 1 off at the front': (answer) => {
    answer[0] = (answer[0]! + 1) % P24;
  },
  'one that is out of range at the front': (answer) => {
    answer[0] = (u[0]! + BOUND + 5) % P24;
  },
  'one with residues above p': (answer) => {
    answer.fill(P24 + 1, 0, 8);
  },
};
for (const [title, change] of Object.entries(wrong))
  same(`a right answer, and ${title}`, [right, blinded(change)], judge);

const send = (): unknown => {
  const range = { minimum: -128, maximum: 127 };
  const blinding = { rho: [u], modulus: P24 as typeof P24 };
  return arithmetic.outgoing(x, { images: 1, range, blinding, folded: [packed] }, message, folds);
};
const zeroInput = pool(x, () => new Int16Array(LENGTH));
const randomInput = pool(x, () => Int16Array.from(draw(LENGTH, P24), (value) => (value % 256) - 128));
same('blinding and folding of zeros, and of random inputs', [zeroInput, randomInput], send);

/** Defects that the test must see. Each reads the very arrays that the fold reads. */
const leaks: Record<string, { classes: [Prepare, Prepare]; work: () => unknown }> = {
  'a fold that stops at the first wrong entry': {
    classes: [right, blinded(wrong['one with residues above p']!)],
    work: () => z.every((value) => value < P24) && judge(),
  },
  'a fold that skips entries that are zero': {
    classes: [zeroAnswer, randomAnswer],
    work: () => {
      let sum = 0;
      for (let index = 0; index < LENGTH; index++)
        if (y[index] !== 0) sum = (sum + (s[index]! % 4093) * y[index]!) % 4093;
      return sum;
    },
  },
  'a multiplication bit by bit that leaves out the zeros of the secret': {
    classes: [zeroSecret, randomSecret],
    work: () => {
      let sum = 0;
      for (let index = 0; index < LENGTH; index += 8) for (let bit = s[index]!; bit > 0; bit >>>= 1) sum += bit & 1;
      return sum;
    },
  },
};
for (const [title, { classes, work }] of Object.entries(leaks)) {
  test(`told apart: ${title}`, () => {
    let most = 0;
    for (let attempt = 0; attempt < 3 && most <= THRESHOLD; attempt++) {
      most = Math.max(most, Math.abs(compare(classes, work, MEASUREMENTS)));
    }
    assert.ok(most > THRESHOLD, `|t| = ${most.toFixed(1)}`);
  });
}

test("Welch's t is what the books say", () => {
  assert.is(welch([1, 2, 3], [1, 2, 3]), 0);
  assert.ok(Math.abs(welch([1, 2, 3, 4], [2, 4, 6, 8]) - -1.7320508) < 1e-6);
});

test.after(() => arithmetic.close());
