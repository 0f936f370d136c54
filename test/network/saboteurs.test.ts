/** Every saboteur is caught, in every layer, with and without privacy. A suite that never caught a cheat proves nothing. */
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { SABOTAGES, saboteur, wasmArithmetic, wasmDevice } from '../../src/fast/index.js';
import { linearOperations } from '../../src/network/graph.js';
import { NetworkSession } from '../../src/network/network-session.js';
import { type Device, DeviceError, IntegrityError, type TrustedArithmetic } from '../../src/protocol/index.js';
import { evaluate } from '../../src/reference/index.js';
import { integers } from '../generators.js';
import { seededRandomness } from '../seeded-randomness.js';
import { seed, suite } from '../suite.js';
import { smallNetwork } from './small-network.js';

const test = suite('network: saboteurs');

/** More than the adaptive saboteur is honest for. */
const RUNS = 12;

let honest: Device;
let arithmetic: TrustedArithmetic;
test.before(async () => {
  honest = await wasmDevice();
  arithmetic = await wasmArithmetic();
});
test.after(async () => {
  await honest.close();
  arithmetic.close();
});

const { network, x } = fc.sample(smallNetwork, { seed, numRuns: 1 })[0]!;
const truth = evaluate(network, integers(x)).map((values) => values.map(Number));
const layers = linearOperations(network).length;

/** Runs until the device is caught; every result before that must be right. */
async function runUntilCaught(device: Device, privacy: boolean, deviceTimeoutMs = 60_000): Promise<unknown> {
  const session = await NetworkSession.open({
    network,
    device,
    arithmetic,
    plan: 'all',
    parameters: { privacy, deviceTimeoutMs },
    randomness: seededRandomness(seed),
  });
  try {
    for (let run = 0; run < RUNS; run++) {
      await session.prepare(1);
      const { outputs } = await session.run(x);
      assert.equal(
        outputs.map(({ values }) => [...values]),
        truth,
        'a wrong result came out',
      );
    }
    return null;
  } catch (error) {
    if (error instanceof IntegrityError) assert.is(session.state, 'poisoned');
    return error;
  } finally {
    session.close();
  }
}

test('the honest device is never caught', async () => {
  for (const privacy of [true, false]) assert.is(await runUntilCaught(honest, privacy), null);
});

for (const kind of SABOTAGES) {
  test(`caught: ${kind}`, async () => {
    for (let layer = 0; layer < layers; layer++) {
      for (const privacy of [true, false]) {
        // Only what hangs has to run into it; a busy machine must not.
        const timeoutMs = kind === 'hangs' ? 300 : undefined;
        const error = await runUntilCaught(saboteur(honest, { layer, kind }), privacy, timeoutMs);
        const failure = kind === 'throws' || kind === 'hangs' ? DeviceError : IntegrityError;
        assert.instance(error, failure, `layer ${layer}, privacy ${privacy}: ${String(error)}`);
      }
    }
  });
}
