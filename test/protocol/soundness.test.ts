import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { repetitionsFor, soundness, soundnessBits } from '../../src/protocol/index.js';
import { accepts, type Challenge, type Dense, fold } from '../../src/reference/index.js';
import { check, suite } from '../suite.js';

const test = suite('protocol: soundness');

function* vectors(length: number, q: bigint): Generator<bigint[]> {
  if (length === 0) yield [];
  else for (const rest of vectors(length - 1, q)) for (let value = 0n; value < q; value++) yield [value, ...rest];
}

test('at a tiny q every cheat is accepted by exactly one challenge in q, and k challenges by one in q^k', () => {
  const q = 7n;
  const map: Dense = {
    kind: 'dense',
    inputs: 2,
    outputs: 2,
    weights: Int16Array.of(1, 0, 1, -1),
    inputRange: { minimum: -1, maximum: 1 },
  };
  const x = [1n, -1n];
  const honest = [1n, 2n];
  const challenges = [...vectors(2, q)].map((s) => fold(map, s, q));
  const acceptedBy = (y: bigint[], sets: Challenge[][]): number =>
    sets.filter((set) => accepts(set, x, y, 3n, q)).length;
  const singles = challenges.map((challenge) => [challenge]);
  const pairs = challenges.flatMap((a) => challenges.map((b) => [a, b]));
  assert.is(acceptedBy(honest, singles), 49);
  let cheats = 0;
  for (let first = -3n; first <= 3n; first++) {
    for (let second = -3n; second <= 3n; second++) {
      if (first === honest[0] && second === honest[1]) continue;
      // |y - L(x)| is below q in each entry, so the difference is never 0 modulo q: this is where 2B < q is used.
      if ((first - 1n) % q === 0n && (second - 2n) % q === 0n) continue;
      assert.is(acceptedBy([first, second], singles), 7, `cheat ${first}, ${second}`);
      assert.is(acceptedBy([first, second], pairs), 49);
      cheats++;
    }
  }
  assert.is(cheats, 48);
});

test('without the range condition a wrapped answer would be accepted by every challenge', () => {
  const map: Dense = {
    kind: 'dense',
    inputs: 1,
    outputs: 1,
    weights: Int16Array.of(1),
    inputRange: { minimum: -1, maximum: 1 },
  };
  const challenges = [3n, 5n].map((s) => fold(map, [s], 7n));
  assert.ok(accepts(challenges, [1n], [1n + 7n], 8n, 7n), 'congruent modulo q, so the folds alone cannot tell');
  assert.not.ok(accepts(challenges, [1n], [1n + 7n], 1n, 7n), 'the enforced bound tells');
});

test('bits are the exact floor of -log2', () =>
  check(
    fc.property(fc.bigInt({ min: 1n, max: 2n ** 80n }), fc.bigInt({ min: 1n, max: 2n ** 200n }), (numerator, extra) => {
      const denominator = numerator + extra;
      const bits = soundnessBits({ numerator, denominator });
      assert.ok(numerator << BigInt(bits) <= denominator);
      assert.ok(numerator << BigInt(bits + 1) > denominator);
    }),
    300,
  ));

test('the formula of one lie: 1 / q^k per inference and per session, whatever the layers and inferences', () => {
  const q = 2n ** 31n - 1n;
  for (const [layers, inferences] of [
    [1, 1],
    [53, 1000],
    [1_000_000, 2 ** 40],
  ] as const) {
    const value = soundness({ layers, repetitions: 2, inferences });
    for (const error of [value.perCheck, value.perInference, value.perSession, value.binding.error]) {
      assert.equal(error, { numerator: 1n, denominator: q * q });
    }
    assert.is(value.inferenceBits, 61);
    assert.is(value.sessionBits, 61);
  }
});

test('the formula of a session that goes on: a union over layers and inferences', () => {
  const q = 2n ** 31n - 1n;
  const value = soundness({ layers: 53, repetitions: 2, inferences: 1000, onReject: 'continue' });
  assert.equal(value.perCheck, { numerator: 1n, denominator: q * q });
  assert.equal(value.perSession, { numerator: 53000n, denominator: q * q });
  assert.is(value.sessionBits, 46);
  assert.is(value.inferenceBits, 56); // 62 - log2(53) = 56.27
  assert.equal(soundness({ layers: 53, repetitions: 2, inferences: 1, onReject: 'continue' }).perInference, {
    numerator: 53n,
    denominator: q * q,
  });
});

test('the default guarantee of 40 bits takes two repetitions: one gives 30', () => {
  assert.is(repetitionsFor(40, 53), 2);
  assert.is(soundness({ layers: 53, repetitions: 1, inferences: 1 }).inferenceBits, 30);
  assert.is(repetitionsFor(40, 1), 2);
});

test('no check, no soundness; and an error never exceeds one', () => {
  const value = soundness({ layers: 3, repetitions: 0, inferences: 9 });
  assert.is(value.inferenceBits, 0);
  assert.equal(value.perSession, { numerator: 1n, denominator: 1n });
});

test('the repetitions are the fewest that reach the target', () => {
  for (const bits of [1, 30, 31, 40, 61, 62, 80, 128, 256]) {
    const repetitions = repetitionsFor(bits, 53);
    assert.ok(soundness({ layers: 53, repetitions, inferences: 1 }).inferenceBits >= bits);
    assert.ok(soundness({ layers: 53, repetitions: repetitions - 1, inferences: 1 }).inferenceBits < bits);
  }
  assert.throws(
    () => repetitionsFor(1000, 53),
    (error: unknown) => error instanceof RangeError,
  );
});
