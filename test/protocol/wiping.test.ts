/** After the end of a session, whatever ended it, nothing that it computed can be read in the trusted memory any more. */
import * as assert from 'uvu/assert';
import { wasmArithmetic } from '../../src/fast/index.js';
import {
  type Device,
  DeviceError,
  type DeviceOutput,
  type Inference,
  IntegrityError,
  type Progress,
  Session,
  SessionError,
  type TrustedArithmetic,
} from '../../src/protocol/index.js';
import { type Dense, referenceDevice } from '../../src/reference/index.js';
import { seededRandomness } from '../seeded-randomness.js';
import { seed, suite } from '../suite.js';
import { type Witness, witness } from './witness.js';

const test = suite('protocol: wiping');

const SIZE = 16;
const identity: Dense = {
  kind: 'dense',
  inputs: SIZE,
  outputs: SIZE,
  weights: Int16Array.from({ length: SIZE * SIZE }, (_, i) => Number(i % (SIZE + 1) === 0)),
  inputRange: { minimum: -20000, maximum: 20000 },
};
const input = Int16Array.from({ length: SIZE }, (_, i) => 12345 - 1777 * i);

function device(apply: (honest: () => Promise<DeviceOutput>) => Promise<DeviceOutput>): Device {
  const exact = referenceDevice();
  return {
    ...exact,
    async load(map, mode) {
      const loaded = await exact.load(map, mode);
      return { apply: (x) => apply(() => loaded.apply(x.slice())), release: () => loaded.release() };
    },
  };
}

const honest = device((answer) => answer());
const liar = device(async (answer) => (await answer()).map((value, index) => (index === 0 ? value ^ 1 : value)));
const broken = device(() => Promise.reject(new Error('no')));
const silent = device(() => new Promise(() => {}));

/** One layer on an x of the arithmetic's own memory; x and the result are given back, as whoever runs layers must. */
async function layer(inference: Inference, arithmetic: TrustedArithmetic, values = input): Promise<unknown> {
  const x = arithmetic.allocate('i16', values.length);
  x.set(values);
  try {
    const { value } = await inference.linear(0, x);
    assert.equal([...value], [...values]);
    arithmetic.release(value);
    return null;
  } catch (error) {
    return error;
  } finally {
    arithmetic.release(x);
  }
}

function outOfMemory(): never {
  throw new Error('out of memory');
}

/** How a session ends, and what its layer gives. */
interface Ending {
  readonly device: Device;
  readonly onProgress?: (progress: Progress) => void;
  readonly around?: (inner: TrustedArithmetic) => TrustedArithmetic;
  /** Runs the layer and ends the inference, and with it the session unless it goes on. */
  run(session: Session, witnessed: Witness): Promise<unknown>;
  readonly gives: (outcome: unknown) => boolean;
}

const simply: Ending['run'] = async (session, { arithmetic }) => {
  const inference = await session.begin();
  const outcome = await layer(inference, arithmetic);
  inference.end();
  session.close();
  return outcome;
};

const endings: Record<string, Ending> = {
  'a result': { device: honest, run: simply, gives: (outcome) => outcome === null },
  'a device that fails': { device: broken, run: simply, gives: (outcome) => outcome instanceof DeviceError },
  'a reject, which closes nothing': {
    device: liar,
    run: async (session, { arithmetic }) => layer(await session.begin(), arithmetic),
    gives: (outcome) => outcome instanceof IntegrityError,
  },
  'an answer of the wrong length': {
    device: device(async (answer) => (await answer()).slice(1)),
    run: async (session, { arithmetic }) => layer(await session.begin(), arithmetic),
    gives: (outcome) => outcome instanceof IntegrityError,
  },
  'a caller who throws when told of progress': {
    device: honest,
    onProgress: ({ phase }) => {
      if (phase === 'online') throw new Error('enough');
    },
    run: simply,
    gives: (outcome) => (outcome as Error).message === 'enough',
  },
  'an input outside the range': {
    device: honest,
    async run(session, { arithmetic }) {
      const inference = await session.begin();
      const outcome = await layer(inference, arithmetic, input.with(SIZE - 1, 20001));
      session.close();
      return outcome;
    },
    gives: (outcome) => outcome instanceof RangeError,
  },
  'a pass on the way out that fails': {
    device: honest,
    around: (inner) => ({ ...inner, outgoing: outOfMemory }),
    run: simply,
    gives: (outcome) => (outcome as Error).message === 'out of memory',
  },
  'a pass on the way in that fails': {
    device: honest,
    around: (inner) => ({ ...inner, incoming: outOfMemory }),
    run: simply,
    gives: (outcome) => (outcome as Error).message === 'out of memory',
  },
  'closing while the device is silent': {
    device: silent,
    async run(session, { arithmetic }) {
      const pending = layer(await session.begin(), arithmetic);
      await new Promise((resolve) => setTimeout(resolve, 5));
      session.close();
      return pending;
    },
    gives: (outcome) => outcome instanceof SessionError,
  },
  'a caller who changes his mind': {
    device: silent,
    async run(session, { arithmetic }) {
      const controller = new AbortController();
      const pending = layer(await session.begin(1, { signal: controller.signal }), arithmetic);
      await new Promise((resolve) => setTimeout(resolve, 5));
      controller.abort();
      const outcome = await pending;
      session.close();
      return outcome;
    },
    gives: (outcome) => (outcome as Error).name === 'AbortError',
  },
};

for (const [name, { device, onProgress, around, run, gives }] of Object.entries(endings)) {
  test(`nothing is left after ${name}`, async () => {
    for (const threads of [1, 2]) {
      const inner = await wasmArithmetic({ threads });
      for (const modes of [{}, { privacy: false }, { integrity: false }]) {
        // Without integrity a lie is not noticed.
        if (modes.integrity === false && gives(new IntegrityError()) && device === liar) continue;
        const witnessed = witness(around?.(inner) ?? inner);
        const session = await Session.open({
          device,
          arithmetic: witnessed.arithmetic,
          maps: [identity],
          parameters: modes,
          randomness: seededRandomness(seed),
          ...(onProgress === undefined ? {} : { onProgress }),
        });
        await session.prepare(2);
        const before = witnessed.remains();
        assert.ok(before.length > 0 || (modes.integrity === false && witnessed.seen() === 0), 'secrets are in memory');
        const outcome = await run(session, witnessed);
        assert.ok(gives(outcome), `${outcome}`);
        // The store of pads is emptied a turn later.
        await new Promise((resolve) => setTimeout(resolve, 0));
        assert.ok(witnessed.seen() > 0);
        assert.equal(witnessed.remains(), [], JSON.stringify(modes));
      }
      inner.close();
    }
  });
}

test('an ended inference of a session that goes on leaves nothing but challenges and pads that wait', async () => {
  const inner = await wasmArithmetic();
  for (const [device, gives] of [
    [honest, null],
    [broken, DeviceError],
  ] as const) {
    const { arithmetic, remains } = witness(inner);
    const session = await Session.open({
      device,
      arithmetic,
      maps: [identity],
      randomness: seededRandomness(seed),
    });
    const opened = remains().sort();
    await session.prepare(1);
    const prepared = remains().sort();
    assert.ok(prepared.length > opened.length);
    const inference = await session.begin();
    const outcome = await layer(inference, arithmetic);
    if (gives === null) assert.is(outcome, null);
    else assert.instance(outcome, gives);
    assert.equal(remains().sort(), opened);
    inference.end();
    session.close();
  }
  inner.close();
});

test('a device that is told that it is needed no more finds everything wiped already', async () => {
  for (const ending of ['close', 'reject'] as const) {
    const inner = await wasmArithmetic();
    const { arithmetic, remains } = witness(inner);
    const found: string[][] = [];
    let calls = 0;
    const spy: Device = {
      ...silent,
      async load(map, mode) {
        const loaded = await liar.load(map, mode);
        return {
          apply: (x) => (calls++ === 0 ? new Promise(() => {}) : loaded.apply(x)),
          release: () => void found.push(remains().filter((who) => who !== 'x')),
        };
      },
    };
    const session = await Session.open({
      device: spy,
      arithmetic,
      maps: [identity],
      randomness: seededRandomness(seed),
    });
    await session.prepare(3);
    const pending = layer(await session.begin(), arithmetic);
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.ok(remains().includes('sums') && remains().includes('u'), 'a layer is with the device');
    if (ending === 'close') session.close();
    else assert.instance(await layer(await session.begin(), arithmetic), IntegrityError);
    assert.equal(found, [[]], ending);
    assert.instance(await pending, SessionError);
    inner.close();
  }
});
