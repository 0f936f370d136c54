/** Sessions that end, stores that are slow and streams that share a session: what was found by trying to break them. */
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { wasmArithmetic } from '../../src/fast/index.js';
import { NetworkSession, type NetworkSessionOptions } from '../../src/network/index.js';
import { MemoryPadStore, type PadStore, referenceArithmetic, SessionError } from '../../src/protocol/index.js';
import { evaluate, referenceDevice } from '../../src/reference/index.js';
import { integers } from '../generators.js';
import { seededRandomness } from '../seeded-randomness.js';
import { seed, suite } from '../suite.js';
import { smallNetwork } from './small-network.js';

const test = suite('network: endings');
const { network, x } = fc.sample(smallNetwork, { seed, numRuns: 1 })[0]!;
const truth = evaluate(network, integers(x)).map((values) => values.map(Number));
const off = (error: unknown): Error => error as Error;

function open(more: Partial<NetworkSessionOptions> = {}): Promise<NetworkSession> {
  return NetworkSession.open({
    network,
    device: referenceDevice(),
    arithmetic: referenceArithmetic(),
    plan: 'all',
    randomness: seededRandomness(seed),
    ...more,
  });
}

/** A store that takes its time with each answer. */
function slow(ms: number): PadStore {
  const inner = new MemoryPadStore();
  const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  return {
    count: () => pause().then(() => inner.count()),
    add: (set) => pause().then(() => inner.add(set)),
    reserve: async (sets) => {
      const reserved = await inner.reserve(sets);
      await pause();
      return reserved;
    },
    destroy: () => inner.destroy(),
  };
}

async function all(stream: AsyncIterable<readonly { values: ArrayLike<number> }[]>): Promise<number[][][]> {
  const results: number[][][] = [];
  for await (const outputs of stream) results.push(outputs.map(({ values }) => Array.from(values)));
  return results;
}

test('closing ends a run that is computed inside, with SessionError', async () => {
  for (const arithmetic of [referenceArithmetic(), await wasmArithmetic()]) {
    const session = await open({ device: null, arithmetic });
    const running = session.run(x).catch(off);
    session.close();
    assert.instance(await running, SessionError, arithmetic.name);
    assert.instance(await session.prepare(1).catch(off), SessionError);
    arithmetic.close();
  }
});

test('streams share a private session, also with a store that is slow: nobody takes the pads of another', async () => {
  for (const pads of [new MemoryPadStore(), slow(5)]) {
    const session = await open({ pads });
    const inputs = new Array(5).fill(x);
    const streams = [1, 2].map((batch) => all(session.stream(inputs, { batch, inFlight: 2 })));
    for (const results of await Promise.all(streams)) assert.equal(results, new Array(5).fill(truth));
    assert.is(await session.prepared(), 0, 'pads were made that nobody asked for');
    session.close();
  }
});

test('a store that never answers keeps nobody: signals and closing end what waits for it', async () => {
  const never = (): Promise<never> => new Promise(() => {});
  const inner = new MemoryPadStore();
  for (const verb of ['reserve', 'count', 'add'] as const) {
    const pads = { ...slow(0), count: () => inner.count(), [verb]: never } as PadStore;
    for (const ending of ['signal', 'close'] as const) {
      const session = await open({ pads });
      const controller = new AbortController();
      const { signal } = controller;
      const waiting = {
        reserve: () => session.run(x, { signal }),
        count: () => session.stream([x], { signal }).next(),
        add: () => session.prepare(1, signal),
      }
        [verb]()
        .catch(off);
      setTimeout(() => (ending === 'close' ? session.close() : controller.abort()), 20);
      const error = (await waiting) as Error;
      assert.ok(ending === 'close' ? error instanceof SessionError : error.name === 'AbortError', `${verb}: ${error}`);
      session.close();
    }
  }
});

test('a silent source keeps nobody either, nor one that never closes', async () => {
  const session = await open({ parameters: { privacy: false } });
  const silent = (rest: Partial<AsyncIterator<Int16Array>>): AsyncIterable<Int16Array> => ({
    [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}), ...rest }),
  });
  for (const source of [silent({}), silent({ return: () => new Promise(() => {}) })]) {
    const controller = new AbortController();
    const waiting = session.stream(source, { signal: controller.signal }).next().catch(off);
    setTimeout(() => controller.abort(), 20);
    assert.is(((await waiting) as Error).name, 'AbortError');
  }
  const stream = session.stream(silent({}));
  const waiting = stream.next().catch(off);
  assert.equal(await stream.return(), { done: true, value: undefined });
  assert.instance(await waiting, SessionError);
  session.close();
});

test('a session that ends by itself wipes the activations that it kept', async () => {
  const arithmetic = await wasmArithmetic();
  let wiped = 0;
  const watched = {
    ...arithmetic,
    wipe() {
      wiped++;
      arithmetic.wipe();
    },
  };
  let text = 'this';
  const identity = { current: () => text, driftMs: () => 0 };
  for (const verb of ['run', 'prepare'] as const) {
    text = 'this';
    const session = await open({ arithmetic: watched, identity });
    await session.prepare(1);
    await session.run(x);
    wiped = 0;
    text = 'another';
    assert.instance(await (verb === 'run' ? session.run(x) : session.prepare(1)).catch(off), SessionError);
    assert.ok(wiped > 0, verb);
    session.close();
  }
  arithmetic.close();
});

test('what is no signal, no parameters and no list is refused in our own words', async () => {
  for (const signal of [{}, 5, null, 'now']) {
    assert.match(
      String(await open({ signal: signal as never }).catch(off)),
      /^TypeError: NetworkSession.open takes an AbortSignal/,
    );
    const session = await open({ parameters: { privacy: false } });
    const options = { signal: signal as never };
    for (const verb of [
      () => session.run(x, options),
      () => session.stream([x], options).next(),
      () => session.prepare(1, signal as never),
    ]) {
      const error = (await verb().catch(off)) as Error;
      assert.instance(error, TypeError);
      assert.match(error.message, /takes an AbortSignal/);
    }
    session.close();
  }
  for (const parameters of [5, [], Object.create({ integrity: false }), null]) {
    const error = await open({ parameters: parameters as never }).catch(off);
    assert.instance(error, TypeError);
  }
});
