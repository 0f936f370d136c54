/** How many inferences share the challenges of one session: each image of a batch is one. */
import * as assert from 'uvu/assert';
import {
  type Inference,
  MemoryPadStore,
  PadError,
  type PadStore,
  type Parameters,
  referenceArithmetic,
  Session,
  SessionError,
} from '../../src/protocol/index.js';
import { type Dense, referenceDevice } from '../../src/reference/index.js';
import { seededRandomness } from '../seeded-randomness.js';
import { seed, suite } from '../suite.js';

const test = suite('protocol: lifetime of challenges');
const off = (error: unknown): Error => error as Error;

const identity: Dense = {
  kind: 'dense',
  inputs: 2,
  outputs: 2,
  weights: Int16Array.of(1, 0, 0, 1),
  inputRange: { minimum: -9, maximum: 9 },
};

function open(parameters: Partial<Parameters>, pads?: PadStore): Promise<Session> {
  return Session.open({
    device: referenceDevice(),
    arithmetic: referenceArithmetic(),
    maps: [identity],
    parameters,
    randomness: seededRandomness(seed),
    ...(pads === undefined ? {} : { pads }),
  });
}

async function refusesForGood(session: Session, images: number): Promise<void> {
  const error = await session.begin(images).catch(off);
  assert.instance(error, SessionError);
  assert.match((error as Error).message, /open a new one/);
}

for (const privacy of [true, false]) {
  const mode = privacy ? 'blinded' : 'in the clear';

  test(`a batch counts once per image, ${mode}`, async () => {
    const session = await open({ maximumInferences: 5, privacy });
    await session.prepare(9);
    const first = await session.begin(3);
    assert.equal([...(await first.linear(0, Int16Array.of(1, 2, 3, 4, 5, 6))).value], [1, 2, 3, 4, 5, 6]);
    first.end();
    await refusesForGood(session, 3);
    assert.is(await session.prepared(), privacy ? 6 : 0, 'a refused batch spends no pad');
    assert.is(session.state, 'ready');
    (await session.begin(2)).end();
    await refusesForGood(session, 1);
    session.close();
  });

  test(`a batch as large as the lifetime runs, and one that is larger by one does not, ${mode}`, async () => {
    const session = await open({ maximumInferences: 2, privacy });
    await session.prepare(3);
    await refusesForGood(session, 3);
    (await session.begin(2)).end();
    await refusesForGood(session, 1);
    session.close();
  });

  test(`batches that begin at the same time share the lifetime, ${mode}`, async () => {
    const session = await open({ maximumInferences: 5, privacy });
    await session.prepare(9);
    const begun = await Promise.all([2, 2, 2, 1].map((images) => session.begin(images).catch(off)));
    assert.equal(
      begun.map((one) => (one instanceof SessionError ? null : (one as Inference).images)),
      [2, 2, null, 1],
    );
    session.close();
  });
}

test('too few pads cost nothing of the lifetime', async () => {
  const session = await open({ maximumInferences: 3 });
  await session.prepare(1);
  for (let attempt = 0; attempt < 4; attempt++) assert.instance(await session.begin(2).catch(off), PadError);
  await session.prepare(2);
  (await session.begin(2)).end();
  assert.instance(await session.begin(2).catch(off), SessionError);
  (await session.begin(1)).end();
  session.close();
});

test('images are counted before the store of pads is asked', async () => {
  const inner = new MemoryPadStore();
  let asked = 0;
  const pads: PadStore = {
    count: () => inner.count(),
    add: (set) => inner.add(set),
    destroy: () => inner.destroy(),
    reserve(sets) {
      asked += sets;
      return inner.reserve(sets);
    },
  };
  const session = await open({ maximumInferences: 2 }, pads);
  await session.prepare(4);
  await refusesForGood(session, 3);
  assert.is(asked, 0);
  for (const images of [0, -1, 1.5, Number.NaN]) assert.instance(await session.begin(images).catch(off), RangeError);
  (await session.begin(2)).end();
  assert.is(asked, 2);
  session.close();
});
