/** The suite passes what is right and catches what is wrong: exact devices, every saboteur, and devices that round. */
import * as assert from 'uvu/assert';
import { ConformanceError, conformance, examine } from '../../src/conformance/index.js';
import { SABOTAGES, saboteur, wasmDevice } from '../../src/fast/index.js';
import type { Device, DeviceOutput } from '../../src/protocol/index.js';
import { referenceDevice } from '../../src/reference/index.js';
import { suite } from '../suite.js';

const test = suite('conformance');

test('wasm', async () => void (await conformance(wasmDevice)));
test('reference', async () => void (await conformance(async () => referenceDevice())));

/** Applies `spoil` to every answer of an otherwise exact device. */
function spoiled(spoil: (answer: DeviceOutput, x: Int16Array | Uint32Array) => DeviceOutput): () => Promise<Device> {
  return async () => {
    const exact = referenceDevice();
    return {
      ...exact,
      async load(map, modulus) {
        const loaded = await exact.load(map, modulus);
        return { apply: async (x) => spoil(await loaded.apply(x.slice()), x), release: () => loaded.release() };
      },
    };
  };
}

test('a device whose results pass through float32 is caught', async () => {
  const report = await examine(
    spoiled((answer) => answer.map(Math.fround)),
    { randomShapes: 3 },
  );
  assert.ok(report.failed > 0);
});

test('a device that is off by one only at the largest accumulators is caught', async () => {
  const saturated = spoiled((answer) =>
    answer instanceof Int32Array ? answer.map((value) => (value > 2 ** 30 - 2 ** 17 ? value - 1 : value)) : answer,
  );
  const report = await examine(saturated, { randomShapes: 3 });
  assert.ok(report.failed > 0);
});

test('a device that answers every batch with its first input is caught', async () => {
  const lazy = spoiled((answer) =>
    answer.length % 5 === 0 ? answer.map((_, index) => answer[index % (answer.length / 5)]!) : answer,
  );
  assert.ok((await examine(lazy, { randomShapes: 3 })).failed > 0);
});

for (const kind of SABOTAGES.filter((name) => name !== 'hangs')) {
  test(`a saboteur of the third map loaded is caught: ${kind}`, async () => {
    const report = await examine(async () => saboteur(await wasmDevice(), { layer: 2, kind }), { randomShapes: 3 });
    assert.ok(report.failed > 0, kind);
  });
}

test('the one-liner throws, and says what is wrong and where', async () => {
  let caught: unknown;
  await conformance(spoiled((answer) => answer.map((value) => value + 1))).catch((error: unknown) => {
    caught = error;
  });
  assert.instance(caught, ConformanceError);
  assert.match((caught as Error).message, /failed \d+ of \d+ checks: .* instead of/);
});

test('two seeds check with different vectors', async () => {
  const inputs = async (seed: number): Promise<string> => {
    const seen: string[] = [];
    const listen = spoiled((answer, x) => {
      seen.push(x.join());
      return answer;
    });
    await examine(listen, { seed, randomShapes: 5 });
    return seen.join(';');
  };
  assert.not.equal(await inputs(1), await inputs(2));
  assert.equal(await inputs(1), await inputs(1));
});
