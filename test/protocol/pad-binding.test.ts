/** A pad is good for the layer, network, modulus and lengths that it was made for, and for nothing else. */
import * as assert from 'uvu/assert';
import {
  type Device,
  M31,
  MemoryPadStore,
  P24,
  Pad,
  type PadBinding,
  PadError,
  type PadSet,
  type PadStore,
  referenceArithmetic,
  Session,
} from '../../src/protocol/index.js';
import { LayerSecrets } from '../../src/protocol/layer-secrets.js';
import { mapsHash } from '../../src/protocol/maps-hash.js';
import { type Convolution, type Dense, type LinearMap, referenceDevice } from '../../src/reference/index.js';
import { seededRandomness } from '../seeded-randomness.js';
import { seed, suite } from '../suite.js';

const test = suite('protocol: pads are bound');
const off = (error: unknown): Error => error as Error;

function dense(weight: number, maximum = 9): Dense {
  return {
    kind: 'dense',
    inputs: 2,
    outputs: 2,
    weights: Int16Array.of(weight, 0, 0, 1),
    inputRange: { minimum: -9, maximum },
  };
}

/** Counts what is sent. */
function counting(): { device: Device; sent: () => number } {
  let sent = 0;
  const honest = referenceDevice();
  const device: Device = {
    ...honest,
    async load(map, mode) {
      const loaded = await honest.load(map, mode);
      return {
        apply: (x) => {
          sent++;
          return loaded.apply(x);
        },
        release: () => loaded.release(),
      };
    },
  };
  return { device, sent: () => sent };
}

function open(device: Device, maps: readonly LinearMap[], pads: PadStore): Promise<Session> {
  return Session.open({ device, arithmetic: referenceArithmetic(), maps, pads, randomness: seededRandomness(seed) });
}

/** A store that hands out what it is given. */
function handing(sets: (count: number) => readonly PadSet[]): PadStore {
  return { count: async () => 9, add: async () => {}, reserve: async (count) => sets(count), destroy: async () => {} };
}

test('a session uses no pads that another network, order of layers or modulus left in its store', async () => {
  const small = [dense(1), dense(2)];
  const others: Record<string, readonly LinearMap[]> = {
    'other weights': [dense(1), dense(3)],
    'another order': [dense(2), dense(1)],
    'another range': [dense(1), dense(2, 10)],
    'another modulus': [dense(1), dense(32767, 300)],
    'fewer layers': [dense(1)],
  };
  for (const [name, maps] of Object.entries(others)) {
    const store = new MemoryPadStore();
    const { device, sent } = counting();
    const maker = await open(device, maps, store);
    await maker.prepare(2);
    const user = await open(device, small, store);
    assert.instance(await user.begin().catch(off), PadError, name);
    assert.is(sent(), 0, 'something was sent');
    assert.is(user.state, 'ready');
  }
});

test('pads of the same maps are good in another session, and a store that survives one serves the next', async () => {
  const maps = [dense(1), dense(2)];
  const inner = new MemoryPadStore();
  // As a file would: the pads are taken apart, kept as data, and made again.
  let kept: { binding: PadBinding; rho: number[]; u: number[] }[][] = [];
  const file: PadStore = {
    count: async () => kept.length,
    async add(set) {
      kept.push(set.map((pad) => ({ binding: { ...pad.binding }, ...entries(pad.take()) })));
    },
    async reserve(count) {
      if (kept.length < count) throw new PadError('too few');
      const out = kept.slice(0, count);
      kept = JSON.parse(JSON.stringify(kept.slice(count)));
      return out.map((set) =>
        set.map(({ binding, rho, u }) => new Pad(binding, { rho: Uint32Array.from(rho), u: Uint32Array.from(u) })),
      );
    },
    destroy: () => inner.destroy(),
  };
  const { device } = counting();
  const maker = await open(device, maps, file);
  await maker.prepare(3);
  maker.close();
  const user = await open(device, maps, file);
  assert.is(await user.prepared(), 3);
  const inference = await user.begin(2);
  assert.equal([...(await inference.linear(1, Int16Array.of(3, 4, 5, 6))).value], [6, 4, 10, 6]);
  assert.is(await user.prepared(), 1);
  assert.instance(await user.begin(2).catch(off), PadError);
  assert.is(await user.prepared(), 1, 'all or none');
  user.close();
});

function entries({ rho, u }: { rho: Uint32Array; u: Uint32Array }): { rho: number[]; u: number[] } {
  const copy = { rho: [...rho], u: [...u] };
  rho.fill(0);
  u.fill(0);
  return copy;
}

test('each field of a binding counts, and what does not fit is destroyed unsent', async () => {
  const maps = [dense(1)];
  const network = await mapsHash(maps);
  const right: PadBinding = { network, layer: 0, modulus: P24, inputs: 2, outputs: 2 };
  const wrong: PadBinding[] = [
    { ...right, network: network.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) },
    { ...right, layer: 1 },
    { ...right, modulus: M31 },
    { ...right, inputs: 3 },
    { ...right, outputs: 1 },
  ];
  for (const binding of [right, ...wrong]) {
    const material = { rho: new Uint32Array(binding.inputs).fill(7), u: new Uint32Array(binding.outputs).fill(7) };
    const { device, sent } = counting();
    const session = await open(
      device,
      maps,
      handing(() => [[new Pad(binding, material)]]),
    );
    const outcome = await session.begin().catch(off);
    assert.is(outcome instanceof PadError, binding !== right);
    if (binding !== right)
      assert.equal(
        [...material.rho, ...material.u].every((value) => value === 0),
        true,
      );
    assert.is(sent(), 0);
  }
  const pad = (): Pad => new Pad(right, { rho: new Uint32Array(2), u: new Uint32Array(2) });
  for (const sets of [[], [[]], [[pad(), pad()]], [[pad()], [pad()]]]) {
    const session = await open(
      counting().device,
      maps,
      handing(() => sets),
    );
    assert.instance(await session.begin().catch(off), PadError);
  }
});

test('a pad that is not as long as its binding says is refused and wiped', () => {
  const binding: PadBinding = { network: '', layer: 0, modulus: P24, inputs: 2, outputs: 3 };
  for (const [inputs, outputs] of [
    [1, 3],
    [2, 2],
    [3, 3],
  ] as const) {
    const material = { rho: new Uint32Array(inputs).fill(5), u: new Uint32Array(outputs).fill(5) };
    assert.throws(
      () => new Pad(binding, material),
      (error: unknown) => error instanceof PadError,
    );
    assert.ok([...material.rho, ...material.u].every((value) => value === 0));
  }
});

test('a store that fails to empty itself does not end the process', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  const broken: PadStore = { ...handing(() => []), destroy: () => Promise.reject(new Error('no disk')) };
  const session = await open(counting().device, [dense(1)], broken);
  session.close();
  await new Promise((resolve) => setTimeout(resolve, 5));
  process.off('unhandledRejection', note);
  assert.equal(unhandled, []);
  assert.is(session.state, 'closed');
});

test('the name of maps tells apart whatever makes other maps, and nothing else', async () => {
  const image: Convolution = {
    kind: 'convolution',
    input: { height: 3, width: 3, channels: 2 },
    kernel: { height: 1, width: 1 },
    stride: { y: 1, x: 1 },
    dilation: { y: 1, x: 1 },
    padding: { top: 0, bottom: 0, left: 0, right: 0 },
    groups: 1,
    outputChannels: 2,
    weights: Int16Array.of(1, 2, 3, 4),
    inputRange: { minimum: -9, maximum: 9 },
  };
  const variants: LinearMap[][] = [
    [image],
    [image, image],
    [{ ...image, padding: { ...image.padding, left: 1 } }],
    [{ ...image, stride: { y: 2, x: 1 } }],
    [{ ...image, stride: { y: 1, x: 2 } }],
    [{ ...image, weights: Int16Array.of(1, 2, 4, 3) }],
    [dense(1)],
    [dense(1), image],
    [image, dense(1)],
  ];
  const names = await Promise.all(variants.map((maps) => mapsHash(maps)));
  assert.is(new Set(names).size, variants.length);
  for (const name of names) assert.match(name, /^[0-9a-f]{64}$/);
  const { kind, weights, ...rest } = image;
  const shared = new Int16Array(new SharedArrayBuffer(8));
  shared.set(weights);
  assert.is(await mapsHash([{ weights: shared, ...rest, kind }]), names[0], 'order of fields, kind of memory');
});

test('the name is the same where there is no Web Crypto', async () => {
  const maps = [dense(5), dense(6)];
  const name = await mapsHash(maps);
  const real = Object.getOwnPropertyDescriptor(globalThis, 'crypto')!;
  try {
    Object.defineProperty(globalThis, 'crypto', { value: undefined, configurable: true });
    assert.is(await mapsHash(maps), name);
  } finally {
    Object.defineProperty(globalThis, 'crypto', real);
  }
});

test('where a modulus is set nothing is blinded, or sent in the clear, without one pad per image', () => {
  const arithmetic = referenceArithmetic();
  const secretsOf = (pads: readonly PadSet[] | null) =>
    new LayerSecrets({ layer: 0, images: 2, repetitions: 1, modulus: P24, pads }, arithmetic);
  const set = (): PadSet => [
    new Pad(
      { network: '', layer: 0, modulus: P24, inputs: 1, outputs: 1 },
      { rho: Uint32Array.of(1), u: Uint32Array.of(2) },
    ),
  ];
  for (const pads of [null, [], [set()], [set(), set(), set()]]) {
    assert.throws(
      () => secretsOf(pads),
      (error: unknown) => error instanceof PadError,
    );
  }
  const taken = set();
  const { rho, u } = taken[0]!.take();
  const [first] = [set()];
  assert.throws(
    () => secretsOf([first!, taken]),
    (error: unknown) => error instanceof PadError,
  );
  assert.throws(() => first![0]!.take(), /already used/);
  assert.equal([...rho, ...u], [1, 2]);
  secretsOf([set(), set()]).dispose();
});

test('whatever a store hands out that is no set of pads is a PadError, and what came with it is wiped', async () => {
  const maps = [dense(1)];
  const binding: PadBinding = { network: await mapsHash(maps), layer: 0, modulus: P24, inputs: 2, outputs: 2 };
  const forged = { binding, take: () => ({ rho: new Uint32Array(2), u: new Uint32Array(2) }), destroy() {} };
  for (const wrong of [null, undefined, 7, [null, null], ['ab', 'ab'], [[{}], [{}]], [[forged], [forged]]]) {
    const { device, sent } = counting();
    const session = await open(
      device,
      maps,
      handing(() => wrong as never),
    );
    assert.instance(await session.begin(2).catch(off), PadError);
    assert.is(sent(), 0);
  }
  const material = { rho: new Uint32Array(2).fill(7), u: new Uint32Array(2).fill(7) };
  const session = await open(
    counting().device,
    maps,
    handing(() => [[new Pad(binding, material)], undefined as never]),
  );
  assert.instance(await session.begin(2).catch(off), PadError);
  assert.equal([...material.rho, ...material.u], [0, 0, 0, 0]);
});
