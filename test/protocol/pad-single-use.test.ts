/**
 * A pad is used at most once, whatever happens: random sequences of preparing, running, abandoning, failing, lying and
 * closing are run against a model, while the device writes down everything it receives.
 */
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import {
  type Device,
  IntegrityError,
  MemoryPadStore,
  P24,
  Pad,
  type PadBinding,
  PadError,
  type PadSet,
  type PadStore,
  type Randomness,
  referenceArithmetic,
  Session,
  SessionError,
} from '../../src/protocol/index.js';
import { type Dense, referenceDevice } from '../../src/reference/index.js';
import { seededRandomness } from '../seeded-randomness.js';
import { check, seed, suite } from '../suite.js';

const test = suite('protocol: pads are used once');

type ErrorKind = new (...args: never[]) => Error;
type Mood = 'honest' | 'fails' | 'lies';

/** Two small layers, so that an inference can stop between them. */
const maps: Dense[] = [1, 2].map((factor) => ({
  kind: 'dense',
  inputs: 3,
  outputs: 3,
  weights: Int16Array.of(factor, 0, 0, 0, 1, 0, 0, 0, -factor),
  inputRange: { minimum: -9, maximum: 9 },
}));

interface Model {
  pads: number;
  state: 'usable' | 'poisoned' | 'closed';
}

class Real {
  mood: Mood = 'honest';
  /** Everything the device was ever sent, per layer. With the input 0, a message is the pad itself. */
  readonly seen: string[][] = [[], []];
  session!: Session;

  async open(randomness: Randomness, pads: PadStore): Promise<void> {
    const { mood, seen } = { mood: () => this.mood, seen: this.seen };
    const honest = referenceDevice();
    let layer = 0;
    const device: Device = {
      ...honest,
      async load(map, modulus) {
        const loaded = await honest.load(map, modulus);
        const messages = seen[layer++]!;
        return {
          async apply(x) {
            messages.push([...x].join());
            if (mood() === 'fails') throw new Error('the device broke');
            const answer = await loaded.apply(x);
            if (mood() === 'lies') answer[0] = answer[0] === 0 ? 1 : answer[0]! - 1;
            return answer;
          },
          release: () => loaded.release(),
        };
      },
    };
    this.session = await Session.open({ device, arithmetic: referenceArithmetic(), maps, randomness, pads });
  }
}

/** What an attempt must end in, by the model. */
function expected(model: Model, mood: Mood, layers: number): ErrorKind | null {
  if (model.state !== 'usable') return SessionError;
  if (model.pads === 0) return PadError;
  if (layers === 0 || mood === 'honest') return null;
  return mood === 'lies' ? IntegrityError : Error;
}

class Run implements fc.AsyncCommand<Model, Real> {
  constructor(
    readonly mood: Mood,
    readonly layers: number,
  ) {}
  check = (): boolean => true;
  toString = (): string => `run ${this.layers} layers, device ${this.mood}`;
  async run(model: Model, real: Real): Promise<void> {
    real.mood = this.mood;
    const kind = expected(model, this.mood, this.layers);
    const usable = model.state === 'usable' && model.pads > 0;
    let caught: unknown = null;
    try {
      const inference = await real.session.begin();
      try {
        for (let layer = 0; layer < this.layers; layer++) {
          const released = await inference.linear(layer, new Int16Array(3));
          assert.equal([...released.value], [0, 0, 0]);
          let again: unknown = null;
          await inference.linear(layer, new Int16Array(3)).catch((error: unknown) => {
            again = error;
          });
          assert.instance(again, SessionError, 'a layer ran twice in one inference');
        }
      } finally {
        inference.end();
      }
    } catch (error) {
      caught = error;
    }
    if (kind === null) assert.is(caught, null);
    else assert.instance(caught, kind);
    if (usable) model.pads--;
    if (caught instanceof IntegrityError) {
      model.state = 'poisoned';
      model.pads = 0;
    }
    const states = { usable: 'ready', poisoned: 'poisoned', closed: 'closed' };
    assert.is(real.session.state, states[model.state]);
    assert.is(await real.session.prepared(), model.pads);
  }
}

class Prepare implements fc.AsyncCommand<Model, Real> {
  constructor(readonly count: number) {}
  check = (): boolean => true;
  toString = (): string => `prepare ${this.count}`;
  async run(model: Model, real: Real): Promise<void> {
    let caught: unknown = null;
    await real.session.prepare(this.count).catch((error: unknown) => {
      caught = error;
    });
    if (model.state === 'usable') {
      assert.is(caught, null);
      model.pads += this.count;
    } else assert.instance(caught, SessionError);
    assert.is(await real.session.prepared(), model.pads);
  }
}

class Close implements fc.AsyncCommand<Model, Real> {
  check = (): boolean => true;
  toString = (): string => 'close';
  async run(model: Model, real: Real): Promise<void> {
    real.session.close();
    if (model.state === 'usable') model.state = 'closed';
    model.pads = 0;
  }
}

const command = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 2 }).map((count) => new Prepare(count)) },
  {
    weight: 8,
    arbitrary: fc
      .record({
        mood: fc.constantFrom<Mood>('honest', 'honest', 'fails', 'lies'),
        layers: fc.integer({ min: 0, max: 2 }),
      })
      .map(({ mood, layers }) => new Run(mood, layers)),
  },
  { weight: 1, arbitrary: fc.constant(new Close()) },
);

/** Remembers every pad that was ever made, in a store that a caller could implement. */
class WatchedStore implements PadStore {
  readonly made: Pad[] = [];
  readonly inner = new MemoryPadStore();
  count = (): Promise<number> => this.inner.count();
  add(pads: PadSet): Promise<void> {
    this.made.push(...pads);
    return this.inner.add(pads);
  }
  reserve = (sets: number): Promise<readonly PadSet[]> => this.inner.reserve(sets);
  destroy = (): Promise<void> => this.inner.destroy();
}

test('whatever the sequence, no message is ever sent under a pad that was used before', () => {
  let run = 0;
  return check(
    fc.asyncProperty(fc.commands([command], { maxCommands: 30 }), async (commands) => {
      const model = (): { model: Model; real: Real } => ({ model: { pads: 0, state: 'usable' }, real });
      const real = new Real();
      const store = new WatchedStore();
      await real.open(seededRandomness(seed + run++), store);
      await fc.asyncModelRun(model, commands);
      for (const messages of real.seen) assert.is(new Set(messages).size, messages.length, 'a pad was used twice');
      real.session.close();
      await new Promise((resolve) => setTimeout(resolve, 0));
      for (const pad of store.made)
        assert.throws(
          () => pad.take(),
          (error: unknown) => error instanceof PadError,
        );
    }),
    150,
  );
});

const binding: PadBinding = { network: 'a', layer: 0, modulus: P24, inputs: 1, outputs: 1 };

test('an empty store refuses, and a set is handed out once', async () => {
  const store = new MemoryPadStore();
  const material = { rho: new Uint32Array([1]), u: new Uint32Array([2]) };
  const pad = new Pad(binding, material);
  await store.add([pad]);
  assert.is(await store.reserve(2).catch((error: unknown) => (error as Error).name), 'PadError');
  assert.is(await store.count(), 1, 'a store that has too few hands out none');
  assert.equal(await store.reserve(1), [[pad]]);
  assert.is(await store.reserve(1).catch((error: unknown) => (error as Error).name), 'PadError');
  assert.is(pad.take(), material);
  assert.throws(() => pad.take(), /already used/);
});

test('destroying a store wipes the pads that wait', async () => {
  const store = new MemoryPadStore();
  const material = { rho: new Uint32Array([1]), u: new Uint32Array([2]) };
  await store.add([new Pad(binding, material)]);
  await store.destroy();
  assert.is(await store.count(), 0);
  assert.equal([...material.rho, ...material.u], [0, 0]);
});
