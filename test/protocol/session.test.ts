import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import {
  type Device,
  DeviceError,
  IntegrityError,
  type LoadedMap,
  type Parameters,
  referenceArithmetic,
  Session,
  SessionError,
  Unchecked,
  Verified,
} from '../../src/protocol/index.js';
import { apply, type Dense, type LinearMap, referenceDevice } from '../../src/reference/index.js';
import { integers, mapAndInput } from '../generators.js';
import { seededRandomness } from '../seeded-randomness.js';
import { check, seed, suite } from '../suite.js';

const test = suite('protocol: session');

const identity: Dense = {
  kind: 'dense',
  inputs: 2,
  outputs: 2,
  weights: Int16Array.of(1, 0, 0, 1),
  inputRange: { minimum: -9, maximum: 9 },
};

const modes: Partial<Parameters>[] = [true, false].flatMap((integrity) =>
  [true, false].map((privacy) => ({ integrity, privacy })),
);

/** A device that is honest but for what `answer` makes of each true answer. */
function dishonest(answer: (truth: Int32Array | Uint32Array, call: number) => unknown): Device {
  const honest = referenceDevice();
  let calls = 0;
  return {
    ...honest,
    async load(map, modulus): Promise<LoadedMap> {
      const loaded = await honest.load(map, modulus);
      return {
        apply: async (x) => answer(await loaded.apply(x), calls++) as Int32Array,
        release: () => loaded.release(),
      };
    },
  };
}

function open(device: Device, parameters: Partial<Parameters> = {}, maps: LinearMap[] = [identity]): Promise<Session> {
  return Session.open({
    device,
    arithmetic: referenceArithmetic(),
    maps,
    parameters,
    randomness: seededRandomness(seed),
  });
}

async function runOnce(session: Session, x: Int16Array, layer = 0): Promise<number[]> {
  await session.prepare(1);
  const inference = await session.begin();
  try {
    return [...(await inference.linear(layer, x)).value];
  } finally {
    inference.end();
  }
}

async function caught(work: () => Promise<unknown>): Promise<Error> {
  try {
    await work();
  } catch (error) {
    assert.instance(error, Error);
    return error as Error;
  }
  throw new Error('expected an error');
}

test('completeness: an honest device is accepted and the answer is L(x), in every mode', () =>
  check(
    fc.asyncProperty(mapAndInput, fc.constantFrom(...modes), async ({ map, x }, parameters) => {
      const session = await open(referenceDevice(), parameters, [map]);
      assert.equal(await runOnce(session, x), apply(map, integers(x)).map(Number));
      assert.equal(await runOnce(session, x), apply(map, integers(x)).map(Number), 'and again');
      assert.is(session.state, 'ready');
    }),
    60,
  ));

const lies: Record<string, (truth: Int32Array | Uint32Array) => unknown> = {
  'adds 1': (truth) => truth.map((value, index) => (index === 0 ? value + 1 : value)),
  'subtracts 1 at the end': (truth) => truth.map((value, index) => (index === 1 ? value - 1 : value)),
  'adds p': (truth) => truth.map((value, index) => (index === 0 ? value + 16777213 : value)),
  'is one short': (truth) => truth.slice(1),
  'is one long': (truth) => (truth instanceof Int32Array ? Int32Array.of(...truth, 0) : Uint32Array.of(...truth, 0)),
  'is empty': (truth) => truth.slice(0, 0),
  'has another type with the same values': (truth) => Float64Array.from(truth),
  'has the sibling type': (truth) => (truth instanceof Int32Array ? Uint32Array.from(truth) : Int32Array.from(truth)),
  'is a plain array': (truth) => Array.from(truth),
  'is nothing': () => undefined,
  'is a proxy': (truth) => new Proxy(truth, {}),
  'pretends to be a typed array': (truth) =>
    Object.setPrototypeOf({ length: 2, 0: truth[0], 1: truth[1] }, Object.getPrototypeOf(truth)),
  'is all zeros': (truth) => truth.map(() => 0),
};

for (const [name, lie] of Object.entries(lies)) {
  test(`caught with and without privacy: an answer that ${name}`, async () => {
    for (const privacy of [true, false]) {
      const session = await open(dishonest(lie), { privacy });
      const error = await caught(() => runOnce(session, Int16Array.of(3, -4)));
      assert.instance(error, IntegrityError, `privacy ${privacy}: ${error.message}`);
      assert.is(session.state, 'poisoned');
    }
  });
}

test('every reject says the same, and nothing about what failed', async () => {
  const messages = new Set<string>();
  for (const lie of Object.values(lies)) {
    const session = await open(dishonest(lie), {}, [identity, identity]);
    const error = await caught(() => runOnce(session, Int16Array.of(3, -4), messages.size % 2));
    messages.add(`${error.name} ${error.message} ${JSON.stringify(error)} ${String(error.cause)}`);
  }
  assert.is(messages.size, 1);
});

test('a device that changes its memory after answering changes nothing', async () => {
  let kept: Uint32Array | undefined;
  const session = await open(
    dishonest((truth) => {
      const shared = new Uint32Array(new SharedArrayBuffer(8));
      shared.set(truth);
      kept = shared;
      return shared;
    }),
  );
  await session.prepare(1);
  const inference = await session.begin();
  const released = await inference.linear(0, Int16Array.of(3, -4));
  kept!.fill(7);
  assert.equal([...released.value], [3, -4]);
  inference.end();
});

test('a poisoned session never works again, and its challenges are gone', async () => {
  const session = await open(dishonest((truth, call) => (call === 0 ? truth.map((value) => value ^ 1) : truth)));
  await session.prepare(3);
  assert.instance(await caught(() => runOnce(session, Int16Array.of(1, 1))), IntegrityError);
  assert.is(await session.prepared(), 0);
  assert.instance(await caught(() => session.begin()), SessionError);
  assert.instance(await caught(() => session.prepare(1)), SessionError);
  session.close();
  assert.is(session.state, 'poisoned');
});

test('a reject in one inference ends the others that are in flight', async () => {
  let release: (() => void) | undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const session = await open(
    dishonest((truth, call) => (call === 0 ? gate.then(() => truth) : truth.map((value) => value ^ 1))),
  );
  await session.prepare(2);
  const [slow, lied] = [await session.begin(), await session.begin()];
  const pending = caught(() => slow.linear(0, Int16Array.of(1, 1)));
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.instance(await caught(() => lied.linear(0, Int16Array.of(1, 1))), IntegrityError);
  release!();
  assert.instance(await pending, SessionError);
});

test('a Verified cannot be made by anybody else', () => {
  const Forged = Verified as unknown as new (proof: symbol, value: unknown) => Verified<unknown>;
  assert.throws(() => new Forged(Symbol('made by the check'), 1), /only the check/);
  const lookalike = Object.create(Verified.prototype) as Verified<number>;
  assert.throws(
    () => lookalike.value,
    (error: unknown) => error instanceof TypeError,
  );
  const Unforged = Unchecked as unknown as new (proof: symbol, value: unknown) => Unchecked<unknown>;
  assert.throws(() => new Unforged(Symbol('made by the check'), 1), /without integrity/);
});

test('what comes out is Verified with integrity on, and Unchecked only when it was switched off', async () => {
  for (const parameters of modes) {
    const session = await open(referenceDevice(), parameters);
    await session.prepare(1);
    const inference = await session.begin();
    const released = await inference.linear(0, Int16Array.of(1, 2));
    assert.instance(released, parameters.integrity ? Verified : Unchecked);
    assert.is(inference.costs.verifiedLayers, parameters.integrity ? 1 : 0);
  }
});

test('without integrity a lie goes through, cut to the certified range; a malformed answer still does not', async () => {
  for (const privacy of [true, false]) {
    const wild = await open(
      dishonest((truth) => truth.map(() => 16777212)),
      { integrity: false, privacy },
    );
    const result = await runOnce(wild, Int16Array.of(3, -4));
    assert.not.equal(result, [3, -4]);
    assert.ok(result.every((value) => Math.abs(value) <= 9));
    const short = await open(
      dishonest((truth) => truth.slice(1)),
      { integrity: false, privacy },
    );
    assert.instance(await caught(() => runOnce(short, Int16Array.of(3, -4))), IntegrityError);
  }
});

test('a device that fails or is silent is a DeviceError, spends the pad, and leaves the session usable', async () => {
  let mood: 'fails' | 'hangs' | 'honest' = 'fails';
  const device = dishonest((truth) => {
    if (mood === 'fails') throw new Error('out of\u001b[31m memory\n');
    return mood === 'hangs' ? new Promise(() => {}) : truth;
  });
  const session = await open(device, { deviceTimeoutMs: 20 });
  const failed = await caught(() => runOnce(session, Int16Array.of(1, 2)));
  assert.instance(failed, DeviceError);
  assert.ok(/^[\x20-\x7e]*$/.test(failed.message), 'the device may not write control characters');
  mood = 'hangs';
  assert.instance(await caught(() => runOnce(session, Int16Array.of(1, 2))), DeviceError);
  assert.is(await session.prepared(), 0);
  mood = 'honest';
  assert.equal(await runOnce(session, Int16Array.of(1, 2)), [1, 2]);
});

test('a device that cannot load a map, or never finishes, is a DeviceError when opening', async () => {
  for (const load of [
    () => Promise.reject(new Error('full')),
    () => new Promise<never>(() => {}),
    () => {
      throw new Error('no');
    },
  ]) {
    const error = await caught(() => open({ ...referenceDevice(), load }, { deviceTimeoutMs: 20 }));
    assert.instance(error, DeviceError);
  }
});

test('an input outside the declared range is refused on the trusted side', async () => {
  const session = await open(referenceDevice());
  assert.instance(await caught(() => runOnce(session, Int16Array.of(10, 0))), RangeError);
  assert.instance(await caught(() => runOnce(session, Int16Array.of(1))), RangeError);
  assert.instance(await caught(() => runOnce(session, [1, 2] as unknown as Int16Array)), TypeError);
});

test('the challenges have a lifetime', async () => {
  const session = await open(referenceDevice(), { maximumInferences: 2 });
  await runOnce(session, Int16Array.of(1, 2));
  await runOnce(session, Int16Array.of(1, 2));
  assert.match((await caught(() => runOnce(session, Int16Array.of(1, 2)))).message, /open a new one/);
});

test('opening and preparing can be interrupted between layers', async () => {
  const controller = new AbortController();
  const error = await caught(() =>
    Session.open({
      device: referenceDevice(),
      arithmetic: referenceArithmetic(),
      maps: [identity, identity, identity],
      signal: controller.signal,
      onProgress: () => controller.abort(),
    }),
  );
  assert.is(error.name, 'AbortError');
  const session = await open(referenceDevice());
  assert.is((await caught(() => session.prepare(1, AbortSignal.abort()))).name, 'AbortError');
  assert.is(await session.prepared(), 0);
});

test('parameters and maps outside the certificate are refused', async () => {
  for (const wrong of [
    { soundnessBits: 0 },
    { soundnessBits: 1.5 },
    { privacy: 'yes' },
    { nonsense: 1 },
    { deviceTimeoutMs: Number.NaN },
  ]) {
    const error = await caught(() => open(referenceDevice(), wrong as Partial<Parameters>));
    assert.instance(error, TypeError);
  }
  const wide: Dense = {
    ...identity,
    inputRange: { minimum: -32768, maximum: 32767 },
    weights: Int16Array.of(32767, 32767, 0, 0),
  };
  assert.match((await caught(() => open(referenceDevice(), {}, [wide]))).message, /must stay below 2147483647/);
  assert.instance(await caught(() => open(referenceDevice(), {}, [])), RangeError);
});

test('the smallest pad modulus that fits every layer is chosen', async () => {
  const small = await open(referenceDevice());
  assert.is(small.modulus, 16777213);
  const larger: Dense = {
    ...identity,
    weights: Int16Array.of(30000, 0, 0, 1),
    inputRange: { minimum: -300, maximum: 300 },
  };
  assert.is((await open(referenceDevice(), {}, [identity, larger])).modulus, 2147483647);
  assert.is((await open(referenceDevice(), { privacy: false })).modulus, null);
});

test('no secret shows in what a session prints', async () => {
  const session = await open(referenceDevice());
  await session.prepare(1);
  const { inspect } = await import('node:util');
  const shown = inspect(session, { depth: 10, showHidden: true });
  assert.not.match(shown, /folded|rho|Uint32Array/);
});
