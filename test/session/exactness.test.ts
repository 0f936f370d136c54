/** A protected run equals the reference bit for bit, in every mode and with every arithmetic. */
import { existsSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { wasmArithmetic, wasmDevice } from '../../src/fast/index.js';
import { importTflite } from '../../src/formats/tflite/index.js';
import { certify } from '../../src/operations/certificate.js';
import { type Device, referenceArithmetic, type TrustedArithmetic } from '../../src/protocol/index.js';
import { evaluate, type QuantizedNetwork, referenceDevice } from '../../src/reference/index.js';
import { runInTheClear } from '../../src/session/clear.js';
import { NetworkSession, storedCodes } from '../../src/session/network-session.js';
import { integers } from '../generators.js';
import { seededRandomness } from '../seeded-randomness.js';
import { check, seed, suite } from '../suite.js';
import { smallNetwork } from './small-network.js';

const test = suite('network: exactness');

const modes = [true, false].flatMap((integrity) => [true, false].map((privacy) => ({ integrity, privacy })));

let device: Device;
let arithmetic: TrustedArithmetic;
test.before(async () => {
  device = await wasmDevice();
  arithmetic = await wasmArithmetic();
});
test.after(async () => {
  await device.close();
  arithmetic.close();
});

async function protectedRun(
  network: QuantizedNetwork,
  x: Int16Array,
  parameters: { integrity: boolean; privacy: boolean },
  sides: { device: Device; arithmetic: TrustedArithmetic },
): Promise<number[][]> {
  const randomness = seededRandomness(seed);
  const session = await NetworkSession.open({ network, parameters, randomness, plan: 'all', ...sides });
  try {
    await session.prepare(1);
    const { outputs, costs } = await session.run(x);
    assert.is(costs.verifiedLayers, parameters.integrity ? session.layerCount : 0);
    return outputs.map(({ values }) => [...values]);
  } finally {
    session.close();
  }
}

const expected = (network: QuantizedNetwork, x: Int16Array): number[][] =>
  evaluate(network, integers(x)).map((values) => values.map(Number));

test('every operation, with reference arithmetic and reference device', () =>
  check(
    fc.asyncProperty(smallNetwork, fc.constantFrom(...modes), async ({ network, x }, mode) => {
      const sides = { device: referenceDevice(), arithmetic: referenceArithmetic() };
      assert.equal(await protectedRun(network, x, mode, sides), expected(network, x));
    }),
    20,
  ));

test('every operation, with WebAssembly arithmetic and the wasm device', () =>
  check(
    fc.asyncProperty(smallNetwork, fc.constantFrom(...modes), async ({ network, x }, mode) => {
      assert.equal(await protectedRun(network, x, mode, { device, arithmetic }), expected(network, x));
    }),
    60,
  ));

test('in the clear, with either arithmetic', () =>
  check(
    fc.asyncProperty(smallNetwork, async ({ network, x }) => {
      for (const one of [referenceArithmetic(), arithmetic]) {
        const outputs = await runInTheClear(network, one, x);
        assert.equal(
          outputs.map((values) => [...values]),
          expected(network, x),
        );
      }
    }),
    30,
  ));

const models = new URL('../../../shared/models/', import.meta.url);
const small = new URL('mobilenet_v1_0.25_128_quant.tflite', models);

if (existsSync(small)) {
  test('MobileNetV1 0.25 128 equals the BigInt reference in all four modes', async () => {
    const network = importTflite(readFileSync(small), 'mobilenet');
    const x = Int16Array.from({ length: 128 * 128 * 3 }, (_, index) => ((index * 2654435761) % 256) - 128);
    const truth = expected(network, x);
    for (const mode of modes) assert.equal(await protectedRun(network, x, mode, { device, arithmetic }), truth);
    assert.is(certify(network).layers.length, 28);
  });

  for (const name of ['mobilenet_v2_1.0_224_quant', 'tf2_mobilenet_v2_1.0_224_ptq']) {
    test(`${name} gives the same in all four modes and in the clear`, async () => {
      const network = importTflite(readFileSync(new URL(`${name}.tflite`, models)), name);
      const tensor = network.tensors[network.input]!;
      const lowest = tensor.kind === 'activation' ? tensor.minimum : 0;
      const x = Int16Array.from({ length: 224 * 224 * 3 }, (_, index) => ((index * 2654435761) % 256) + lowest);
      const truth = (await runInTheClear(network, arithmetic, x)).map((values) => [...values]);
      for (const mode of modes) assert.equal(await protectedRun(network, x, mode, { device, arithmetic }), truth);
    });
  }
} else {
  test.skip('the networks of ../shared/models in all four modes', 'the models are not there');
}

test('stored codes are the integers of the file format', () => {
  const tensor = {
    kind: 'activation',
    name: 'y',
    shape: [2],
    scale: 1,
    zeroPoint: -128,
    minimum: 0,
    maximum: 255,
  } as const;
  assert.equal(storedCodes({ tensor, values: Int16Array.of(0, 255) }), [-128, 127]);
});
