/** The calculator, the command and real sessions say the same; and what it says they cost is what they cost. */
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { calculateSoundness, toJson } from '../../src/calculator/index.js';
import { wasmArithmetic, wasmDevice } from '../../src/fast/index.js';
import { referenceArithmetic, type TrustedArithmetic } from '../../src/protocol/index.js';
import { referenceDevice } from '../../src/reference/index.js';
import { NetworkSession } from '../../src/session/network-session.js';
import { networkSummary } from '../../src/session/summary.js';
import { zooNetwork } from '../../src/zoo/index.js';
import { slalom } from '../cli/slalom.js';
import { seededRandomness } from '../seeded-randomness.js';
import { smallNetwork } from '../session/small-network.js';
import { check, seed, suite } from '../suite.js';

const test = suite('network: calculator');

/** An arithmetic that counts the bytes of 32-bit words it has handed out and not got back. */
function counting(): { readonly arithmetic: TrustedArithmetic; readonly bytes: () => number } {
  const honest = referenceArithmetic();
  let bytes = 0;
  const arithmetic: TrustedArithmetic = {
    ...honest,
    allocate: (kind, length, content) => {
      const array = honest.allocate(kind, length, content);
      if (array instanceof Uint32Array) bytes += array.byteLength;
      return array;
    },
    release: (array) => {
      if (array instanceof Uint32Array) bytes -= array.byteLength;
      honest.release(array);
    },
  };
  return { arithmetic, bytes: () => bytes };
}

const choices = fc.record({
  integrity: fc.boolean(),
  privacy: fc.boolean(),
  soundnessBits: fc.integer({ min: 1, max: 200 }),
  maximumInferences: fc.integer({ min: 1, max: 2 ** 40 }),
});

test('for the same parameters a session has the same error, modulus, bytes and memory', () =>
  check(
    fc.asyncProperty(smallNetwork, choices, fc.boolean(), async ({ network, x }, parameters, some) => {
      const { arithmetic, bytes } = counting();
      const outsourced = [true, some, true, !some];
      const session = await NetworkSession.open({
        network,
        device: referenceDevice(),
        arithmetic,
        plan: { outsourced },
        parameters,
        randomness: seededRandomness(seed),
      });
      const { integrity, privacy, soundnessBits, maximumInferences } = parameters;
      const calculated = calculateSoundness({
        layers: networkSummary(network, outsourced),
        privacy,
        targetBits: soundnessBits,
        inferences: maximumInferences,
        ...(integrity ? {} : { repetitions: 0 }),
      });
      assert.equal(calculated.soundness, session.soundness);
      assert.is(calculated.certificate.padModulus, session.modulus);
      assert.is(calculated.usable, integrity);
      const { challenges, pads, moved, device } = calculated.costs!;
      assert.is(bytes(), challenges.bytes);
      await session.prepare(1);
      assert.is(bytes(), challenges.bytes + pads.bytes);
      const { costs } = await session.run(x);
      assert.equal([costs.bytesToDevice, costs.bytesFromDevice], [moved.bytesToDevice, moved.bytesFromDevice]);
      assert.ok(device.macs > 0);
      session.close();
      assert.is(bytes(), 0);
    }),
    25,
  ));

test('the command, the calculator and a session report the same error for a network of the zoo', async () => {
  const network = zooNetwork('mobilenet-v1');
  const [device, arithmetic] = [await wasmDevice(), await wasmArithmetic()];
  const parameters = { soundnessBits: 80, maximumInferences: 1234 };
  const session = await NetworkSession.open({ network, device, arithmetic, plan: 'all', parameters });
  try {
    const args = ['soundness', '--network', 'mobilenet-v1', '--target-bits', '80', '--inferences', '1234', '--json'];
    const { code, out, err } = await slalom(args);
    assert.is(code, 0, err);
    const printed = JSON.parse(out) as { soundness: unknown; certificate: { padModulus: number } };
    assert.equal(printed.soundness, toJson(session.soundness));
    assert.is(printed.certificate.padModulus, session.modulus);
    const layers = networkSummary(network);
    const calculated = calculateSoundness({ layers, targetBits: 80, inferences: 1234 });
    assert.equal(calculated.soundness, session.soundness);
  } finally {
    session.close();
    arithmetic.close();
    await device.close();
  }
});
