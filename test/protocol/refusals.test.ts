/** What a session refuses before anything is sent or spent, and what it refuses although the answer is there. */
import * as assert from 'uvu/assert';
import {
  type Device,
  type DeviceInput,
  type DeviceOutput,
  type Inference,
  type Parameters,
  referenceArithmetic,
  Session,
  SessionError,
} from '../../src/protocol/index.js';
import { type Dense, referenceDevice } from '../../src/reference/index.js';
import { seededRandomness } from '../seeded-randomness.js';
import { seed, suite } from '../suite.js';

const test = suite('protocol: refusals');
const off = (error: unknown): Error => error as Error;

const identity: Dense = {
  kind: 'dense',
  inputs: 2,
  outputs: 2,
  weights: Int16Array.of(1, 0, 0, 1),
  inputRange: { minimum: -9, maximum: 9 },
};
const modes: Partial<Parameters>[] = [true, false].flatMap((integrity) =>
  [true, false].map((privacy) => ({ integrity, privacy })),
);

/** The reference device; `apply` is told the right answer and gives what it wants. */
function device(
  apply: (x: DeviceInput, honest: () => Promise<DeviceOutput>) => Promise<DeviceOutput>,
  limits: Partial<Device['limits']> = {},
): Device {
  const exact = referenceDevice();
  return {
    ...exact,
    limits: { ...exact.limits, ...limits },
    async load(map, mode) {
      const loaded = await exact.load(map, mode);
      return { apply: (x) => apply(x, () => loaded.apply(x.slice())), release: () => loaded.release() };
    },
  };
}

async function open(device: Device, parameters: Partial<Parameters>): Promise<Session> {
  const session = await Session.open({
    device,
    arithmetic: referenceArithmetic(),
    maps: [identity, identity],
    parameters,
    randomness: seededRandomness(seed),
  });
  await session.prepare(4);
  return session;
}

test('a call that makes no sense is refused before anything is sent, and the layer can still be run', async () => {
  for (const parameters of modes) {
    let sent = 0;
    const counting = device((_, honest) => {
      sent++;
      return honest();
    });
    const session = await open(counting, parameters);
    const inference = await session.begin(2);
    const x = Int16Array.of(1, 2, 3, 4);
    const wrong: [number, unknown, new () => Error][] = [
      [2, x, RangeError],
      [-1, x, RangeError],
      [0.5, x, RangeError],
      [0, Int32Array.from(x), TypeError],
      [0, Uint16Array.from(x), TypeError],
      [0, [...x], TypeError],
      [0, x.subarray(1), RangeError],
      [0, Int16Array.of(...x, 0), RangeError],
      [0, new Int16Array(0), RangeError],
      [0, x.subarray(0, 2), RangeError],
    ];
    for (const [layer, values, type] of wrong) {
      const error = await inference.linear(layer, values as Int16Array).catch(off);
      assert.is(Object.getPrototypeOf(error), type.prototype, `${layer}, ${values}: ${error}`);
    }
    assert.is(sent, 0);
    for (const layer of [1, 0]) assert.equal([...(await inference.linear(layer, x)).value], [...x]);
    session.close();
  }
});

test('an answer that arrives just before the end of its inference is not released', async () => {
  const reason = new Error('never mind');
  const endings: Record<string, (session: Session, inference: Inference, controller: AbortController) => void> = {
    close: (session) => session.close(),
    end: (_, inference) => inference.end(),
    abort: (_, __, controller) => controller.abort(reason),
  };
  for (const parameters of modes) {
    for (const [name, ending] of Object.entries(endings)) {
      let answer = (_: DeviceOutput): void => {};
      let truth: Promise<DeviceOutput> | undefined;
      const slow = device((_, honest) => {
        truth = honest();
        return new Promise((resolve) => {
          answer = resolve;
        });
      });
      const session = await open(slow, parameters);
      const controller = new AbortController();
      const inference = await session.begin(1, { signal: controller.signal });
      const pending = inference.linear(0, Int16Array.of(3, -4)).catch(off);
      const right = await truth!;
      // In one go: whoever waits learns of the answer first, and runs only after both.
      answer(right);
      ending(session, inference, controller);
      const outcome = await pending;
      if (name === 'abort') assert.is(outcome, reason);
      else assert.instance(outcome, SessionError, `${name}, ${JSON.stringify(parameters)}`);
      session.close();
    }
  }
});

test('a device that takes less than one image at a time gets one image at a time', async () => {
  for (const privacy of [true, false]) {
    const lengths: number[] = [];
    const tiny = device(
      (x, honest) => {
        lengths.push(x.length);
        return honest();
      },
      { maximumTransferBytes: 1 },
    );
    const session = await open(tiny, { privacy });
    const inference = await session.begin(3);
    const x = Int16Array.of(1, 2, 3, 4, 5, 6);
    assert.equal([...(await inference.linear(0, x)).value], [...x]);
    assert.equal(lengths, [2, 2, 2]);
    session.close();
  }
});

test('a call holds no more bytes than the device takes, counting inputs and outputs', async () => {
  const shapes: [inputs: number, outputs: number][] = [
    [1, 6],
    [6, 1],
    [3, 3],
  ];
  for (const [inputs, outputs] of shapes) {
    for (const privacy of [true, false]) {
      const map: Dense = {
        ...{ kind: 'dense', inputs, outputs, inputRange: { minimum: -9, maximum: 9 } },
        weights: new Int16Array(inputs * outputs).fill(1),
      };
      const largest = Math.max(inputs * (privacy ? 4 : 2), outputs * 4);
      for (const bytes of [2 * largest - 1, 2 * largest, 3 * largest]) {
        const images: number[] = [];
        const session = await Session.open({
          device: device(
            (x, honest) => {
              images.push(x.length / inputs);
              return honest();
            },
            { maximumTransferBytes: bytes },
          ),
          arithmetic: referenceArithmetic(),
          maps: [map],
          parameters: { privacy },
          randomness: seededRandomness(seed),
        });
        await session.prepare(5);
        const inference = await session.begin(5);
        await inference.linear(0, new Int16Array(5 * inputs).fill(1));
        const most = Math.floor(bytes / largest);
        assert.equal(images, most === 1 ? [1, 1, 1, 1, 1] : most === 2 ? [2, 2, 1] : [3, 2]);
        assert.is(inference.costs.bytesToDevice, 5 * inputs * (privacy ? 4 : 2));
        assert.is(inference.costs.bytesFromDevice, 5 * outputs * 4);
        session.close();
      }
    }
  }
});
