/** A silent device keeps nobody waiting: runs and streams end with their signal, their session, or when they are left. */
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { NetworkSession, type NetworkSessionOptions } from '../../src/network/index.js';
import {
  type Device,
  DeviceError,
  type LoadedMap,
  referenceArithmetic,
  SessionError,
} from '../../src/protocol/index.js';
import { referenceDevice } from '../../src/reference/index.js';
import { seededRandomness } from '../seeded-randomness.js';
import { seed, suite } from '../suite.js';
import { smallNetwork } from './small-network.js';

const test = suite('network: interruptions');

const { network, x } = fc.sample(smallNetwork, { seed, numRuns: 1 })[0]!;
const off = (error: unknown): Error => error as Error;

/** Honest, but for calls after the first `answered`, of all layers or of each, which never end. */
function silentAfter(answered: number, of: 'all' | 'each' = 'all'): Device {
  const honest = referenceDevice();
  let calls = 0;
  return {
    ...honest,
    async load(map, mode) {
      const loaded = await honest.load(map, mode);
      if (of === 'each') return each(loaded, answered);
      return {
        apply: (message) => (calls++ < answered ? loaded.apply(message) : new Promise(() => {})),
        release: () => loaded.release(),
      };
    },
  };
}

function each(loaded: LoadedMap, answered: number): LoadedMap {
  let calls = 0;
  return {
    apply: (message) => (calls++ < answered ? loaded.apply(message) : new Promise(() => {})),
    release: () => loaded.release(),
  };
}

// No limit here is shorter than minutes: whatever ends, ends because it was told to.
function open(device: Device, more: Partial<NetworkSessionOptions> = {}): Promise<NetworkSession> {
  const arithmetic = referenceArithmetic();
  return NetworkSession.open({
    network,
    device,
    arithmetic,
    plan: 'all',
    randomness: seededRandomness(seed),
    ...more,
  });
}

test('a signal ends a run that waits; what was prepared for it is spent, the session goes on', async () => {
  for (const privacy of [true, false]) {
    const session = await open(silentAfter(2), { parameters: { privacy } });
    await session.prepare(2);
    const controller = new AbortController();
    const running = session.run([x, x], { signal: controller.signal }).catch(off);
    setTimeout(() => controller.abort(), 20);
    assert.is(((await running) as Error).name, 'AbortError');
    assert.is(session.state, 'ready');
    assert.is(await session.prepared(), 0);
    assert.is(await session.run(x, { signal: controller.signal }).catch(off), controller.signal.reason);
    session.close();
  }
});

test('closing ends a run that waits, with SessionError', async () => {
  const session = await open(silentAfter(1));
  await session.prepare(1);
  const running = session.run(x).catch(off);
  setTimeout(() => session.close(), 20);
  assert.instance(await running, SessionError);
});

test('whoever leaves a stream does not wait for the batch that hangs', async () => {
  const session = await open(silentAfter(1, 'each'), { parameters: { privacy: false } });
  let closed = false;
  const source = (function* () {
    try {
      for (;;) yield x;
    } finally {
      closed = true;
    }
  })();
  for await (const outputs of session.stream(source, { batch: 1, inFlight: 2 })) {
    assert.ok(outputs.length > 0);
    break;
  }
  assert.ok(closed);
  assert.is(session.state, 'ready');
  session.close();
});

test('a signal ends a stream that waits, with its reason', async () => {
  const session = await open(silentAfter(0));
  const controller = new AbortController();
  const stream = session.stream([x, x, x], { batch: 1, signal: controller.signal });
  const next = stream.next().catch(off);
  setTimeout(() => controller.abort(), 20);
  assert.is(((await next) as Error).name, 'AbortError');
  assert.is(session.state, 'ready');
  const late = session.stream([x], { signal: controller.signal });
  assert.is(await late.next().catch(off), controller.signal.reason);
  session.close();
});

test('a signal ends a run that is computed inside', async () => {
  const session = await open(referenceDevice(), { device: null });
  const signal = AbortSignal.abort();
  assert.is(await session.run(x, { signal }).catch(off), signal.reason);
  session.close();
});

test('a stalling device gets no longer than runTimeoutMs for a run', async () => {
  const session = await open(silentAfter(1), { parameters: { runTimeoutMs: 300, privacy: false } });
  assert.instance(await session.run(x).catch(off), DeviceError);
  session.close();
});

test('options that do not exist are refused by name, with the place where they belong', async () => {
  const device = referenceDevice();
  for (const name of ['soundnessBits', 'privacy', 'integrity', 'deviceTimeoutMs']) {
    const error = await open(device, { [name]: true }).catch(off);
    assert.instance(error, TypeError);
    assert.match((error as Error).message, new RegExp(`no option "${name}": it is one of its parameters`));
  }
  assert.match(
    ((await open(device, { colour: 1 } as object).catch(off)) as Error).message,
    /no option "colour"; there are /,
  );
  const session = await open(device, { parameters: { privacy: false } });
  const wrong = { timeout: 5 } as object;
  assert.instance(await session.run(x, wrong).catch(off), TypeError);
  assert.instance(await session.run([x], wrong).catch(off), TypeError);
  assert.instance(await session.stream([x], wrong).next().catch(off), TypeError);
  assert.instance(await session.run(x, null as never).catch(off), TypeError);
  session.close();
});
