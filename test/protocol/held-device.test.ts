/** Whatever a device states, does to what it is given, or throws, the trusted side goes by what it validated once. */
import * as assert from 'uvu/assert';
import { holdDevice } from '../../src/protocol/held-device.js';
import {
  type Device,
  DeviceError,
  type DeviceLimits,
  IntegrityError,
  P24,
  type Parameters,
  referenceArithmetic,
  Session,
  SessionError,
} from '../../src/protocol/index.js';
import { type Dense, type LinearMap, referenceDevice } from '../../src/reference/index.js';
import { seededRandomness } from '../seeded-randomness.js';
import { seed, suite } from '../suite.js';

const test = suite('protocol: a device is held to what it states');

const double: Dense = {
  kind: 'dense',
  inputs: 2,
  outputs: 2,
  weights: Int16Array.of(2, 0, 0, 2),
  inputRange: { minimum: -9, maximum: 9 },
};

const off = (error: unknown): Error => error as Error;
const wait = { limitMs: 60_000, signal: new AbortController().signal };

function open(device: Device, parameters: Partial<Parameters> = {}, maps: LinearMap[] = [double]): Promise<Session> {
  return Session.open({
    device,
    arithmetic: referenceArithmetic(),
    maps,
    parameters,
    randomness: seededRandomness(seed),
  });
}

/** A device whose `limits` are whatever `read` gives at each reading. */
function stating(read: () => unknown): Device {
  const { name, load, close } = referenceDevice();
  return {
    name,
    load,
    close,
    get limits() {
      return read() as DeviceLimits;
    },
  };
}

const good = { maximumTransferBytes: 2 ** 20, concurrency: 1 };
const nonsense: readonly unknown[] = [
  ...[Number.NaN, undefined, 'abc', {}, 0, -1, 1.5, Number.POSITIVE_INFINITY, null, 5n, '4096'].map((value) => ({
    ...good,
    maximumTransferBytes: value,
  })),
  ...[Number.NaN, undefined, '2', 0, 1e9].map((value) => ({ ...good, concurrency: value })),
  ...[1, 'yes', null, {}].map((value) => ({ ...good, sharedMemory: value })),
  ...[null, undefined, 7],
  {
    ...good,
    get maximumTransferBytes(): number {
      throw new Error('\u001b[31mno\u001b[0m');
    },
  },
];

test('limits that make no sense are a DeviceError when the session is opened', async () => {
  for (const limits of nonsense) {
    const error = await open(stating(() => limits)).catch(off);
    assert.instance(error, DeviceError);
    assert.match((error as Error).message, /^[\x20-\x7e]{20,400}$/);
  }
});

test('limits that change after opening change nothing: the device is asked, and what it did not answer is no result', async () => {
  for (const later of nonsense) {
    for (const privacy of [true, false]) {
      let reads = 0;
      let calls = 0;
      const device = stating(() => (reads++ === 0 ? good : later));
      const { load } = device;
      const counted: Device = Object.create(device, {
        load: {
          value: async (map: LinearMap, mode: 'integers') => {
            const loaded = await load.call(device, map, mode);
            return {
              apply: (x: Int16Array) => {
                calls++;
                return loaded.apply(x);
              },
              release: () => loaded.release(),
            };
          },
        },
      });
      const session = await open(counted, { privacy });
      assert.is(session.deviceLimits.maximumTransferBytes, good.maximumTransferBytes);
      await session.prepare(1);
      const inference = await session.begin();
      assert.equal([...(await inference.linear(0, new Int16Array(2))).value], [0, 0]);
      assert.is(calls, 1);
      assert.is(reads, 1, 'the limits were read again');
      session.close();
    }
  }
});

test('what `load` does to its map, and keeps of it, changes neither the check nor the bound', async () => {
  const spoilers: ((map: Dense) => void)[] = [
    (map) => void map.weights.fill(3),
    (map) => void Object.assign(map.inputRange, { minimum: -1, maximum: 1 }),
    (map) => void Object.assign(map, { inputs: 1, outputs: 1 }),
  ];
  for (const spoil of spoilers) {
    for (const privacy of [true, false]) {
      const honest = referenceDevice();
      const map = { ...double, weights: double.weights.slice(), inputRange: { ...double.inputRange } };
      const device: Device = {
        ...honest,
        async load(given, mode) {
          const own = { ...(given as Dense), weights: given.weights.slice() };
          spoil(given as Dense);
          return honest.load(own, mode);
        },
      };
      const session = await open(device, { privacy }, [map]);
      await session.prepare(1);
      const inference = await session.begin();
      assert.equal([...(await inference.linear(0, Int16Array.of(9, -9))).value], [18, -18]);
      assert.equal(map, double, 'the map of the trusted side was changed');
      session.close();
    }
  }
});

test('a convolution is copied down to its last field', async () => {
  const convolution: LinearMap = {
    kind: 'convolution',
    input: { height: 2, width: 2, channels: 1 },
    kernel: { height: 1, width: 1 },
    stride: { y: 1, x: 1 },
    dilation: { y: 1, x: 1 },
    padding: { top: 0, bottom: 0, left: 0, right: 0 },
    groups: 1,
    outputChannels: 1,
    weights: Int16Array.of(3),
    inputRange: { minimum: -9, maximum: 9 },
  };
  const before = structuredClone(convolution);
  const spoiling: Device = {
    ...referenceDevice(),
    async load(map) {
      for (const field of Object.values(map)) {
        if (ArrayBuffer.isView(field)) (field as Int16Array).fill(7);
        else if (typeof field === 'object') for (const key of Object.keys(field)) (field as Record<string, 5>)[key] = 5;
      }
      return { apply: async () => new Uint32Array(4), release() {} };
    },
  };
  await holdDevice(spoiling).load(convolution, P24, wait);
  assert.equal(convolution, before);
});

test('a map that is none is a DeviceError; one that comes too late is given back', async () => {
  const noMaps: readonly unknown[] = [
    null,
    undefined,
    7,
    {},
    { apply: 1, release: 2 },
    { apply() {} },
    { release() {} },
    new Proxy({}, { get: () => assert.unreachable.call(null, 'hidden') }),
  ];
  for (const loaded of noMaps) {
    const error = await open({ ...referenceDevice(), load: async () => loaded as never }).catch(off);
    assert.instance(error, DeviceError);
  }
  let give = (_: unknown): void => {};
  let released = 0;
  const slow: Device = {
    ...referenceDevice(),
    load: () =>
      new Promise((resolve) => {
        give = resolve as typeof give;
      }),
  };
  assert.instance(await open(slow, { deviceTimeoutMs: 20 }).catch(off), DeviceError);
  give({ apply: async () => {}, release: () => released++ });
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.is(released, 1);
});

test('release may throw, reject or never end: closing and rejecting go their way', async () => {
  const releases: (() => unknown)[] = [
    () => assert.unreachable('thrown'),
    () => Promise.reject(new Error('rejected')),
    () => new Promise(() => {}),
    () => Object.defineProperty({}, 'then', { get: () => assert.unreachable('no then') }),
  ];
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  try {
    for (const release of releases) {
      for (const lie of [0, 1]) {
        const honest = referenceDevice();
        const device: Device = {
          ...honest,
          async load(map, mode) {
            const { apply } = await honest.load(map, mode);
            return {
              apply: async (x) => (await apply(x)).map((value) => value + lie),
              release: release as () => void,
            };
          },
        };
        const session = await open(device, {}, [double, double]);
        await session.prepare(1);
        const inference = await session.begin();
        const outcome = await inference.linear(0, new Int16Array(2)).catch(off);
        assert.is(outcome instanceof IntegrityError, lie === 1);
        session.close();
        assert.is(session.state, lie === 1 ? 'poisoned' : 'closed');
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  } finally {
    process.off('unhandledRejection', note);
  }
  assert.equal(unhandled, []);
});

test('when release is called nothing secret is left, and no challenge of any layer', async () => {
  const inner = referenceArithmetic();
  const arrays: ArrayLike<number>[] = [];
  const arithmetic = {
    ...inner,
    allocate: ((kind, length) => {
      const array = inner.allocate(kind, length);
      arrays.push(array);
      return array;
    }) as typeof inner.allocate,
  };
  const left: number[] = [];
  let lie = 0;
  const honest = referenceDevice();
  const device: Device = {
    ...honest,
    async load(map, mode) {
      const { apply } = await honest.load(map, mode);
      return {
        apply: async (x) => (lie === 2 ? new Promise(() => {}) : (await apply(x)).map((value) => value + lie)),
        release: () => void left.push(arrays.filter((array) => Array.from(array).some((value) => value !== 0)).length),
      };
    },
  };
  for (const ending of ['reject', 'close'] as const) {
    lie = 2;
    const maps = [double, double, double];
    const session = await Session.open({ device, arithmetic, maps, randomness: seededRandomness(seed) });
    await session.prepare(4);
    const [waiting, other] = [await session.begin(2), await session.begin()];
    const pending = waiting.linear(1, Int16Array.of(1, 2, 3, 4)).catch(off);
    assert.ok(arrays.some((array) => Array.from(array).some((value) => value !== 0)));
    lie = 1;
    if (ending === 'close') session.close();
    else assert.instance(await other.linear(0, Int16Array.of(1, 2)).catch(off), IntegrityError);
    assert.instance(await pending, SessionError);
  }
  assert.equal(left, [0, 0, 0, 0, 0, 0]);
});

test('names and errors of a device are printable and short, whatever they are', async () => {
  const ugly = `\u001b[2J${'x'.repeat(9000)}\u0007\n`;
  assert.match(holdDevice({ ...referenceDevice(), name: ugly }).name, /^[\x20-\x7e]{1,64}$/);
  assert.is(holdDevice({ ...referenceDevice(), name: '\n' }).name, 'device');
  const thrown: readonly unknown[] = [
    new DeviceError(ugly),
    new Error(ugly),
    ugly,
    undefined,
    null,
    Symbol('s'),
    { message: 'not an error' },
    new Proxy(new Error('x'), {
      get: () => assert.unreachable('get'),
      getPrototypeOf: () => {
        throw new Error('proto');
      },
    }),
    Object.defineProperty(new Error('x'), 'message', { get: () => assert.unreachable('message') }),
    Object.defineProperty(new DeviceError('x'), 'message', { value: { toString: () => assert.unreachable('text') } }),
  ];
  for (const value of thrown) {
    for (const where of ['load', 'apply'] as const) {
      const fail = async (): Promise<never> => {
        throw value;
      };
      const device: Device = {
        ...referenceDevice(),
        load: where === 'load' ? fail : async () => ({ apply: fail, release() {} }),
      };
      const error = await (async () => {
        const session = await open(device, { privacy: false });
        await (await session.begin()).linear(0, new Int16Array(2));
      })().catch(off);
      assert.is((error as Error).name, 'DeviceError');
      assert.match((error as Error).message, /^[\x20-\x7e]{1,400}$/);
    }
  }
});

test('a page without shared memory hands none out, whatever the device says', () => {
  const real = globalThis.SharedArrayBuffer;
  try {
    (globalThis as { SharedArrayBuffer?: unknown }).SharedArrayBuffer = undefined;
    const device = { ...referenceDevice(), limits: { ...good, sharedMemory: true } };
    assert.is(holdDevice(device).limits.sharedMemory, false);
  } finally {
    globalThis.SharedArrayBuffer = real;
  }
  assert.is(holdDevice({ ...referenceDevice(), limits: { ...good, sharedMemory: true } }).limits.sharedMemory, true);
});

test('a session without maps is refused for that', async () => {
  assert.match(String(await open(referenceDevice(), {}, []).catch(off)), /at least one linear map/);
  for (const maps of [null, 5, undefined]) {
    const options = { device: referenceDevice(), arithmetic: referenceArithmetic(), maps: maps as never };
    assert.instance(await Session.open(options).catch(off), TypeError);
  }
});
