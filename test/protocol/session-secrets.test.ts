/** What must hold for the secrets of a session: all challenges count, everything is wiped at the end, memory is not shared. */
import * as assert from 'uvu/assert';
import { wasmArithmetic } from '../../src/fast/index.js';
import { Challenges } from '../../src/protocol/freivalds.js';
import {
  type Device,
  IntegrityError,
  MemoryPadStore,
  type PadSet,
  type PadStore,
  type Parameters,
  type Randomness,
  referenceArithmetic,
  Session,
  SessionError,
  type TrustedArithmetic,
} from '../../src/protocol/index.js';
import { withoutHealthTests } from '../../src/protocol/randomness-health.js';
import { type Dense, referenceDevice } from '../../src/reference/index.js';
import { seededRandomness } from '../seeded-randomness.js';
import { seed, suite } from '../suite.js';

const test = suite('protocol: secrets of a session');

const identity: Dense = {
  kind: 'dense',
  inputs: 2,
  outputs: 2,
  weights: Int16Array.of(1, 0, 0, 1),
  inputRange: { minimum: -9, maximum: 9 },
};

/** Reference arithmetic that remembers every array it gave out. */
function watched(): { arithmetic: TrustedArithmetic; arrays: (Int16Array | Int32Array | Uint32Array)[] } {
  const inner = referenceArithmetic();
  const arrays: (Int16Array | Int32Array | Uint32Array)[] = [];
  const arithmetic: TrustedArithmetic = {
    ...inner,
    allocate(kind, length) {
      const array = inner.allocate(kind, length);
      arrays.push(array);
      return array;
    },
  };
  return { arithmetic, arrays };
}

/** The reference device with something done around each call. */
function around(
  apply: (
    x: Int16Array | Uint32Array,
    honest: () => Promise<Int32Array | Uint32Array>,
  ) => Promise<Int32Array | Uint32Array>,
): Device {
  const exact = referenceDevice();
  return {
    ...exact,
    async load(map, modulus) {
      const loaded = await exact.load(map, modulus);
      return { apply: (x) => apply(x, () => loaded.apply(x.slice())), release: () => loaded.release() };
    },
  };
}

const off = (error: unknown): Error => error as Error;
const lie = around(async (_, honest) => (await honest()).map((value, index) => (index === 0 ? value + 1 : value)));

function open(
  device: Device,
  more: {
    parameters?: Partial<Parameters>;
    randomness?: Randomness;
    arithmetic?: TrustedArithmetic;
    pads?: PadStore;
  } = {},
): Promise<Session> {
  return Session.open({
    device,
    arithmetic: referenceArithmetic(),
    maps: [identity],
    randomness: seededRandomness(seed),
    ...more,
  });
}

test('every repetition counts: a challenge of zeros, first or last, hides nothing', async () => {
  for (const blindOne of [0, 1]) {
    let call = 0;
    const randomness = withoutHealthTests({
      fill: (bytes) => void bytes.fill(call++ === blindOne ? 0 : 3),
    });
    const session = await open(lie, { parameters: { privacy: false }, randomness });
    assert.is(session.soundness.repetitions, 2);
    const inference = await session.begin();
    assert.instance(await inference.linear(0, Int16Array.of(1, 2)).catch(off), IntegrityError);
    assert.is(call, 2);
  }
});

test('two challenges of zeros accept anything: the test above tests what it says', async () => {
  const session = await open(lie, {
    parameters: { privacy: false },
    randomness: withoutHealthTests({ fill: (bytes) => void bytes.fill(0) }),
  });
  const inference = await session.begin();
  assert.equal([...(await inference.linear(0, Int16Array.of(1, 2))).value], [2, 2]);
});

test('destroyed challenges check nothing any more', () => {
  const arithmetic = referenceArithmetic();
  const challenges = Challenges.make(identity, arithmetic.load(identity), 2, arithmetic, seededRandomness(seed));
  const range = { minimum: -9, maximum: 9 };
  const send = (): Uint32Array => {
    const sums = new Uint32Array(2);
    challenges.outgoing(Int16Array.of(1, 2), { images: 1, range, blinding: null }, new Int16Array(2), sums);
    return sums;
  };
  const receive = (...y: number[]): Uint32Array => {
    const folds = new Uint32Array(2);
    const how = { images: 1, unblinding: null, bound: 9, finish: null };
    assert.ok(challenges.incoming(Int32Array.from(y), how, folds, new Int32Array(2)));
    return folds;
  };
  assert.equal(send(), receive(1, 2));
  assert.not.equal(send(), receive(1, 3));
  challenges.destroy();
  for (const use of [send, () => receive(1, 2)]) {
    assert.throws(use, (error: unknown) => error instanceof SessionError);
  }
});

for (const ending of ['a reject', 'closing'] as const) {
  test(`${ending} wipes the challenges, the pads that wait, and the pads of every inference in flight`, async () => {
    const { arithmetic, arrays } = watched();
    const session = await open(lie, { arithmetic });
    await session.prepare(3);
    const [first] = [await session.begin(), await session.begin()];
    assert.ok(arrays.some((array) => array.some((value) => value !== 0)));
    if (ending === 'closing') session.close();
    else assert.instance(await first.linear(0, Int16Array.of(1, 2)).catch(off), IntegrityError);
    await new Promise((resolve) => setTimeout(resolve, 0));
    for (const array of arrays)
      assert.ok(
        array.every((value) => value === 0),
        'something secret is left in memory',
      );
  });
}

test('a pad is wiped by the pass that uses it, or when it is given back', async () => {
  const wrongType = around(async () => new Float32Array(2) as never);
  const broken = around(() => Promise.reject(new Error('no answer')));
  const inside = Int16Array.of(1, 2, 3, 4);
  const outside = Int16Array.of(1, 2, 3, 99);
  const cases = [
    { device: around((_, honest) => honest()), x: inside, rho: 'zeros', u: 'zeros' },
    { device: around((_, honest) => honest()), x: outside, rho: 'zeros', u: 'wipe' },
    { device: lie, x: inside, rho: 'zeros', u: 'wipe' },
    { device: wrongType, x: inside, rho: 'zeros', u: 'wipe' },
    { device: broken, x: inside, rho: 'zeros', u: 'wipe' },
  ];
  for (const inner of [referenceArithmetic(), await wasmArithmetic()]) {
    for (const { device, x, rho, u } of cases) {
      const made: object[] = [];
      const given = new Map<object, string>();
      const arithmetic: TrustedArithmetic = {
        ...inner,
        allocate(kind, length, content) {
          const array = inner.allocate(kind, length, content);
          made.push(array);
          return array;
        },
        release(array, content = 'wipe') {
          if (content === 'zeros') assert.equal([...array], [0, 0]);
          given.set(array, content);
          inner.release(array, content);
        },
      };
      const session = await open(device, { arithmetic });
      const before = made.length;
      await session.prepare(2);
      const pads = made.slice(before);
      assert.is(pads.length, 4);
      const inference = await session.begin(2);
      const outcome = await inference.linear(0, x).catch(off);
      assert.is(outcome instanceof Error, u === 'wipe');
      assert.equal(
        pads.map((array) => given.get(array)),
        [rho, u, rho, u],
      );
      session.close();
    }
    inner.close();
  }
});

test('an answer that comes after closing is not released, with integrity on or off', async () => {
  for (const integrity of [true, false]) {
    let session: Session | undefined;
    const device = around(async (_, honest) => {
      const answer = await honest();
      session!.close();
      return answer;
    });
    session = await open(device, { parameters: { integrity, privacy: false } });
    const inference = await session.begin();
    assert.instance(await inference.linear(0, Int16Array.of(1, 2)).catch(off), SessionError);
  }
});

test('a device that writes into what it was sent does not reach trusted memory', async () => {
  for (const privacy of [true, false]) {
    const device = around(async (x, honest) => {
      const answer = await honest();
      x.fill(5);
      return answer;
    });
    const session = await open(device, { parameters: { privacy } });
    await session.prepare(1);
    const inference = await session.begin();
    const x = Int16Array.of(1, 2);
    assert.equal([...(await inference.linear(0, x)).value], [1, 2]);
    assert.equal([...x], [1, 2]);
  }
});

test('a session that is closed while a store hands out pads wipes them and starts nothing', async () => {
  let session: Session | undefined;
  let handed: PadSet | undefined;
  const inner = new MemoryPadStore();
  const pads: PadStore = {
    count: () => inner.count(),
    add: (set) => inner.add(set),
    destroy: () => inner.destroy(),
    async reserve(sets) {
      [handed] = await inner.reserve(sets);
      session!.close();
      return [handed!];
    },
  };
  session = await open(referenceDevice(), { pads });
  await session.prepare(1);
  assert.instance(await session.begin().catch(off), SessionError);
  assert.throws(() => handed![0]!.take(), /already used/);
});

test('without integrity a residue that is not canonical is still refused', async () => {
  const device = around(async (_, honest) => (await honest()).map((value) => value + 16777213));
  const session = await open(device, { parameters: { integrity: false } });
  await session.prepare(1);
  const inference = await session.begin();
  assert.instance(await inference.linear(0, Int16Array.of(1, 2)).catch(off), IntegrityError);
});

test('pads that are being made are wiped with the session, not when their maker goes on', async () => {
  const { arithmetic, arrays } = watched();
  const maps = [identity, identity];
  const randomness = seededRandomness(seed);
  const session = await Session.open({ device: referenceDevice(), arithmetic, maps, randomness });
  let made = 0;
  const preparing = session.prepare(1).catch(off);
  // The first layer's pad is made at once, the second's when timers had their turn.
  for (const array of arrays) made += Number(array.some((value) => value !== 0));
  assert.ok(made > 0);
  session.close();
  for (const array of arrays) assert.ok(array.every((value) => value === 0));
  assert.instance(await preparing, SessionError);
});
