/** The suite passes what is right and catches what is wrong: exact devices, every saboteur, and devices that round. */
import * as assert from 'uvu/assert';
import { ConformanceError, conformance, examine } from '../../src/conformance/index.js';
import { LIES } from '../../src/fast/devices/saboteurs/lies.js';
import { type Sabotage, saboteur, wasmDevice } from '../../src/fast/index.js';
import type { Device, DeviceInput, DeviceOutput } from '../../src/protocol/index.js';
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

/** An exact device that says it shares memory, and uses the room for an answer as `write` does. */
function sharing(
  write: (answer: DeviceOutput, into: DeviceOutput, x: DeviceInput) => DeviceOutput,
): () => Promise<Device> {
  return async () => {
    const exact = referenceDevice();
    return {
      ...exact,
      limits: { ...exact.limits, sharedMemory: true },
      async load(map, modulus) {
        const loaded = await exact.load(map, modulus);
        return {
          apply: async (x, into) => {
            const answer = await loaded.apply(x.slice());
            return into === undefined ? answer : write(answer, into, x);
          },
          release: () => loaded.release(),
        };
      },
    };
  };
}

const filled = (answer: DeviceOutput, into: DeviceOutput): DeviceOutput => {
  into.set(answer);
  return into;
};

test('a device may answer into shared memory, or beside it', async () => {
  for (const write of [filled, (answer: DeviceOutput) => answer]) {
    assert.is((await examine(sharing(write), { randomShapes: 3 })).failed, 0);
  }
});

test('devices that use shared memory wrongly are caught', async () => {
  const wrong: Record<string, (answer: DeviceOutput, into: DeviceOutput, x: DeviceInput) => DeviceOutput> = {
    'writes behind the room': (answer, into) => {
      new Int32Array(into.buffer, into.byteOffset + into.byteLength, 1)[0] = 0;
      return filled(answer, into);
    },
    'writes before the room': (answer, into) => {
      new Int32Array(into.buffer, into.byteOffset - 4, 1)[0] = 0;
      return filled(answer, into);
    },
    'writes nothing': (_, into) => into,
    'changes the message': (answer, into, x) => {
      x[0]! ^= 1;
      return filled(answer, into);
    },
  };
  for (const [name, write] of Object.entries(wrong)) {
    assert.ok((await examine(sharing(write), { randomShapes: 3 })).failed > 0, name);
  }
});

test('a device whose answers share one buffer is caught', async () => {
  let kept: DeviceOutput | undefined;
  const lazy = spoiled((answer) => {
    if (kept?.constructor !== answer.constructor || kept.length !== answer.length) kept = answer;
    else kept.set(answer);
    return kept;
  });
  assert.ok((await examine(lazy, { randomShapes: 3 })).failed > 0);
});

// What is wrong with limits and loading is refused when a session is opened; the suite is for answers, and for failures of any kind.
const failing = ['throws', 'throws-getter', 'throws-proxy', 'nothing', 'partial'] as const;
const answering: readonly Sabotage[] = [...(Object.keys(LIES) as (keyof typeof LIES)[]), ...failing];

for (const kind of answering) {
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
