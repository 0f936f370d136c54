/** The wasm device: exact answers, many at once, and an orderly end. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { Mailbox } from '../../src/fast/devices/wasm/mailbox.js';
import { nodeThread } from '../../src/fast/devices/wasm/node-thread.js';
import { saboteur, selfTest, wasmDevice } from '../../src/fast/index.js';
import { M31, P24 } from '../../src/model/modulus.js';
import type { Device } from '../../src/protocol/device.js';
import { DeviceError } from '../../src/protocol/errors.js';
import { apply, type Dense, inputLength, modulo, referenceDevice } from '../../src/reference/index.js';
import { integers, mapAndInput } from '../generators.js';
import { check, suite } from '../suite.js';
import { moduloCase } from './generators.js';

const test = suite('wasm device');
const device = await wasmDevice();

const dense = (inputs: number, outputs: number, weight: (i: number) => number): Dense => ({
  kind: 'dense',
  inputs,
  outputs,
  weights: Int16Array.from({ length: inputs * outputs }, (_, i) => weight(i)),
  inputRange: { minimum: -128, maximum: 127 },
});
const small = dense(3, 2, (i) => i - 2);

async function rejects(
  promise: Promise<unknown>,
  type: new (message: string) => Error,
  message: RegExp,
): Promise<void> {
  let caught: unknown;
  try {
    await promise;
  } catch (error) {
    caught = error;
  }
  assert.instance(caught, type);
  assert.match((caught as Error).message, message);
}

test('answers are the reference, for a modulus and over the integers', async () => {
  await check(
    fc.asyncProperty(moduloCase, async ([map, p, x]) => {
      const loaded = await device.load(map, p);
      const wanted = apply(map, integers(x)).map((value) => Number(modulo(value, BigInt(p))));
      assert.equal(await loaded.apply(x.slice()), Uint32Array.from(wanted));
      loaded.release();
    }),
    60,
  );
  await check(
    fc.asyncProperty(mapAndInput, async ({ map, x }) => {
      const loaded = await device.load(map, 'integers');
      assert.equal(await loaded.apply(x.slice()), Int32Array.from(apply(map, integers(x)).map(Number)));
      loaded.release();
    }),
    60,
  );
});

test('several inputs back to back', async () => {
  await check(
    fc.asyncProperty(mapAndInput, async ({ map, x }) => {
      const count = 3;
      const batch = new Int16Array(x.length * count);
      for (let i = 0; i < count; i++)
        batch.set(
          x.map((value) => Math.trunc(value / (i + 1))),
          i * x.length,
        );
      const wanted = Array.from({ length: count }, (_, i) =>
        apply(map, integers(batch.subarray(i * x.length, (i + 1) * x.length))),
      );
      const whole = await device.load(map, 'integers');
      assert.equal(await whole.apply(batch.slice()), Int32Array.from(wanted.flat().map(Number)));
      const residues = Uint32Array.from(batch, (value) => (value + P24) % P24);
      const modular = await device.load(map, P24);
      assert.equal(
        await modular.apply(residues),
        Uint32Array.from(wanted.flat().map((v) => Number(modulo(v, BigInt(P24))))),
      );
      whole.release();
      modular.release();
    }),
    40,
  );
});

test('many calls in flight, on several maps, each get their own answer', async () => {
  const maps = [dense(5, 3, (i) => i), dense(7, 4, (i) => 9 - i), dense(1, 1, () => -1)];
  const loaded = await Promise.all(maps.map((map, i) => device.load(map, i === 1 ? M31 : 'integers')));
  const calls = Array.from({ length: 60 }, async (_, n) => {
    const map = maps[n % 3]!;
    const x = Array.from({ length: inputLength(map) }, (_, i) => (n * 5 + i) % 100);
    const y = await loaded[n % 3]!.apply(n % 3 === 1 ? Uint32Array.from(x) : Int16Array.from(x));
    const wanted = apply(map, integers(x)).map((value) => (n % 3 === 1 ? modulo(value, BigInt(M31)) : value));
    assert.equal(integers(y), wanted);
  });
  await Promise.all(calls);
});

test('an input in a larger or shared buffer is copied, not taken', async () => {
  const loaded = await device.load(small, 'integers');
  const whole = new Int16Array(8).fill(1);
  await loaded.apply(whole.subarray(2, 5));
  assert.equal([...whole], new Array(8).fill(1));
  const shared = new Int16Array(new SharedArrayBuffer(6)).fill(2);
  assert.equal([...(await loaded.apply(shared))], [-6, 12]);
  assert.equal([...shared], [2, 2, 2]);
  assert.is(small.weights.length, 6, 'the weights were not taken either');
});

test('bad input and released maps are refused', async () => {
  const loaded = await device.load(small, P24);
  await rejects(loaded.apply(new Int16Array(3)), TypeError, /Uint32Array/);
  await rejects(loaded.apply(new Uint32Array(4)), RangeError, /multiple of 3/);
  await rejects(loaded.apply(new Uint32Array(0)), RangeError, /multiple of 3/);
  loaded.release();
  loaded.release();
  await rejects(loaded.apply(new Uint32Array(3)), DeviceError, /released/);
});

test('maps that are malformed or may overflow are refused', async () => {
  await rejects(device.load({ ...small, outputs: 3 }, P24), RangeError, /expected 9 weights/);
  await rejects(device.load(small, 11 as typeof P24), RangeError, /modulus/);
  const huge = { ...dense(3, 1, () => 32767), inputRange: { minimum: -32768, maximum: 0 } };
  await rejects(device.load(huge, 'integers'), DeviceError, /int32/);
  (await device.load(huge, M31)).release();
});

test('close rejects what is pending and everything later, and may be called twice', async () => {
  const other = await wasmDevice();
  const loaded = await other.load(
    dense(2000, 500, (i) => i % 100),
    P24,
  );
  const pending = Array.from({ length: 4 }, () => loaded.apply(new Uint32Array(2000 * 20)));
  const [first, second] = [other.close(), other.close()];
  for (const call of pending) await rejects(call, DeviceError, /closed/);
  await Promise.all([first, second]);
  await rejects(loaded.apply(new Uint32Array(2000)), DeviceError, /closed/);
  await rejects(other.load(small, P24), DeviceError, /closed/);
  loaded.release();
});

const script = (code: string): URL => new URL(`data:text/javascript,${encodeURIComponent(code)}`);

test('a thread that dies is a DeviceError, at opening or in the middle', async () => {
  await rejects(wasmDevice({ script: script('process.exit(3)') }), DeviceError, /thread ended/);
  await rejects(wasmDevice({ script: script('throw new Error("no kernels")') }), DeviceError, /no kernels/);
  const dying = `import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => process.exit(1));`;
  const mailbox = new Mailbox(nodeThread(script(dying)), 'wasm');
  const asked = [mailbox.ask({ verb: 'release', handle: 0 }), mailbox.ask({ verb: 'release', handle: 1 })];
  for (const promise of asked) await rejects(promise, DeviceError, /thread ended/);
  await rejects(mailbox.ask({ verb: 'release', handle: 2 }), DeviceError, /thread ended/);
  await mailbox.close();
});

test('an idle device does not keep the process alive, and a call does', async () => {
  const index = new URL('../../src/fast/index.ts', import.meta.url).href;
  const code = `
    import { wasmDevice } from ${JSON.stringify(index)};
    const device = await wasmDevice();
    const weights = Int16Array.of(2);
    const map = { kind: 'dense', inputs: 1, outputs: 1, weights, inputRange: { minimum: 0, maximum: 1 } };
    const loaded = await device.load(map, 'integers');
    void loaded.apply(Int16Array.of(21)).then((y) => console.log(y[0]));`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', code],
    { timeout: 30_000 },
  );
  assert.is(stdout.trim(), '42');
});

test('a device that is not exact does not pass the self-test', async () => {
  await selfTest(device);
  const off = (change: (y: Uint32Array | Int32Array, call: number) => void): Device => {
    let calls = 0;
    const inner = referenceDevice();
    return {
      ...inner,
      async load(map, mode) {
        const loaded = await inner.load(map, mode);
        return {
          release: () => loaded.release(),
          async apply(x) {
            const y = await loaded.apply(x);
            change(y, calls++);
            return y;
          },
        };
      },
    };
  };
  await rejects(
    selfTest(
      off((y, call) => {
        if (call === 77) y[y.length - 1]! ^= 1;
      }),
    ),
    DeviceError,
    /does not compute exactly/,
  );
  // Sums in float32 are exact for small values only.
  await rejects(selfTest(off((y) => y.set(Float32Array.from(y)))), DeviceError, /does not compute exactly/);
  await rejects(
    selfTest(saboteur(await wasmDevice(), { layer: 31, kind: 'one' })),
    DeviceError,
    /does not compute exactly/,
  );
});

test.after(() => device.close());
