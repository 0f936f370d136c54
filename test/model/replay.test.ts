/** The sessions of src/protocol do what the model does, and the replay would notice if they did not. */
import * as assert from 'uvu/assert';
import {
  MemoryPadStore,
  Pad,
  type PadMaterial,
  type PadSet,
  type PadStore,
  type Session,
} from '../../src/protocol/index.js';
import { suite } from '../suite.js';
import { cellsOf, cellsOfTable } from './cells.js';
import { replay } from './replay.js';
import type { Defects } from './rig.js';
import { readTraces } from './traces.js';
import { witnesses } from './witnesses.js';

const test = suite('model: replay');
const traces = readTraces();

test('there is a trace to every witness, and every kind of event and of outcome occurs', () => {
  for (const witness of witnesses)
    assert.ok(
      traces.some(({ name }) => name === `to-${witness}.itf.json`),
      witness,
    );
  const events = traces.flatMap(({ states }) => states.map(({ last }) => last as { call: string; outcome: string }));
  const all = (field: 'call' | 'outcome'): string[] => [...new Set(events.map((event) => event[field]))].sort();
  const calls = 'abort answer ask begin close crash end fail finishPreparing init open startPreparing';
  assert.equal(all('call'), calls.split(' '));
  const outcomes = 'AbortError DeviceError IntegrityError PadError RangeError SessionError ok sent started unheard';
  assert.equal(all('outcome'), outcomes.split(' '));
});

test('every cell of the table of states in slalom.md is replayed', () => {
  const seen = new Set(traces.flatMap(cellsOf));
  const table = cellsOfTable();
  assert.ok(table.length >= 27);
  assert.equal(
    table.filter((cell) => !seen.has(cell)),
    [],
    'cells that no trace performs',
  );
});

test('every trace is performed by a session, with the same outcomes, states, pads on the wire and pads in memory', async () => {
  let steps = 0;
  for (const trace of traces) {
    assert.is(await replay(trace), null, trace.name);
    steps += trace.states.length - 1;
  }
  assert.ok(steps > 800);
  console.log(`${traces.length} traces, ${steps} steps replayed`);
});

/** A store that is right but for what is given. */
function store(change: (inner: MemoryPadStore) => Partial<PadStore>): () => PadStore {
  return () => {
    const inner = new MemoryPadStore();
    const right: PadStore = {
      count: () => inner.count(),
      add: (pads) => inner.add(pads),
      reserve: (sets) => inner.reserve(sets),
      destroy: () => inner.destroy(),
    };
    return { ...right, ...change(inner) };
  };
}

/** The set with the secrets of the first one that came by. */
function sameSecrets(set: PadSet, first: PadMaterial[]): PadSet {
  return set.map((pad, layer) => {
    const take = (): PadMaterial => {
      const own = pad.take();
      first[layer] ??= { rho: own.rho.slice(), u: own.u.slice() };
      own.rho.set(first[layer].rho);
      own.u.set(first[layer].u);
      return own;
    };
    return Object.create(pad, { take: { value: take }, destroy: { value: () => pad.destroy() } }) as Pad;
  });
}

/** A session but for what is given. */
function session(change: (inner: Session) => object): (inner: Session) => Session {
  return (inner) =>
    new Proxy(inner, {
      get(target, name) {
        const own = change(target) as Record<PropertyKey, unknown>;
        const value = name in own ? own[name] : Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
}

const defects: Record<string, Defects> = {
  'pads stay in the store when they are handed out': {
    store: store((inner) => {
      const kept: PadSet[] = [];
      return {
        add: async (pads) => {
          kept.push(pads);
          await inner.add(pads);
        },
        count: async () => kept.length,
        reserve: async (sets) =>
          kept.length < sets ? inner.reserve(99) : Array.from({ length: sets }, () => kept[0]!),
      };
    }),
  },
  'the same secrets are handed out twice': {
    store: store((inner) => {
      const secrets: PadMaterial[] = [];
      return { reserve: async (sets) => (await inner.reserve(sets)).map((set) => sameSecrets(set, secrets)) };
    }),
  },
  'pads that wait survive the end of a session': { store: store(() => ({ destroy: async () => {} })) },
  'a batch that lacks pads takes those that are there': {
    store: store((inner) => ({
      reserve: async (sets) => {
        const there = await inner.count();
        if (there < sets && there > 0) await inner.reserve(there);
        return inner.reserve(sets);
      },
    })),
  },
  'a reject does not poison': {
    session: session((inner) => ({ state: inner.state === 'poisoned' ? 'ready' : inner.state })),
  },
  'a poisoned session goes on preparing': {
    session: session((inner) => (inner.state === 'poisoned' ? { prepare: () => new Promise(() => {}) } : {})),
  },
  'closing does nothing': { session: session(() => ({ close: () => {} })) },
  "the caller's signal is not heard": {
    session: session((inner) => ({ begin: (images: number) => inner.begin(images) })),
  },
  'an ended inference waits on': {
    session: session((inner) => ({
      begin: async (images: number, options: { signal: AbortSignal }) => {
        const begun = await inner.begin(images, options);
        return Object.assign(Object.create(begun), {
          images,
          linear: begun.linear.bind(begun),
          end: () => {},
        });
      },
    })),
  },
  'answers are not checked': { integrity: false },
};

for (const [name, defect] of Object.entries(defects)) {
  test(`noticed: ${name}`, async () => {
    const found = await first(defect);
    if (process.env.SLALOM_SHOW === '1') console.log(`${name}\n${found}`);
    assert.not.equal(found, null, 'no trace shows it');
  });
}

test('noticed: pads that are not used are not wiped', async () => {
  const { destroy } = Pad.prototype;
  Pad.prototype.destroy = () => {};
  try {
    assert.not.equal(await first({}), null);
  } finally {
    Pad.prototype.destroy = destroy;
  }
});

/** What the first trace that disagrees says. */
async function first(defect: Defects): Promise<string | null> {
  for (const trace of traces) {
    const difference = await replay(trace, defect);
    if (difference !== null) return difference;
  }
  return null;
}
