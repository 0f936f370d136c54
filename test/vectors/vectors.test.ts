/** Every vector against every implementation: the definition, the fast path, the session, the devices. */
import * as assert from 'uvu/assert';
import { wasmArithmetic } from '../../src/fast/index.js';
import { referenceArithmetic, type TrustedArithmetic } from '../../src/protocol/index.js';
import { openIfPresent } from '../devices.js';
import { suite } from '../suite.js';
import { withArithmetic } from './run/arithmetic.js';
import { withDevice } from './run/device.js';
import { type Falsehoods, type Judgement, judge } from './run/judge.js';
import { livingSession } from './run/lifecycle.js';
import { type Name, names, read } from './run/read.js';
import { reference } from './run/reference.js';
import { withSession } from './run/session.js';

const test = suite('vectors');

async function agrees<N extends Name>(name: N, falsehoods: Falsehoods<N>, least: number): Promise<Judgement> {
  const judgement = await judge(read(name), falsehoods);
  assert.equal(judgement.problems, []);
  assert.ok(judgement.compared >= least, `only ${judgement.compared} vectors of ${name} were compared`);
  return judgement;
}

/** The bug types a file names. */
function named(name: Name): Set<string> {
  const tests = read(name).groups.flatMap((group): readonly { result: string; bugType?: string }[] => group.tests);
  return new Set(tests.flatMap(({ bugType }) => (bugType === undefined ? [] : [bugType])));
}

for (const name of names) {
  test(`${name}: the reference agrees, and refuses every defect`, async () => {
    const { bugTypes } = await agrees(name, reference[name] as Falsehoods<Name>, 20);
    assert.equal([...bugTypes].sort(), [...named(name)].sort());
    assert.ok(bugTypes.size >= 4);
  });
}

const arithmetics: [string, () => Promise<TrustedArithmetic>][] = [
  ['wasm', wasmArithmetic],
  ['reference', async () => referenceArithmetic()],
];

for (const [kind, open] of arithmetics) {
  test(`the ${kind} arithmetic agrees`, async () => {
    const arithmetic = await open();
    const { field, sampling, linear, operations, blinding, folding } = withArithmetic(arithmetic);
    await agrees('field', field, 40);
    await agrees('operations', operations, 40);
    for (const [name, falsehoods] of Object.entries({ sampling, linear, blinding, folding })) {
      const { bugTypes } = await agrees(name as Name, falsehoods as Falsehoods<Name>, 20);
      assert.equal([...bugTypes].sort(), [...named(name as Name)].sort());
    }
    arithmetic.close();
  });

  test(`a session over the ${kind} arithmetic sends the very messages and refuses every cheat`, async () => {
    const arithmetic = await open();
    const { verdict, session } = withSession(arithmetic);
    const verdicts = await agrees('verdict', verdict, 150);
    const sessions = await agrees('session', session, 60);
    assert.equal([...verdicts.bugTypes].sort(), [...named('verdict')].sort());
    assert.equal([...sessions.bugTypes].sort(), [...named('session')].sort());
    arithmetic.close();
  });

  test(`a session over the ${kind} arithmetic lives as it must, and notices every defect`, async () => {
    const arithmetic = await open();
    const { bugTypes } = await agrees('lifecycle', livingSession(arithmetic), 150);
    assert.equal([...bugTypes].sort(), [...named('lifecycle')].sort());
    arithmetic.close();
  });
}

for (const name of ['wasm', 'reference', 'webgpu', 'tfjs-wasm', 'tfjs-cpu', 'cuda']) {
  const device = await openIfPresent(name);
  if (typeof device === 'string') test.skip(`the device ${name} agrees on linear maps`, device);
  else {
    test(`the device ${name} agrees on linear maps`, async () => {
      try {
        const { bugTypes } = await agrees('linear', withDevice(device), 40);
        assert.ok(bugTypes.size >= 15);
      } finally {
        await device.close();
      }
    });
  }
}
