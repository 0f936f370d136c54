/** A part of the generator, the same each time; proof that it finds what is broken; and that the published figures are recorded ones. */
import { readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import type { TrustedArithmetic } from '../../src/protocol/index.js';
import { seed, suite } from '../suite.js';
import { closeArithmetics, openArithmetics, tryMany } from './many.js';
import { type Summary, summary } from './summary.js';
import type { Arithmetics } from './trial.js';

const test = suite('hostile devices');

let arithmetics: Arithmetics;
test.before(async () => {
  arithmetics = await openArithmetics();
});
test.after(() => closeArithmetics(arithmetics));

test('a few hundred of them get no wrong result, no hang and no error that is not ours', async () => {
  const tally = await tryMany({ seed, devices: 300, answersEach: 40 }, arithmetics);
  assert.equal(tally.failures, []);
  const { devices, answers, outcomes } = summary(tally, 0);
  assert.is(devices, 300);
  assert.ok(answers > 3000, `only ${answers} answers`);
  for (const outcome of ['right', 'IntegrityError', 'DeviceError']) assert.ok(outcomes[outcome]! > 50, outcome);
});

/** Everything as it is, but for one guard. */
function without(guard: Partial<TrustedArithmetic>): Arithmetics {
  const broken = { ...arithmetics.reference, ...guard };
  return { 'one thread': broken, 'two threads': broken, reference: broken };
}

const faultsOf = async (broken: Arithmetics): Promise<number> => {
  const { failures } = await tryMany({ seed, devices: 60, answersEach: 10 }, broken);
  return failures.filter(({ fault }) => fault === 'wrong result').length;
};

test('a check whose folds all agree lets wrong results out, and the generator finds them', async () => {
  const { reference } = arithmetics;
  const found = await faultsOf(
    without({
      outgoing(x, how, message, sums) {
        const inRange = reference.outgoing(x, how, message, sums);
        sums.fill(0);
        return inRange;
      },
      incoming(answer, how, folds, out) {
        const right = reference.incoming(answer, how, folds, out);
        folds.fill(0);
        return right;
      },
    }),
  );
  assert.ok(found > 0);
});

test('challenges that leave out the first entry are found, too', async () => {
  const { reference } = arithmetics;
  const found = await faultsOf(
    without({
      load: (map) => {
        const loaded = reference.load(map);
        return {
          ...loaded,
          transpose(s, out) {
            s[0] = 0;
            loaded.transpose(s, out);
          },
        };
      },
    }),
  );
  assert.ok(found > 0);
});

test('the figures of SECURITY.md are those that were recorded, and each fault of the library is zero', () => {
  const recorded = JSON.parse(readFileSync(new URL('recorded.json', import.meta.url), 'utf8')) as Summary & {
    readonly seed: number;
  };
  const { devices, answers, sessions, wrongResults, exits, hangs, foreignErrors, unhandledRejections } = recorded;
  assert.equal([wrongResults, exits, hangs, foreignErrors, unhandledRejections], [0, 0, 0, 0, 0]);
  assert.ok(devices >= 10_000 && answers >= 1_000_000, 'fewer were tried than is asked for');
  const text = readFileSync(new URL('../../SECURITY.md', import.meta.url), 'utf8');
  for (const number of [devices, answers, sessions])
    assert.ok(text.includes(number.toLocaleString('en-US')), `${number}`);
  assert.ok(text.includes(`--seed ${recorded.seed}`));
  assert.ok(text.includes(`Rejections that nobody handled: ${unhandledRejections}`));
});
