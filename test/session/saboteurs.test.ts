/** Every saboteur is caught, in every layer, with and without privacy. A suite that never caught a cheat proves nothing. */

import { createContext, runInContext } from 'node:vm';
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { LIES } from '../../src/fast/devices/saboteurs/lies.js';
import {
  describeSabotage,
  SABOTAGES,
  type Sabotage,
  saboteur,
  wasmArithmetic,
  wasmDevice,
} from '../../src/fast/index.js';
import { linearOperations } from '../../src/operations/graph.js';
import {
  type Device,
  DeviceError,
  IntegrityError,
  type Parameters,
  referenceArithmetic,
  type TrustedArithmetic,
} from '../../src/protocol/index.js';
import { evaluate, referenceDevice } from '../../src/reference/index.js';
import { NetworkSession, type Output } from '../../src/session/network-session.js';
import { openIfPresent } from '../devices.js';
import { integers } from '../generators.js';
import { notOurs } from '../hostile/ours.js';
import { watched } from '../hostile/watched.js';
import { seededRandomness } from '../seeded-randomness.js';
import { seed, suite } from '../suite.js';
import { smallNetwork } from './small-network.js';

const test = suite('network: saboteurs');

/** More than the adaptive saboteur is honest for. */
const RUNS = 12;

/** What is silent is given up after this; whoever is merely slow then fails in the way that silence must. */
const SILENCE_MS = 100;

const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);

let honest: Device;
let arithmetic: TrustedArithmetic;
let twoThreads: TrustedArithmetic;
test.before(async () => {
  process.on('unhandledRejection', note);
  honest = await wasmDevice();
  arithmetic = await wasmArithmetic();
  twoThreads = await wasmArithmetic({ threads: 2 });
});
test.after(async () => {
  process.off('unhandledRejection', note);
  await honest.close();
  arithmetic.close();
  twoThreads.close();
});

const { network, x } = fc.sample(smallNetwork, { seed, numRuns: 1 })[0]!;
const truth = evaluate(network, integers(x)).map((values) => values.map(Number));
const layers = linearOperations(network).length;
const realm = runInContext('({ Int32Array, Uint32Array })', createContext()) as Pick<
  typeof globalThis,
  'Int32Array' | 'Uint32Array'
>;

function isRight(outputs: readonly Output[], what = 'a wrong result came out'): void {
  assert.equal(
    outputs.map(({ values }) => [...values]),
    truth,
    what,
  );
}

function open(device: Device, parameters: Partial<Parameters>, by = arithmetic): Promise<NetworkSession> {
  return NetworkSession.open({
    network,
    device,
    arithmetic: by,
    plan: 'all',
    parameters,
    randomness: seededRandomness(seed),
  });
}

/** Runs until the device is caught; every result before that must be right. */
async function runUntilCaught(device: Device, privacy: boolean, deviceTimeoutMs = 60_000): Promise<unknown> {
  const session = await open(device, { privacy, deviceTimeoutMs });
  try {
    for (let run = 0; run < RUNS; run++) {
      await session.prepare(1);
      isRight((await session.run(x)).outputs);
    }
    return null;
  } catch (error) {
    if (error instanceof IntegrityError) assert.is(session.state, 'poisoned');
    return error;
  } finally {
    session.close();
  }
}

test('the honest device is never caught', async () => {
  for (const privacy of [true, false]) assert.is(await runUntilCaught(honest, privacy), null);
});

const everywhere: readonly Sabotage[] = [...(Object.keys(LIES) as (keyof typeof LIES)[]), 'throws', 'hangs'];
for (const kind of everywhere) {
  test(`caught: ${kind}`, async () => {
    for (let layer = 0; layer < layers; layer++) {
      for (const privacy of [true, false]) {
        // Only what hangs has to run into it; a busy machine must not.
        const timeoutMs = kind === 'hangs' ? 300 : undefined;
        const error = await runUntilCaught(saboteur(honest, { layer, kind }), privacy, timeoutMs);
        const failure = kind === 'throws' || kind === 'hangs' ? DeviceError : IntegrityError;
        assert.instance(error, failure, `layer ${layer}, privacy ${privacy}: ${String(error)}`);
      }
    }
  });
}

/** The ways to run; each resolves when all its results were right, and else throws what its runs threw. */
const ways: Record<string, (session: NetworkSession) => Promise<void>> = {
  async single(session) {
    await session.prepare(1);
    isRight((await session.run(x)).outputs);
  },
  async batch(session) {
    await session.prepare(2);
    for (const outputs of (await session.run([x, x])).images) isRight(outputs);
  },
  async concurrent(session) {
    await session.prepare(3);
    const runs = await Promise.allSettled([session.run(x), session.run(x), session.run([x])]);
    const errors = runs.flatMap((run) => (run.status === 'rejected' ? [run.reason] : []));
    for (const run of runs) {
      if (run.status === 'fulfilled') isRight('outputs' in run.value ? run.value.outputs : run.value.images[0]!);
    }
    for (const error of errors) assert.is(notOurs(error), null);
    if (errors.length > 0) throw errors.find((error) => error instanceof IntegrityError) ?? errors[0];
  },
  async stream(session) {
    for await (const outputs of session.stream([x, x, x], { batch: 2, inFlight: 2 })) isRight(outputs);
  },
};

/** The error of the first way that fails, or null. Adaptive saboteurs are honest at first, so each way is tried a few times. */
async function outcomeOf(session: NetworkSession, way: string): Promise<unknown> {
  try {
    for (let run = 0; run < 3; run++) await ways[way]!(session);
    return null;
  } catch (error) {
    return error;
  }
}

/** Holds one kind, on one device, in one way of running, against what must come of it. */
async function holds(
  kind: Sabotage,
  device: Device,
  way: string,
  parameters: Partial<Parameters>,
  by: TrustedArithmetic,
): Promise<void> {
  const { outcome, silent } = describeSabotage(kind);
  const where = `${kind}, ${way}, ${by.name}/${by.threads}, ${JSON.stringify(parameters)}`;
  const hostile = saboteur(device, { layer: 1, kind, realm });
  const limits = silent ? { deviceTimeoutMs: SILENCE_MS } : {};
  let session: NetworkSession;
  try {
    session = await open(hostile, { ...parameters, ...limits }, by);
  } catch (error) {
    assert.is(notOurs(error), null, where);
    assert.instance(error, DeviceError, where);
    assert.is(outcome, 'refused at open', `${where}: ${String(error)}`);
    return;
  }
  try {
    const error = await outcomeOf(session, way);
    if (error !== null) assert.is(notOurs(error), null, where);
    const name =
      error === null ? 'right result' : (error as Error).name.replace('DeviceUnavailableError', 'DeviceError');
    assert.is(name, outcome, `${where}: ${String(error)}`);
    assert.is(session.state === 'poisoned', outcome === 'IntegrityError', where);
  } finally {
    session.close();
  }
}

const arithmetics: Record<string, () => TrustedArithmetic> = {
  'one thread': () => arithmetic,
  'two threads': () => twoThreads,
};

for (const kind of SABOTAGES) {
  test(`as it must be: ${kind}`, async () => {
    for (const by of Object.values(arithmetics)) {
      for (const privacy of [true, false]) {
        for (const way of Object.keys(ways)) await holds(kind, honest, way, { privacy }, by());
      }
    }
    const { arithmetic: reference, left } = watched();
    await holds(kind, honest, 'concurrent', {}, reference);
    await new Promise((resolve) => setTimeout(resolve, 0));
    assert.is(left(), 0, 'something secret is left in memory');
    assert.equal(unhandled.splice(0), [], 'a rejection that nobody handled');
  });
}

test('what is odd but right is read rightly when nothing is checked, too', async () => {
  for (const kind of SABOTAGES.filter((name) => describeSabotage(name).outcome === 'right result')) {
    for (const by of [arithmetic, twoThreads, referenceArithmetic()]) {
      for (const privacy of [true, false]) {
        const way = privacy ? 'single' : 'batch';
        await holds(kind, honest, way, { integrity: false, privacy }, by);
      }
    }
  }
});

test('whatever `release` does, it does after a reject as after closing', async () => {
  for (const kind of SABOTAGES.filter((name) => name.startsWith('release'))) {
    const device = saboteur(saboteur(honest, { layer: 0, kind }), { layer: 1, kind: 'one' });
    assert.instance(await runUntilCaught(device, true), IntegrityError, kind);
  }
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(unhandled.splice(0), []);
});

for (const name of ['reference', 'tfjs-cpu', 'webgpu', 'cuda']) {
  const opened = name === 'reference' ? referenceDevice() : await openIfPresent(name);
  if (typeof opened === 'string') {
    test.skip(`every kind around ${name}`, opened);
    continue;
  }
  test.long(
    `every kind around ${name}`,
    async () => {
      try {
        for (const kind of SABOTAGES) await holds(kind, opened, 'batch', {}, arithmetic);
      } finally {
        await opened.close();
      }
    },
    300_000,
  );
}
