/** The formulas against enumeration: every challenge, every error, every strategy, over F_3, F_5 and F_7. */
import * as assert from 'uvu/assert';
import { type CalculatorInput, calculateSoundness } from '../../src/calculator/index.js';
import type { Rational } from '../../src/protocol/index.js';
import { suite } from '../suite.js';
import { challenges, errors, missedBy, misses, range } from './tiny-fields.js';

const test = suite('protocol: calculator, enumerated');

function perCheck(input: Omit<CalculatorInput, 'layers'>): Rational {
  return calculateSoundness({ layers: 1, ...input }).perCheck.error;
}

/** count / total <= error, as integers; and whether it is equal. */
function atMost(count: number, total: number, { numerator, denominator }: Rational): 'equal' | 'less' | 'more' {
  const difference = BigInt(count) * denominator - numerator * BigInt(total);
  return difference === 0n ? 'equal' : difference < 0n ? 'less' : 'more';
}

const shapes = [
  { rows: 1, columns: 1 },
  { rows: 1, columns: 3 },
  { rows: 2, columns: 2 },
];

for (const q of [3, 5, 7]) {
  test(`F_${q}: full challenges miss every error with exactly the probability that is stated`, () => {
    for (const { rows, columns } of shapes.filter(({ rows, columns }) => q ** (rows * columns) < 1000 || q === 3)) {
      const all = challenges(range(q), { rows, columns }, 'full');
      for (const k of q === 3 || rows * columns < 3 ? [1, 2] : [1]) {
        const stated = perCheck({ checkModulus: q, repetitions: k });
        for (const error of errors(q, rows * columns)) {
          assert.is(atMost(missedBy(all, error, q, k), all.length ** k, stated), 'equal');
        }
      }
    }
  });

  test(`F_${q}: rank-one challenges never miss more often than is charged, and do miss as often`, () => {
    for (const shape of shapes) {
      const all = challenges(range(q), shape, 'rank-one');
      for (const k of q === 3 ? [1, 2] : [1]) {
        const stated = perCheck({ checkModulus: q, repetitions: k, structure: 'rank-one' });
        const found = new Set(
          errors(q, shape.rows * shape.columns).map((error) =>
            atMost(missedBy(all, error, q, k), all.length ** k, stated),
          ),
        );
        assert.not.ok(found.has('more'), `k = ${k}`);
        assert.ok(found.has('equal'), `k = ${k}: the charge is attained`);
      }
    }
  });

  test(`F_${q}: coordinates from a smaller set miss up to 1/|S|, and some error attains it`, () => {
    for (const set of [[0, 1], [1, 2], q > 3 ? [0, 2, 4] : [0, 1, 2]]) {
      for (const structure of ['full', 'rank-one'] as const) {
        const all = challenges(set, { rows: 2, columns: 2 }, structure);
        const stated = perCheck({ checkModulus: q, challengeSet: set.length, structure, repetitions: 1 });
        const found = new Set(errors(q, 4).map((error) => atMost(missedBy(all, error, q, 1), all.length, stated)));
        assert.not.ok(found.has('more'), `${structure}, {${set}}`);
        // Rank one attains its charge by a = 0 or b = 0, so only where S has 0.
        if (structure === 'full' || set.includes(0)) assert.ok(found.has('equal'), `${structure}, {${set}}`);
      }
    }
  });
}

/** A use: a right answer, or a wrong one with this error. */
type Use = readonly number[] | null;

/** Whether a secret lets a wrong answer pass within the uses. */
function fooled(secret: readonly number[], uses: readonly Use[], q: number, poison: boolean): boolean {
  for (const use of uses) {
    if (use === null) continue;
    if (misses(secret, use, q)) return true;
    if (poison) return false;
  }
  return false;
}

function strategies(uses: readonly Use[], length: number): Use[][] {
  let all: Use[][] = [[]];
  for (let step = 0; step < length; step++) all = all.flatMap((some) => uses.map((use) => [...some, use]));
  return all;
}

test('every strategy of three uses, under both policies, stays within the bounds for sessions', () => {
  // Until a wrong answer passes, every verdict is what the device expects: a strategy is a list of uses.
  const q = 3;
  const secrets = challenges(range(q), { rows: 1, columns: 2 }, 'full');
  const all = strategies([null, ...errors(q, 2)], 3);
  const base = { layers: 1, inferences: 3, checkModulus: q, repetitions: 1 };
  for (const onReject of ['poison', 'continue'] as const) {
    const { perSession, oneLie } = calculateSoundness({ ...base, onReject });
    const counts = all.map((uses) => secrets.filter((secret) => fooled(secret, uses, q, onReject === 'poison')).length);
    for (const count of counts) assert.not.equal(atMost(count, secrets.length, perSession.error), 'more');
    const worst = Math.max(...counts);
    assert.is(atMost(worst, secrets.length, oneLie.error), onReject === 'poison' ? 'equal' : 'more');
    if (onReject === 'poison') assert.equal(perSession, oneLie);
  }
});

/** A device that adapts: after each verdict another tree; a leaf stops. Its verdicts decide which branch is next. */
interface Tree {
  readonly use: Use;
  readonly accepted: Tree | null;
  readonly rejected: Tree | null;
}

function trees(uses: readonly Use[], depth: number): (Tree | null)[] {
  if (depth === 0) return [null];
  const below = trees(uses, depth - 1);
  return uses.flatMap((use) => below.flatMap((accepted) => below.map((rejected) => ({ use, accepted, rejected }))));
}

/** Whether a session with this secret ever accepts a wrong answer; with poison it ends at the first reject. */
function adaptivelyFooled(secret: readonly number[], tree: Tree | null, q: number, poison: boolean): boolean {
  if (tree === null) return false;
  const passes = tree.use === null || misses(secret, tree.use, q);
  if (passes && tree.use !== null) return true;
  if (!passes && poison) return false;
  return adaptivelyFooled(secret, passes ? tree.accepted : tree.rejected, q, poison);
}

test('every adaptive device, over two layers and several inferences: one lie where rejects poison, more where not', () => {
  // Two layers of one entry each, with challenges of their own: the secret is (s1, s2), an error lies in one of the two.
  let more = 0;
  for (const { q, depth } of [
    { q: 3, depth: 3 },
    { q: 5, depth: 2 },
  ]) {
    const secrets = challenges(range(q), { rows: 1, columns: 2 }, 'full');
    const uses: Use[] = [
      null,
      ...range(q - 1).flatMap((entry): Use[] => [
        [entry + 1, 0],
        [0, entry + 1],
      ]),
    ];
    const devices = trees(q === 3 ? uses : uses.slice(0, 5), depth);
    assert.ok(devices.length > 100);
    // Uses in a session of two layers and `depth` inferences: more than the device makes.
    const base = { layers: 2, inferences: depth, checkModulus: q, repetitions: 1 };
    for (const onReject of ['poison', 'continue'] as const) {
      const { perSession, oneLie } = calculateSoundness({ ...base, onReject });
      let worst = 0;
      for (const device of devices) {
        const count = secrets.filter((secret) => adaptivelyFooled(secret, device, q, onReject === 'poison')).length;
        worst = Math.max(worst, count);
      }
      assert.not.equal(atMost(worst, secrets.length, perSession.error), 'more', `${onReject}, q = ${q}`);
      if (onReject === 'poison') assert.is(atMost(worst, secrets.length, perSession.error), 'equal');
      else if (atMost(worst, secrets.length, oneLie.error) === 'more') more++;
    }
  }
  assert.is(more, 2, 'the bound of one lie would be wrong for sessions that go on');
});

test('what rejects teach: after each the next lie passes more often, but no more than the last inference is charged', () => {
  let grew = 0;
  for (const q of [3, 5]) {
    const secrets = challenges(range(q), { rows: 1, columns: 2 }, 'full');
    for (const lies of strategies(errors(q, 2), q === 3 ? 3 : 2) as number[][][]) {
      let left = secrets;
      for (const [rejects, lie] of lies.entries()) {
        const passing = left.filter((secret) => misses(secret, lie, q)).length;
        const stated = calculateSoundness({
          layers: 1,
          inferences: rejects + 1,
          checkModulus: q,
          repetitions: 1,
          onReject: 'continue',
        });
        assert.not.equal(atMost(passing, left.length, stated.perInference.error), 'more', `after ${rejects} rejects`);
        if (rejects > 0 && atMost(passing, left.length, stated.perCheck.error) === 'more') grew++;
        left = left.filter((secret) => !misses(secret, lie, q));
      }
    }
  }
  assert.ok(grew > 0, 'a bound that forgets the verdicts would be wrong');
});

test('an error by a multiple of q passes every challenge: where 2B < q fails, the calculator says one', () => {
  const q = 5;
  const all = challenges(range(q), { rows: 1, columns: 2 }, 'full');
  const layer = { inputs: 2, outputs: 2, macs: 4 };
  for (const [bound, expected] of [
    [2, 'certified'],
    [3, 'lost'],
  ] as const) {
    // Two integers in [-bound, bound] that differ by a multiple of q: is there such a pair?
    const collides = range(2 * bound + 1).some((a) => range(2 * bound + 1).some((b) => a !== b && (a - b) % q === 0));
    assert.is(collides, expected === 'lost');
    const { perInference, soundness, usable } = calculateSoundness({
      layers: [{ ...layer, bound }],
      checkModulus: q,
      repetitions: 16,
      targetBits: 1,
    });
    assert.is(perInference.bits === 0, collides);
    assert.is(soundness.binding.name, collides ? 'wrap-around' : 'folds');
    assert.is(usable, !collides);
  }
  assert.is(missedBy(all, [q, 0], q, 1), all.length);
});
