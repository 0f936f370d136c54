/** Batches and streams: the same outputs as one image at a time, in order, with bounded reading ahead, refused as a whole. */
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { wasmArithmetic, wasmDevice } from '../../src/fast/index.js';
import { NetworkSession, type NetworkSessionOptions } from '../../src/network/index.js';
import {
  type Device,
  type DeviceInput,
  type DeviceOutput,
  IntegrityError,
  type LoadedMap,
  PadError,
  referenceArithmetic,
  SessionError,
  type TrustedArithmetic,
} from '../../src/protocol/index.js';
import { evaluate, referenceDevice } from '../../src/reference/index.js';
import { streamInOrder } from '../../src/session/stream.js';
import { integers } from '../generators.js';
import { seededRandomness } from '../seeded-randomness.js';
import { seed, suite } from '../suite.js';
import { smallNetwork } from './small-network.js';

const test = suite('network: batches and streams');

const { network, x: first } = fc.sample(smallNetwork, { seed, numRuns: 1 })[0]!;
const images = Array.from({ length: 7 }, (_, image) =>
  first.map((value, i) => ((value + i * image + 128) & 255) - 128),
);
const truths = images.map((x) => evaluate(network, integers(x)).map((values) => values.map(Number)));

let device: Device;
let teams: TrustedArithmetic[];
test.before(async () => {
  device = await wasmDevice();
  teams = [await wasmArithmetic(), await wasmArithmetic({ threads: 3 }), referenceArithmetic()];
});
test.after(async () => {
  await device.close();
  for (const arithmetic of teams) arithmetic.close();
});

const open = (options: Partial<NetworkSessionOptions> = {}): Promise<NetworkSession> =>
  NetworkSession.open({
    network,
    device,
    arithmetic: teams[0]!,
    plan: 'all',
    randomness: seededRandomness(seed),
    ...options,
  });

const plain = (outputs: readonly { values: ArrayLike<number> }[]): number[][] =>
  outputs.map(({ values }) => Array.from(values));

type Apply = (answer: () => Promise<DeviceOutput>, x: DeviceInput, into?: DeviceOutput) => Promise<DeviceOutput>;

/** The wasm device with something done around each call. */
function around(apply: Apply, limits: Partial<Device['limits']> = {}): Device {
  return {
    name: 'around',
    limits: { ...device.limits, ...limits },
    async load(map, mode): Promise<LoadedMap> {
      const loaded = await device.load(map, mode);
      return {
        apply: (x, into) => apply(() => loaded.apply(x, into), x, into),
        release: () => loaded.release(),
      };
    },
    close: async () => {},
  };
}

const modes = [true, false].flatMap((integrity) => [true, false].map((privacy) => ({ integrity, privacy })));

test('a batch gives what its images give one by one, in every mode and with every arithmetic', async () => {
  for (const parameters of modes) {
    for (const arithmetic of teams) {
      const sides = arithmetic.name === 'reference' ? { arithmetic, device: referenceDevice() } : { arithmetic };
      const session = await open({ parameters, ...sides });
      await session.prepare(images.length);
      const { images: outputs, costs } = await session.run(images);
      assert.equal(outputs.map(plain), truths);
      assert.is(costs.verifiedLayers, parameters.integrity ? session.layerCount : 0);
      session.close();
    }
  }
});

test('a device that takes few bytes gets a batch in several calls', async () => {
  for (const sharedMemory of [true, false]) {
    for (const privacy of [true, false]) {
      const lengths: number[] = [];
      const small = around(
        (answer, x) => {
          lengths.push(x.byteLength);
          return answer();
        },
        { maximumTransferBytes: 600, sharedMemory },
      );
      const session = await open({ device: small, parameters: { privacy } });
      await session.prepare(images.length);
      assert.equal((await session.run(images)).images.map(plain), truths);
      assert.ok(lengths.length > session.layerCount, 'several calls per layer');
      assert.ok(Math.max(...lengths) <= 600);
      session.close();
    }
  }
});

test('a stream yields in order and reads ahead no further than it said', async () => {
  for (const privacy of [true, false]) {
    for (const [batch, inFlight] of [
      [1, 1],
      [2, 2],
      [3, 4],
      [10, 1],
    ] as const) {
      const session = await open({ parameters: { privacy } });
      let read = 0;
      let yielded = 0;
      const source = (async function* () {
        for (const x of images) {
          read++;
          assert.ok(read <= yielded + batch * inFlight, `${read} read, ${yielded} yielded`);
          yield x;
        }
      })();
      const outputs: number[][][] = [];
      for await (const one of session.stream(source, { batch, inFlight })) {
        outputs.push(plain(one));
        yielded++;
      }
      assert.equal(outputs, truths);
      assert.is(session.state, 'ready');
      session.close();
    }
  }
});

test('while the device has one batch, the next one is on its way', async () => {
  let waiting = 0;
  let most = 0;
  const slow = around(async (answer) => {
    most = Math.max(most, ++waiting);
    for (let turn = 0; turn < 100 && most < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 5));
    waiting--;
    return answer();
  });
  const session = await open({ device: slow, parameters: { privacy: false } });
  let count = 0;
  for await (const outputs of session.stream(images, { batch: 2, inFlight: 3 })) {
    assert.equal(plain(outputs), truths[count++]);
  }
  assert.is(most, 3);
  session.close();
});

test('a lie about one image of a batch refuses the batch and ends the session', async () => {
  let calls = 0;
  const liar = around(async (answer) => {
    const y = await answer();
    // The sixth image of the third layer.
    if (calls++ === 2) y[Math.floor((y.length * 5.5) / 7)]! += 1;
    return y;
  });
  for (const privacy of [true, false]) {
    calls = 0;
    const session = await open({ device: liar, parameters: { privacy } });
    await session.prepare(images.length + 1);
    const error = await session.run(images).catch((reason: unknown) => reason);
    assert.instance(error, IntegrityError);
    assert.is(session.state, 'poisoned');
    assert.is(await session.prepared(), 0);
    assert.instance(await session.run(first).catch((reason: unknown) => reason), SessionError);
    session.close();
  }
});

test('a stream that meets a lie yields what was verified before, then fails, and nothing after', async () => {
  let lie = false;
  const liar = around(async (answer) => {
    const y = await answer();
    if (lie) y[0]! += 1;
    return y;
  });
  const session = await open({ device: liar });
  const seen: number[][][] = [];
  let error: unknown = null;
  try {
    for await (const outputs of session.stream(images, { batch: 2, inFlight: 2 })) {
      seen.push(plain(outputs));
      lie = seen.length === 2;
    }
  } catch (reason) {
    error = reason;
  }
  assert.ok(error instanceof IntegrityError || error instanceof SessionError);
  assert.ok(seen.length < images.length);
  assert.equal(seen, truths.slice(0, seen.length));
  session.close();
});

test('a batch that fails while the next one is prepared is what the stream fails with, after what came before it', async () => {
  const inputs = Array.from({ length: 3 }, (_, at) => Int16Array.of(at));
  const refused = new Error('refused');
  let prepared = 0;
  const results: number[] = [];
  const stream = streamInOrder<number>(
    inputs,
    { batch: 1, inFlight: 3 },
    {
      prepare: async () => {
        if (prepared++ === 2) throw new Error('nothing more can be prepared');
      },
      run: async ([input]) => {
        if (input![0] === 1) throw refused;
        return [input![0]!];
      },
    },
  );
  try {
    for await (const result of stream) results.push(result);
    assert.unreachable('the stream did not fail');
  } catch (error) {
    assert.is(error, refused);
  }
  assert.equal(results, [0]);
});

test('an answer that changes after it was read changes nothing', async () => {
  const scribbler = around(
    async (answer) => {
      const y = (await answer()).slice();
      queueMicrotask(() => queueMicrotask(() => setTimeout(() => y.fill(7), 0)));
      return y;
    },
    { sharedMemory: false },
  );
  for (const privacy of [true, false]) {
    const session = await open({ device: scribbler, parameters: { privacy } });
    await session.prepare(images.length);
    assert.equal((await session.run(images)).images.map(plain), truths);
    session.close();
  }
});

test('a device that writes into shared memory late spoils its own next answer at most, and that is refused', async () => {
  const late = (delayMs: number): Device =>
    around(async (answer, _, into) => {
      const y = await answer();
      assert.is(y, into);
      setTimeout(() => y.fill(7), delayMs);
      return y;
    });
  let last: DeviceOutput | null = null;
  const certain = around(async (answer) => {
    const y = await answer();
    last?.fill(7);
    last = y;
    return y;
  });
  for (const privacy of [true, false]) {
    for (const scribbler of [late(0), late(1), late(2), certain]) {
      const session = await open({ device: scribbler, parameters: { privacy } });
      await session.prepare(images.length);
      const outcome = await session.run(images).catch((reason: unknown) => reason);
      if (outcome instanceof Error) assert.instance(outcome, IntegrityError);
      else assert.equal((outcome as { images: Parameters<typeof plain>[0][] }).images.map(plain), truths);
      if (scribbler === certain) assert.instance(outcome, IntegrityError);
      session.close();
    }
  }
});

test('a batch that lacks pads spends none', async () => {
  const session = await open();
  await session.prepare(3);
  assert.instance(await session.run(images.slice(0, 4)).catch((reason: unknown) => reason), PadError);
  assert.is(await session.prepared(), 3);
  assert.equal((await session.run(images.slice(0, 3))).images.map(plain), truths.slice(0, 3));
  assert.is(await session.prepared(), 0);
  const stream = session.stream(images, { prepare: false });
  assert.instance(await stream.next().catch((reason: unknown) => reason), PadError);
  session.close();
});

test('a stream that is left early closes its source; a broken source ends the stream with its error', async () => {
  const session = await open({ parameters: { privacy: false } });
  let closed = false;
  const source = (function* () {
    try {
      for (;;) yield first;
    } finally {
      closed = true;
    }
  })();
  for await (const outputs of session.stream(source, { batch: 2 })) {
    assert.ok(outputs.length > 0);
    break;
  }
  assert.ok(closed);
  const broken = (function* () {
    yield first;
    throw new Error('no more film');
  })();
  const results: unknown[] = [];
  const error = await (async () => {
    for await (const outputs of session.stream(broken, { batch: 1, inFlight: 1 })) results.push(outputs);
  })().catch((reason: unknown) => reason);
  assert.match(String(error), /no more film/);
  assert.is(results.length, 1);
  assert.is(session.state, 'ready');
  for (const wrong of [{ batch: 0 }, { batch: 1.5 }, { inFlight: 0 }, { batch: Number.NaN }]) {
    const failure = await session
      .stream([first], wrong)
      .next()
      .catch((reason: unknown) => reason);
    assert.instance(failure, RangeError);
  }
  assert.instance(await session.run([]).catch((reason: unknown) => reason), RangeError);
  session.close();
});

test('a lie in a later batch is what a stream ends with, not its consequences', async () => {
  for (const prepare of [true, false]) {
    let calls = 0;
    const runs = [
      () => new Promise<never>((_, reject) => setTimeout(() => reject(new SessionError('poisoned')), 10)),
      () => Promise.reject<never>(new IntegrityError()),
    ];
    const hooks = {
      prepare: () => (calls < 2 ? Promise.resolve() : Promise.reject(new SessionError('poisoned'))),
      run: () => runs[calls++]!(),
    };
    const inFlight = prepare ? 3 : 2;
    const stream = streamInOrder(images.slice(0, 3), { batch: 1, inFlight, prepare }, hooks);
    assert.instance(await stream.next().catch((reason: unknown) => reason), IntegrityError);
  }
});

test('inputs that do not fit are refused before the device sees anything', async () => {
  let calls = 0;
  const counting = around((answer) => {
    calls++;
    return answer();
  });
  const session = await open({ device: counting, parameters: { privacy: false } });
  for (const wrong of [first.slice(1), new Float32Array(60) as unknown as Int16Array, first.map(() => 300)]) {
    const error = await session.run([first, wrong]).catch((reason: unknown) => reason);
    assert.ok(error instanceof RangeError || error instanceof TypeError);
  }
  assert.is(calls, 0);
  assert.is(session.state, 'ready');
  session.close();
});

test('everything inside: no device, no pads, the same outputs', async () => {
  for (const arithmetic of teams) {
    const session = await open({ device: null, arithmetic });
    await session.prepare(3);
    assert.is(await session.prepared(), 0);
    assert.equal((await session.run(images)).images.map(plain), truths);
    assert.is(session.outsourcedCount, 0);
    assert.is(session.soundness.inferenceBits, Infinity);
    session.close();
    assert.is(session.state, 'closed');
    assert.instance(await session.run(first).catch((reason: unknown) => reason), SessionError);
  }
});

test('pads are made while a run goes on, and making them can be given up', async () => {
  const session = await open();
  await session.prepare(1);
  const more = session.prepare(4);
  assert.equal(plain((await session.run(first)).outputs), truths[0]);
  await more;
  assert.is(await session.prepared(), 4);
  const controller = new AbortController();
  const given = session.prepare(1000, controller.signal).catch((reason: unknown) => reason);
  setTimeout(() => controller.abort(), 5);
  assert.is(((await given) as Error).name, 'AbortError');
  assert.ok((await session.prepared()) < 1004);
  assert.equal(plain((await session.run(first)).outputs), truths[0], 'what was made before is still good');
  session.close();
});
