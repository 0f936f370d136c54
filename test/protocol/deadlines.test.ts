/** Nobody waits for a device longer than agreed: calls, whole runs, opening, closing, and callers who change their mind. */
import * as assert from 'uvu/assert';
import { WaitingTime } from '../../src/protocol/ask-device.js';
import {
  type Device,
  DeviceError,
  IntegrityError,
  type Parameters,
  referenceArithmetic,
  Session,
  SessionError,
} from '../../src/protocol/index.js';
import { type Dense, referenceDevice } from '../../src/reference/index.js';
import { seededRandomness } from '../seeded-randomness.js';
import { seed, suite } from '../suite.js';

const test = suite('protocol: deadlines');

const identity: Dense = {
  kind: 'dense',
  inputs: 1,
  outputs: 1,
  weights: Int16Array.of(1),
  inputRange: { minimum: -9, maximum: 9 },
};
const x = Int16Array.of(3);
const off = (error: unknown): Error => error as Error;

/** An honest device that takes its time with each call of one of its verbs; for ever when `ms` is null. */
function slow(verb: 'load' | 'apply', ms: () => number | null): Device {
  const honest = referenceDevice();
  const pause = (): Promise<void> => {
    const time = ms();
    return new Promise((resolve) => void (time === null || setTimeout(resolve, time)));
  };
  return {
    ...honest,
    async load(map, mode) {
      if (verb === 'load') await pause();
      const loaded = await honest.load(map, mode);
      return {
        async apply(message) {
          // Decided as the call begins.
          const over = verb === 'apply' ? pause() : null;
          const answer = await loaded.apply(message);
          await over;
          return answer;
        },
        release: () => loaded.release(),
      };
    },
  };
}

function open(device: Device, parameters: Partial<Parameters> = {}, layers = 1, signal?: AbortSignal) {
  return Session.open({
    device,
    arithmetic: referenceArithmetic(),
    maps: new Array(layers).fill(identity),
    parameters,
    randomness: seededRandomness(seed),
    ...(signal === undefined ? {} : { signal }),
  });
}

test('a run waits for the device no longer than runTimeoutMs altogether, and sends nothing afterwards', async () => {
  let calls = 0;
  let ms = 400;
  const device = slow('apply', () => {
    calls++;
    return ms;
  });
  const session = await open(device, { runTimeoutMs: 1000, deviceTimeoutMs: 900, privacy: false }, 20);
  const inference = await session.begin();
  let failure: unknown;
  let layer = 0;
  for (; layer < 20 && failure === undefined; layer++) {
    failure = await inference.linear(layer, x).then(() => undefined, off);
  }
  assert.instance(failure, DeviceError);
  assert.ok(layer <= 3, `${layer} layers of 400 ms each fitted into 1000 ms`);
  const before = calls;
  assert.instance(await inference.linear(19, x).catch(off), DeviceError);
  assert.ok(calls <= before + 1);
  inference.end();
  assert.is(session.state, 'ready', 'the session goes on');
  ms = 0;
  const next = await session.begin();
  assert.is((await next.linear(0, x)).value[0], 3);
  session.close();
});

test('opening waits for all loads no longer than runTimeoutMs altogether', async () => {
  let loads = 0;
  const device = slow('load', () => {
    loads++;
    return 400;
  });
  const error = await open(device, { runTimeoutMs: 1000, deviceTimeoutMs: 900 }, 20).catch(off);
  assert.instance(error, DeviceError);
  assert.ok(loads <= 4, `${loads} loads`);
});

test('a silent device: opening and calls end with their own limits', async () => {
  assert.instance(
    await open(
      slow('load', () => null),
      { deviceTimeoutMs: 20 },
    ).catch(off),
    DeviceError,
  );
  const session = await open(
    slow('apply', () => null),
    { deviceTimeoutMs: 400, privacy: false },
  );
  assert.instance(await (await session.begin()).linear(0, x).catch(off), DeviceError);
  session.close();
});

test('closing and rejecting end what waits for a silent device, at once and with SessionError', async () => {
  for (const ending of ['close', 'reject', 'end'] as const) {
    for (const privacy of [true, false]) {
      let silent = true;
      const honest = slow('apply', () => (silent ? null : 0));
      const lying: Device = {
        ...honest,
        async load(map, mode) {
          const loaded = await honest.load(map, mode);
          return {
            apply: async (message) => (await loaded.apply(message)).map((value) => value + 1),
            release: () => loaded.release(),
          };
        },
      };
      // Nothing here may take as long as these limits.
      const session = await open(ending === 'reject' ? lying : honest, { privacy });
      await session.prepare(3);
      const inferences = [await session.begin(), await session.begin()];
      const pending = inferences.map((inference) => inference.linear(0, x).catch(off));
      silent = false;
      if (ending === 'close') session.close();
      else if (ending === 'end') for (const inference of inferences) inference.end();
      else assert.instance(await (await session.begin()).linear(0, x).catch(off), IntegrityError);
      for (const error of await Promise.all(pending)) assert.instance(error, SessionError);
      for (const inference of inferences) assert.instance(await inference.linear(0, x).catch(off), SessionError);
      session.close();
    }
  }
});

test('a signal ends its own run at once, with its reason; pads are spent and the session goes on', async () => {
  let silent = true;
  const session = await open(slow('apply', () => (silent ? null : 0)));
  await session.prepare(3);
  const controller = new AbortController();
  const inference = await session.begin(1, { signal: controller.signal });
  const pending = inference.linear(0, x).catch(off);
  const reason = new Error('never mind');
  controller.abort(reason);
  assert.is(await pending, reason);
  assert.is(await inference.linear(0, x).catch(off), reason);
  assert.is(await session.begin(1, { signal: controller.signal }).catch(off), reason);
  assert.is(await session.prepared(), 2);
  assert.is(session.state, 'ready');
  silent = false;
  const next = await session.begin();
  assert.is((await next.linear(0, x)).value[0], 3);
  session.close();
});

test('opening is interrupted while the device is silent', async () => {
  const controller = new AbortController();
  const opening = open(
    slow('load', () => null),
    {},
    1,
    controller.signal,
  ).catch(off);
  setTimeout(() => controller.abort(), 5);
  assert.is(((await opening) as Error).name, 'AbortError');
});

test('a device that answers after the wait has ended is heard by nobody', async () => {
  let answer = (): void => {};
  const honest = referenceDevice();
  const device: Device = {
    ...honest,
    async load(map, mode) {
      const loaded = await honest.load(map, mode);
      return {
        apply: (message) =>
          new Promise((resolve) => {
            answer = () => resolve(loaded.apply(message));
          }),
        release: () => {},
      };
    },
  };
  for (const integrity of [true, false]) {
    const session = await open(device, { deviceTimeoutMs: 400, integrity, privacy: false });
    const inference = await session.begin();
    assert.instance(await inference.linear(0, x).catch(off), DeviceError);
    answer();
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.is(session.state, 'running');
    assert.instance(await inference.linear(0, x).catch(off), SessionError);
    session.close();
  }
});

test('no listener is left on a signal that outlives many runs', async () => {
  const session = await open(referenceDevice(), { privacy: false });
  let listeners = 0;
  const { signal } = new AbortController();
  const counted = Object.create(signal, {
    aborted: { value: false },
    throwIfAborted: { value: () => {} },
    addEventListener: { value: () => void listeners++ },
    removeEventListener: { value: () => void listeners-- },
  }) as AbortSignal;
  for (let run = 0; run < 5; run++) {
    const inference = await session.begin(1, { signal: counted });
    await inference.linear(0, x);
    inference.end();
  }
  assert.is(listeners, 0);
  session.close();
});

test('a batch that goes out in many calls waits once: a device cannot fill the log with warnings', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  process.on('warning', note);
  let calls = 0;
  const honest = referenceDevice();
  const device: Device = {
    ...honest,
    limits: { maximumTransferBytes: 4, concurrency: 1 },
    async load(map, mode) {
      const loaded = await honest.load(map, mode);
      return {
        apply(message) {
          calls++;
          return loaded.apply(message);
        },
        release: () => loaded.release(),
      };
    },
  };
  const session = await open(device, { privacy: false });
  const inference = await session.begin(30);
  assert.is((await inference.linear(0, new Int16Array(30).fill(3))).value.length, 30);
  assert.is(calls, 30);
  session.close();
  await new Promise((resolve) => setTimeout(resolve, 5));
  process.off('warning', note);
  assert.equal(warnings, []);
});

test('while several layers wait at once, time counts once, and waits that go on count', () => {
  const real = performance.now;
  let now = 0;
  performance.now = () => now;
  try {
    const waiting = new WaitingTime();
    now = 5;
    assert.is(waiting.ms, 0);
    waiting.begin();
    now = 15;
    assert.is(waiting.ms, 10);
    waiting.begin();
    now = 25;
    assert.is(waiting.ms, 20);
    waiting.end();
    now = 35;
    assert.is(waiting.ms, 30);
    waiting.end();
    now = 95;
    assert.is(waiting.ms, 30);
    waiting.begin();
    now = 100;
    waiting.end();
    assert.is(waiting.ms, 35);
  } finally {
    performance.now = real;
  }
});

test('a layer that begins when others have waited out the time of the run is not sent', async () => {
  let calls = 0;
  const device = slow('apply', () => {
    calls++;
    return null;
  });
  const session = await open(device, { runTimeoutMs: 500, deviceTimeoutMs: 60_000, privacy: false }, 2);
  const inference = await session.begin();
  assert.instance(await inference.linear(0, x).catch(off), DeviceError);
  assert.instance(await inference.linear(1, x).catch(off), DeviceError);
  assert.is(calls, 1);
  session.close();
});
