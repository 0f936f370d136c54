/** A session whose process may be a copy of another one is closed before its pads are used. */
import * as assert from 'uvu/assert';
import {
  type ProcessIdentity,
  processIdentity,
  referenceArithmetic,
  Session,
  SessionError,
} from '../../src/protocol/index.js';
import { MOST_DRIFT_MS, SameProcess } from '../../src/protocol/process-identity.js';
import { type Dense, referenceDevice } from '../../src/reference/index.js';
import { seededRandomness } from '../seeded-randomness.js';
import { seed, suite } from '../suite.js';

const test = suite('protocol: copies of a process');
const off = (error: unknown): Error => error as Error;

const map: Dense = {
  kind: 'dense',
  inputs: 2,
  outputs: 1,
  weights: Int16Array.of(1, 1),
  inputRange: { minimum: -9, maximum: 9 },
};

function open(identity?: ProcessIdentity): Promise<Session> {
  const options = { device: referenceDevice(), arithmetic: referenceArithmetic(), maps: [map] };
  return Session.open({ ...options, randomness: seededRandomness(seed), ...(identity && { identity }) });
}

test('the system tells processes, and programs with odd names, apart', () => {
  const files = (pid: string, name: string, started: string, boot: string) =>
    processIdentity((path) =>
      path.endsWith('boot_id')
        ? `${boot}\n`
        : `${pid} (${name}) R 1 1 1 0 -1 4194304 1 0 0 0 1 1 0 0 20 0 7 0 ${started} 1 1`,
    ).current();
  const first = files('7', 'node', '100', 'b');
  assert.is(files('7', 'no) de (', '100', 'b'), first);
  for (const other of [
    files('8', 'node', '100', 'b'),
    files('7', 'node', '101', 'b'),
    files('7', 'node', '100', 'c'),
  ]) {
    assert.not.equal(other, first);
  }
  const nothing = processIdentity(() => {
    throw new Error('no such file');
  });
  assert.is(nothing.current(), nothing.current());
  assert.is(processIdentity(null).current(), nothing.current());
});

test('this process is this process', () => {
  const same = new SameProcess(processIdentity());
  assert.is(same.suspicion(), null);
  if (process.platform === 'linux')
    assert.match(processIdentity().current(), new RegExp(`^${process.pid} \\d+ [0-9a-f-]{36}$`));
});

for (const verb of ['begin', 'prepare'] as const) {
  test(`${verb} in a copy closes the session; nothing that was prepared is left`, async () => {
    const copies: ((identity: { text: string; drift: number }) => void)[] = [
      (identity) => void Object.assign(identity, { text: 'another' }),
      (identity) => void Object.assign(identity, { drift: MOST_DRIFT_MS + 6 }),
      (identity) => void Object.assign(identity, { drift: 4 - MOST_DRIFT_MS }),
    ];
    for (const copy of copies) {
      const now = { text: 'this', drift: 5 };
      const session = await open({ current: () => now.text, driftMs: () => now.drift });
      await session.prepare(3);
      const running = await session.begin();
      assert.is((await running.linear(0, Int16Array.of(3, 4))).value[0], 7);
      now.drift += MOST_DRIFT_MS - 10;
      (await session.begin()).end();
      now.drift = 5;
      copy(now);
      const error = await session[verb]().catch(off);
      assert.instance(error, SessionError);
      assert.match((error as Error).message, /may be a copy/);
      assert.is(session.state, 'closed');
      assert.is(await session.prepared(), 0);
      assert.instance(await running.linear(0, Int16Array.of(3, 4)).catch(off), SessionError);
    }
  });
}

test('sessions look at the system by themselves', async () => {
  const session = await open();
  await session.prepare(1);
  const real = Date.now;
  try {
    Date.now = () => real() + 2 * MOST_DRIFT_MS;
    assert.instance(await session.begin().catch(off), SessionError);
  } finally {
    Date.now = real;
  }
  assert.is(session.state, 'closed');
});
