/** A network's runs keep tensors in memory for the next run: at the end of the session nothing of them is left. */
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { wasmArithmetic } from '../../src/fast/index.js';
import { NetworkSession, type NetworkSessionOptions } from '../../src/network/index.js';
import { type Device, type DeviceOutput, IntegrityError, SessionError } from '../../src/protocol/index.js';
import { referenceDevice } from '../../src/reference/index.js';
import { type Witness, witness } from '../protocol/witness.js';
import { seededRandomness } from '../seeded-randomness.js';
import { seed, suite } from '../suite.js';
import { smallNetwork } from './small-network.js';

const test = suite('network: wiping');
const off = (error: unknown): Error => error as Error;
const { network, x } = fc.sample(smallNetwork, { seed, numRuns: 1 })[0]!;

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

/** Does `work` with a session in each mode, on one thread and on two; afterwards nothing may be left in memory. */
async function leavesNothing(
  device: Device,
  work: (session: NetworkSession, witnessed: Witness) => Promise<void>,
  options: Partial<NetworkSessionOptions> = {},
): Promise<void> {
  for (const threads of [1, 2]) {
    const inner = await wasmArithmetic({ threads });
    for (const privacy of [true, false]) {
      const witnessed = witness(inner);
      const session = await NetworkSession.open({
        network,
        device,
        arithmetic: witnessed.arithmetic,
        plan: 'all',
        parameters: { privacy },
        randomness: seededRandomness(seed),
        ...options,
      });
      await session.prepare(2);
      await work(session, witnessed);
      // The store of pads is emptied a turn later.
      await new Promise((resolve) => setTimeout(resolve, 0));
      assert.ok(witnessed.seen() > 3);
      assert.equal(witnessed.remains(), []);
      session.close();
    }
    inner.close();
  }
}

const honest = device((answer) => answer());

test('closing wipes what runs kept', () =>
  leavesNothing(honest, async (session, { remains }) => {
    await session.run([x, x]);
    assert.ok(remains().includes('result'), 'tensors are kept between runs');
    session.close();
  }));

test('closing wipes what was computed inside, too', () =>
  leavesNothing(
    honest,
    async (session, { remains }) => {
      await session.run(x);
      assert.ok(remains().includes('y'), 'accumulators are kept between runs');
      session.close();
    },
    { device: null },
  ));

test('a reject wipes what runs kept, and nobody needs to close', async () => {
  for (const lieAt of [0, 2]) {
    let calls = 0;
    const liar = device(async (answer) => {
      const truth = await answer();
      return calls++ === lieAt ? truth.map((value, index) => (index === 0 ? value ^ 1 : value)) : truth;
    });
    await leavesNothing(liar, async (session) => {
      calls = 0;
      assert.instance(await session.run(x).catch(off), IntegrityError);
    });
  }
});

test('closing in the middle of a run wipes what the run gives back afterwards', async () => {
  let calls = 0;
  let reached = (): void => {};
  const mute = device((answer) => {
    if (++calls < 2) return answer();
    reached();
    return new Promise(() => {});
  });
  await leavesNothing(mute, async (session) => {
    calls = 0;
    const second = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const run = session.run(x).catch(off);
    await second;
    session.close();
    assert.instance(await run, SessionError);
  });
});
