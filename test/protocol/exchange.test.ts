/** Memory that the device may see: used again after an answer, never after a failure, never shared between two calls. */
import * as assert from 'uvu/assert';
import {
  type Device,
  DeviceError,
  type DeviceInput,
  type DeviceOutput,
  referenceArithmetic,
  Session,
} from '../../src/protocol/index.js';
import { type Dense, referenceDevice } from '../../src/reference/index.js';
import { seededRandomness } from '../seeded-randomness.js';
import { seed, suite } from '../suite.js';

const test = suite('protocol: exchange');

const double: Dense = {
  kind: 'dense',
  inputs: 2,
  outputs: 2,
  weights: Int16Array.of(2, 0, 0, 2),
  inputRange: { minimum: -9, maximum: 9 },
};

type Apply = (exact: () => Promise<DeviceOutput>, x: DeviceInput, into?: DeviceOutput) => Promise<DeviceOutput>;

async function open(
  apply: Apply,
  sharedMemory: boolean,
  privacy = false,
  deviceTimeoutMs = 60_000,
  maximumTransferBytes = 2 ** 31,
): Promise<Session> {
  const exact = referenceDevice();
  const device: Device = {
    ...exact,
    limits: { ...exact.limits, sharedMemory, maximumTransferBytes },
    async load(map, mode) {
      const loaded = await exact.load(map, mode);
      return {
        apply: (x, into) => {
          const copy = x.slice();
          return apply(() => loaded.apply(copy), x, into);
        },
        release: () => loaded.release(),
      };
    },
  };
  return Session.open({
    device,
    arithmetic: referenceArithmetic(),
    maps: [double, double],
    parameters: { privacy, deviceTimeoutMs },
    randomness: seededRandomness(seed),
  });
}

async function run(session: Session, x: number[]): Promise<number[]> {
  const inference = await session.begin();
  try {
    return [...(await inference.linear(0, Int16Array.from(x))).value];
  } finally {
    inference.end();
  }
}

test('one buffer carries message after message; a buffer that the device took away is replaced', async () => {
  for (const sharedMemory of [true, false]) {
    const seen = new Set<ArrayBufferLike>();
    const session = await open((exact, x) => {
      seen.add(x.buffer);
      assert.is(x.buffer instanceof ArrayBuffer, !sharedMemory);
      return exact();
    }, sharedMemory);
    for (let i = 0; i < 4; i++) assert.equal(await run(session, [i, -i]), [2 * i, -2 * i]);
    assert.is(seen.size, 1);
    session.close();
  }
  let taken = 0;
  const session = await open((exact, x) => {
    structuredClone(null, { transfer: [x.buffer as ArrayBuffer] });
    assert.is(x.length, 0);
    taken++;
    return exact();
  }, false);
  for (let i = 0; i < 4; i++) assert.equal(await run(session, [i, 1]), [2 * i, 2]);
  assert.is(taken, 4);
  session.close();
});

test('after a failure the memory is given up: the device may still be using it', async () => {
  for (const failure of ['throws', 'hangs'] as const) {
    const seen: ArrayBufferLike[] = [];
    let fail = true;
    const session = await open(
      (exact, x, into) => {
        seen.push(x.buffer, into!.buffer);
        if (!fail) return exact();
        return failure === 'throws' ? Promise.reject(new Error('no')) : new Promise(() => {});
      },
      true,
      false,
      50,
    );
    assert.instance(await run(session, [1, 1]).catch((error: unknown) => error), DeviceError);
    fail = false;
    assert.equal(await run(session, [1, 2]), [2, 4]);
    assert.is(new Set(seen).size, 4, 'messages and answers, each in memory of its own');
    session.close();
  }
});

test('two calls in flight never share memory, and answers in it reach the right call', async () => {
  for (const privacy of [false, true]) {
    const open_: (() => void)[] = [];
    const buffers = new Set<ArrayBufferLike>();
    const session = await open(
      async (exact, x, into) => {
        buffers.add(x.buffer).add(into!.buffer);
        const answer = await exact();
        await new Promise<void>((resolve) => open_.push(resolve));
        into!.set(answer);
        return into!;
      },
      true,
      privacy,
    );
    await session.prepare(2);
    const [a, b] = [await session.begin(), await session.begin()];
    const calls = [
      a.linear(0, Int16Array.of(1, 2)),
      b.linear(0, Int16Array.of(3, 4)),
      a.linear(1, Int16Array.of(5, 6)),
    ];
    while (open_.length < 3) await new Promise((resolve) => setTimeout(resolve, 1));
    for (const release of open_.reverse()) release();
    const values = (await Promise.all(calls)).map(({ value }) => [...value]);
    assert.equal(values, [
      [2, 4],
      [6, 8],
      [10, 12],
    ]);
    assert.is(buffers.size, 6);
    for (const inference of [a, b]) inference.end();
    session.close();
  }
});

test('the memory a device gets holds nothing but the message and its answer', async () => {
  const session = await open((exact, x, into) => {
    assert.ok(x.buffer.byteLength <= 8 && into!.buffer.byteLength <= 8);
    return exact();
  }, true);
  assert.equal(await run(session, [7, 7]), [14, 14]);
  session.close();
});

const spoil: Record<string, (x: DeviceInput) => void> = {
  'takes its part away': (x) => void structuredClone(null, { transfer: [x.buffer as ArrayBuffer] }),
  'writes all over the memory of its part': (x) => void new Uint8Array(x.buffer).fill(0x55),
};

for (const [name, hurt] of Object.entries(spoil)) {
  test(`a device without shared memory that ${name} does not reach the other parts of a batch`, async () => {
    for (const privacy of [true, false]) {
      for (const perCall of [1, 2]) {
        let calls = 0;
        const apply: Apply = (exact, x) => {
          calls++;
          // The copy that the exact answer is computed from was made when the call began.
          hurt(x);
          return exact();
        };
        const session = await open(apply, false, privacy, 60_000, 8 * perCall);
        await session.prepare(5);
        const inference = await session.begin(5);
        const x = Int16Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, -9);
        assert.equal(
          [...(await inference.linear(0, x)).value],
          [...x].map((value) => 2 * value),
        );
        assert.is(calls, Math.ceil(5 / perCall));
        session.close();
      }
    }
  });
}
