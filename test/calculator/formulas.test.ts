/** The calculator against formulas derived another way, against its own promises, and against the paper's statements. */
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import {
  type Calculation,
  type CalculatorInput,
  calculateSoundness,
  calculationToJson,
  presets,
} from '../../src/calculator/index.js';
import { isPrime } from '../../src/calculator/primality.js';
import { type Rational, repetitionsFor } from '../../src/protocol/index.js';
import { check, suite } from '../suite.js';

const test = suite('protocol: calculator, formulas');

type Fraction = readonly [bigint, bigint];

const minus = ([a, b]: Fraction, [c, d]: Fraction): Fraction => [a * d - c * b, b * d];
const times = ([a, b]: Fraction, [c, d]: Fraction): Fraction => [a * c, b * d];
const same = ({ numerator, denominator }: Rational, [a, b]: Fraction): boolean => numerator * b === a * denominator;

/** One minus the probability that at least one of k challenges catches the lie: 1 - 1/|S| each, squared for rank one. */
function missedByAll(set: bigint, rankOne: boolean, k: number): Fraction {
  const one: Fraction = [1n, 1n];
  const half = minus(one, [1n, set]);
  const catches = rankOne ? times(half, half) : half;
  let allMiss: Fraction = one;
  for (let repetition = 0; repetition < k; repetition++) allMiss = times(allMiss, minus(one, catches));
  return allMiss;
}

/** By halving: how often the bound 1 can be halved and still holds. */
function bitsByHalving([a, b]: Fraction): number {
  let bits = 0;
  for (let bound = b; 2n * a <= bound || (2n * a === bound && bound > 0n); bound /= 2n) bits++;
  return bits;
}

const primes = [2 ** 31 - 1, 2 ** 24 - 3, 65537, 257, 2 ** 53 - 111];

const inputs = fc
  .record({
    layers: fc.integer({ min: 1, max: 300 }),
    inferences: fc.integer({ min: 1, max: 500 }),
    checkModulus: fc.constantFrom(...primes),
    share: fc.integer({ min: 1, max: 1000 }),
    structure: fc.constantFrom('full' as const, 'rank-one' as const),
    repetitions: fc.integer({ min: 1, max: 8 }),
    onReject: fc.constantFrom('poison' as const, 'continue' as const),
  })
  .map(({ share, ...rest }) => ({ ...rest, challengeSet: Math.max(2, Math.floor(rest.checkModulus / share)) }));

test('errors equal those derived from catching, layer after layer and verdict after verdict', () =>
  check(
    fc.property(inputs, (input) => {
      const result = calculateSoundness(input);
      const [a, b] = missedByAll(BigInt(input.challengeSet), input.structure === 'rank-one', input.repetitions);
      assert.ok(same(result.perCheck.error, [a, b]));
      // What is left of the challenges when the last inference begins, and then a sum over its layers.
      let left = b;
      if (input.onReject === 'continue') {
        for (let reject = 0; reject < input.layers * (input.inferences - 1); reject++) left -= a;
      }
      // A device that is cut off at the first reject has one lie; one that is not has a lie per check.
      const poison = input.onReject === 'poison';
      let sum = 0n;
      for (let layer = 0; layer < (poison ? 1 : input.layers); layer++) sum += a;
      const inference: Fraction = left <= sum ? [1n, 1n] : [sum, left];
      assert.ok(same(result.perInference.error, inference));
      const session = poison ? a : a * BigInt(input.layers) * BigInt(input.inferences);
      assert.ok(same(result.perSession.error, session >= b ? [1n, 1n] : [session, b]));
      const { numerator, denominator } = result.perInference.error;
      if (denominator >> 300n === 0n) assert.is(result.perInference.bits, bitsByHalving([numerator, denominator]));
    }),
    300,
  ));

test('terms add up to the error of an inference, and the binding one is the largest', () =>
  check(
    fc.property(inputs, (input) => {
      const { soundness } = calculateSoundness(input);
      let sum: Fraction = [0n, 1n];
      for (const { error } of soundness.terms) {
        sum = [sum[0] * error.denominator + error.numerator * sum[1], sum[1] * error.denominator];
        const { numerator, denominator } = soundness.binding.error;
        assert.ok(error.numerator * denominator <= numerator * error.denominator);
      }
      assert.ok(same(soundness.perInference, sum));
    }),
    200,
  ));

test('the fewest repetitions meet both targets, and one fewer does not', () =>
  check(
    fc.property(inputs, fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: 120 }), (input, bits, session) => {
      const { repetitions: _, ...rest } = input;
      const asked = { ...rest, targetBits: bits, sessionTargetBits: session };
      const { smallestRepetitions, target, parameters } = calculateSoundness(asked);
      if (smallestRepetitions === null) {
        assert.not.ok(calculateSoundness({ ...asked, repetitions: 16 }).target.met);
        return;
      }
      assert.ok(target.met);
      assert.is(parameters.repetitions, smallestRepetitions);
      if (smallestRepetitions > 1) {
        assert.not.ok(calculateSoundness({ ...asked, repetitions: smallestRepetitions - 1 }).target.met);
      }
    }),
    200,
  ));

test('rotating as told keeps the session target, one inference more does not', () =>
  check(
    fc.property(inputs, fc.integer({ min: 1, max: 100 }), fc.boolean(), (input, bits, both) => {
      const asked = { ...input, targetBits: both ? bits : 1, sessionTargetBits: bits };
      const { rotation } = calculateSoundness(asked);
      const met = (inferences: bigint): boolean =>
        calculateSoundness({ ...asked, inferences: Number(inferences) }).target.met;
      if (input.onReject === 'poison') {
        // No number of inferences matters: all keep the target, or none.
        assert.is(rotation.inferences, met(1n) ? null : 0n);
        assert.is(met(2n ** 40n), met(1n));
        return;
      }
      const most = rotation.inferences!;
      if (most >= 1n && most <= 2n ** 40n) assert.ok(met(most), `${most}`);
      if (most < 2n ** 40n) assert.not.ok(met(most + 1n), `${most} + 1`);
    }),
    300,
  ));

test('where rejects do not end sessions, rotating as told keeps the target of the last inference too', () => {
  let binding = 0;
  for (let layers = 1; layers <= 40; layers++) {
    const asked = { layers, checkModulus: 257, repetitions: 2, onReject: 'continue', sessionTargetBits: 1 } as const;
    const { perInference } = calculateSoundness({ ...asked, inferences: 1 });
    const met = (inferences: number): Calculation['target'] =>
      calculateSoundness({ ...asked, targetBits: perInference.bits, inferences }).target;
    const most = Number(calculateSoundness({ ...asked, targetBits: perInference.bits }).rotation.inferences);
    assert.ok(met(most).met);
    assert.not.ok(met(most + 1).met);
    if (met(most + 1).sessionMet) binding++;
  }
  assert.ok(binding > 0, 'the last inference binds somewhere');
});

test('without a choice of k, the calculator and sessions choose the same', () => {
  for (const targetBits of [1, 24, 40, 57, 80, 128, 256]) {
    for (const layers of [1, 16, 53, 156]) {
      assert.is(calculateSoundness({ layers, targetBits }).parameters.repetitions, repetitionsFor(targetBits, layers));
    }
  }
});

test("the paper's statements: 2^-40 per layer, and one in 22 billion for a network of 50 layers", () => {
  const { perCheck, perInference, target } = calculateSoundness({ layers: 50, ...presets.paper });
  assert.equal(perCheck, { error: { numerator: 1n, denominator: 2n ** 40n }, bits: 40 });
  assert.ok(target.met);
  // With a reject that ends the session the network's chance is that of its one lie: one in 1.1 * 10^12.
  assert.equal(perInference.error, perCheck.error);
  // The paper adds up the layers: 50 / 2^40 = 1 / 21,990,232,555.52: 22 billion to the nearest billion, though not quite "fewer than".
  const added = (input: object) =>
    calculateSoundness({ layers: 50, ...presets.paper, onReject: 'continue', inferences: 1, ...input }).perInference;
  const { numerator, denominator } = added({}).error;
  assert.is(denominator / numerator, 21_990_232_555n);
  const billion = 10n ** 9n;
  assert.is((2n * denominator + numerator * billion) / (2n * numerator * billion), 22n);
  // Challenges from all residues modulo the same prime are truly below it: 50 / (2^24 - 3)^2, one in 5.6 * 10^12.
  const full = added({ challengeSet: null }).error;
  assert.ok(full.numerator * 22n * billion < full.denominator);
  assert.is(full.denominator / full.numerator, (2n ** 24n - 3n) ** 2n / 50n);
});

test('the presets keep what they are called', () => {
  for (const layers of [1, 53, 1000]) {
    assert.ok(calculateSoundness({ layers, ...presets['80'] }).perInference.bits >= 80);
    assert.ok(calculateSoundness({ layers, ...presets['128'] }).perInference.bits >= 128);
    assert.equal(calculateSoundness({ layers, ...presets.default }), calculateSoundness({ layers }));
  }
});

test('nothing to check, and nothing checked', () => {
  const inside = calculateSoundness({ layers: 0 });
  assert.equal([inside.perInference.bits, inside.target.met, inside.rotation.inferences], [Infinity, true, null]);
  const off = calculateSoundness({ layers: 3, repetitions: 0, onReject: 'continue' });
  assert.equal([off.perCheck.bits, off.perSession.bits, off.usable], [0, 0, false]);
  assert.is(off.rotation.inferences, 0n);
});

test('bounds decide the pad modulus and what fits', () => {
  const of = (bound: number, more: Partial<CalculatorInput> = {}): Calculation =>
    calculateSoundness({ layers: [{ inputs: 1, outputs: 1, macs: 1, bound, largestBias: 0 }], ...more });
  const p24 = 2 ** 24 - 3;
  assert.is(of((p24 - 1) / 2).certificate.padModulus, p24);
  assert.is(of((p24 + 1) / 2).certificate.padModulus, 2 ** 31 - 1);
  assert.equal(of(2 ** 30 - 1).usable, true);
  for (const [calculation, check, pads] of [
    [of(2 ** 30), 'fails', 'fails'],
    [of((p24 + 1) / 2, { padModulus: p24 }), 'holds', 'fails'],
    [of(2 ** 52, { privacy: false }), 'fails', 'holds'],
  ] as const) {
    assert.equal([calculation.certificate.check, calculation.certificate.pads], [check, pads]);
    assert.not.ok(calculation.usable);
    assert.ok(calculation.notes.some((note) => note.includes('can reach')));
  }
  const biased = calculateSoundness({ layers: [{ inputs: 1, outputs: 1, macs: 1, bound: 9, largestBias: 2 ** 31 }] });
  assert.is(biased.usable, false);
});

test('primes are told from composite numbers', () => {
  const sieve = new Set<number>();
  for (let value = 2; value < 5000; value++) {
    if (![...sieve].some((prime) => prime * prime <= value && value % prime === 0)) sieve.add(value);
  }
  for (let value = 0; value < 5000; value++) assert.is(isPrime(BigInt(value)), sieve.has(value), `${value}`);
  for (const prime of primes) assert.ok(isPrime(BigInt(prime)));
  // Carmichael numbers, strong pseudoprimes to the first bases, a square and a product of two large primes.
  const composite = [561n, 3215031751n, 3825123056546413051n, 65537n ** 2n, (2n ** 31n - 1n) * 65537n, 2n ** 53n - 1n];
  for (const value of composite) assert.not.ok(isPrime(value), `${value}`);
});

test('wrong input is one plain sentence', () => {
  const bad: readonly [unknown, RegExp][] = [
    [{}, /^input\.layers is missing$/],
    [{ layers: -1 }, /input\.layers must be a whole number from 0/],
    [{ layers: 1.5 }, /whole number/],
    [{ layers: [{ inputs: 0, outputs: 1, macs: 1 }] }, /input\.layers\[0\]\.inputs must be a whole number from 1/],
    [{ layers: [{ inputs: 1, outputs: 1 }] }, /input\.layers\[0\]\.macs is missing/],
    [{ layers: [{ inputs: 1, outputs: 5, macs: 5, channels: 2 }] }, /5 outputs cannot be shared among 2 channels/],
    [{ layers: 1, checkModulus: 2 ** 31 - 3 }, /checkModulus must be prime/],
    [{ layers: 1, checkModulus: 7, challengeSet: 8 }, /challengeSet must be at most checkModulus/],
    [{ layers: 1, padModulus: 2 ** 24 }, /padModulus must be odd/],
    [{ layers: 1, repetitions: 17 }, /input\.repetitions must be a whole number from 0 to 16/],
    [{ layers: 1, targetBits: 0 }, /input\.targetBits/],
    [{ layers: 1, onReject: 'shrug' }, /input\.onReject must be "poison" or "continue"/],
    [{ layers: 1, padsPerSecond: 0 }, /input\.padsPerSecond must be a number above 0/],
    [{ layers: 1, speeds: { deviceMacs: Number.NaN } }, /input\.speeds\.deviceMacs must be a number above 0/],
    [{ layers: 1, surprise: 1 }, /must not have the field "surprise"/],
    [JSON.parse('{"layers": 1, "__proto__": {}}'), /must not have the field "__proto__"/],
  ];
  for (const [input, sentence] of bad) {
    assert.throws(
      () => calculateSoundness(input as CalculatorInput),
      (error: unknown) =>
        (error instanceof TypeError || error instanceof RangeError) && sentence.test((error as Error).message),
      JSON.stringify(input),
    );
  }
});

test('a calculation survives JSON, and its parameters give the same again', () =>
  check(
    fc.property(inputs, (input) => {
      const result = calculateSoundness(input);
      const json = JSON.parse(JSON.stringify(calculationToJson(result))) as {
        parameters: Record<string, unknown>;
        perSession: { error: { numerator: string; denominator: string } };
      };
      const { numerator, denominator } = json.perSession.error;
      assert.equal({ numerator: BigInt(numerator), denominator: BigInt(denominator) }, result.perSession.error);
      const { layerCount: _, ...parameters } = json.parameters;
      assert.equal(calculateSoundness(parameters as unknown as CalculatorInput), result);
    }),
    50,
  ));
