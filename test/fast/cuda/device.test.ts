/** The cuda device over the emulator: conformance, tiling, transfers, and an orderly end. */
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as assert from 'uvu/assert';
import { agree, expected } from '../../../src/conformance/compare.js';
import { conformance } from '../../../src/conformance/index.js';
import { dense } from '../../../src/conformance/maps.js';
import { Numbers } from '../../../src/conformance/numbers.js';
import { modes, someInput } from '../../../src/conformance/vectors.js';
import { type CudaDeviceOptions, cudaDevice, cudaThread, describeCuda } from '../../../src/fast/devices/cuda/index.js';
import { saboteur, selfTest } from '../../../src/fast/index.js';
import { P24 } from '../../../src/model/modulus.js';
import { DeviceError, DeviceUnavailableError } from '../../../src/protocol/errors.js';
import type { Convolution } from '../../../src/reference/index.js';
import { suite } from '../../suite.js';
import { type Emulator, emulator, missing, required } from './emulated.js';

const test = suite('cuda device, emulated');
let emulated: Emulator;

async function rejects(promise: Promise<unknown>, type: new (message: string) => Error, message: RegExp) {
  const caught = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.instance(caught, type);
  assert.match((caught as Error).message, message);
}

const open = (options: CudaDeviceOptions = {}) => cudaDevice({ libraries: emulated.path, ...options });

/** Nothing is left behind and no rule was broken. */
function clean(): void {
  assert.equal(emulated.problems(), '');
  assert.equal(emulated.live(), '');
}

/** One product for each entry of a large image: much to carry, little to compute. */
const scaling = (height: number, width: number): Convolution => ({
  kind: 'convolution',
  input: { height, width, channels: 2 },
  kernel: { height: 1, width: 1 },
  stride: { y: 1, x: 1 },
  dilation: { y: 1, x: 1 },
  padding: { top: 0, bottom: 0, left: 0, right: 0 },
  groups: 2,
  outputChannels: 2,
  weights: Int16Array.of(3, -5),
  inputRange: { minimum: -1000, maximum: 1000 },
});
const image = (length: number, seed: number): number[] =>
  Array.from({ length }, (_, i) => ((i * 7 + seed) % 2001) - 1000);
const scaled = (x: ArrayLike<number>): Int32Array => Int32Array.from(x, (v, i) => v * (i % 2 === 0 ? 3 : -5));

function tests(): void {
  test.before(async () => {
    emulated = await emulator();
  });

  test.long('conformance', async () => {
    await conformance(() => open());
    clean();
  });

  test.long('conformance in a thread of its own', async () => {
    await conformance(() => cudaThread({ libraries: emulated.path }), { randomShapes: 20 });
    clean();
  });

  for (const [where, openOne] of [
    ['in this thread', open],
    ['in its own thread', () => cudaThread({ libraries: emulated.path })],
  ] as const) {
    test(`answers to shared memory are written in place, ${where}`, async () => {
      const device = await openOne();
      const map = scaling(600, 500);
      const loaded = await device.load(map, 'integers');
      const [messages, answers] = [new SharedArrayBuffer(2 ** 23), new SharedArrayBuffer(2 ** 24)];
      for (let round = 0; round < 4; round++) {
        const images = round === 3 ? 2 : 3;
        const x = new Int16Array(messages, 2, images * 600_000);
        x.set(image(x.length, round));
        const into = new Int32Array(answers, 4 * 33, x.length);
        new Int32Array(answers).fill(7);
        assert.is(await loaded.apply(x, into), into);
        assert.ok(scaled(x).every((value, i) => value === into[i]));
        const all = new Int32Array(answers);
        assert.ok(
          all.subarray(0, 33).every((value) => value === 7),
          'before',
        );
        assert.ok(
          all.subarray(33 + x.length).every((value) => value === 7),
          'behind',
        );
      }
      await rejects(
        loaded.apply(new Int16Array(messages, 0, 600_000), new Int32Array(answers, 0, 5)),
        RangeError,
        /room|entries/,
      );
      await device.close();
      clean();
    });
  }

  test('a thread says what is missing', async () => {
    await rejects(cudaThread({ libraries: '/nowhere' }), DeviceUnavailableError, /nowhere/);
  });

  test.long('conformance with little scratch memory, in many tiles, and with nothing page-locked', async () => {
    await conformance(() => open({ scratchBytes: 2 ** 16, pinnedBytes: 2 ** 16 }), { seed: 7, randomShapes: 60 });
    clean();
  });

  test('depths beyond one int32 accumulator are cut', async () => {
    const device = await open();
    const numbers = new Numbers(1);
    for (const depth of [131040, 131041, 262081]) {
      for (const weight of [() => -128, (i: number) => (i % 3) * 90 - 100]) {
        const map = dense(depth, 2, weight, { minimum: -1, maximum: 1 });
        for (const mode of modes) {
          const loaded = await device.load(map, mode);
          const x = someInput(map, mode, numbers);
          const worst = mode === 'integers' ? x.fill(-1) : x.map((v, i) => (i % 2 ? v : (mode - 1) / 2));
          assert.is(agree(await loaded.apply(worst.slice()), expected(map, mode, worst), mode), null);
          loaded.release();
        }
      }
    }
    await device.close();
    clean();
  });

  test('a product that is the answer has room for its last step of rows', async () => {
    const device = await open();
    // 5461 rows of 48 sums end just below 1 MiB, and 5472 beyond.
    const loaded = await device.load(
      dense(1, 48, (i) => i - 20),
      'integers',
    );
    const x = Int16Array.from({ length: 5461 }, (_, i) => (i % 256) - 128);
    const y = await loaded.apply(x.slice());
    assert.ok(y.every((value, i) => value === x[Math.floor(i / 48)]! * ((i % 48) - 20)));
    await device.close();
    clean();
  });

  test('ranges that need an offset: inputs, weights, both, and of sixteen bits', async () => {
    const device = await open();
    const numbers = new Numbers(2);
    const ranges = [
      { minimum: 0, maximum: 255 },
      { minimum: -255, maximum: 0 },
      { minimum: 0, maximum: 32767 },
      { minimum: -32768, maximum: 32767 },
    ];
    for (const inputRange of ranges) {
      for (const [least, most] of [
        [0, 255],
        [-255, 0],
        [-3, 252],
        [1000, 1255],
        [-32768, 32767],
        [32000, 32767],
      ] as const) {
        // One product for each extreme, so that the answers fit int32.
        const map = dense(2, 5, (index) => (index % 2 === 0 ? 0 : index % 4 === 1 ? least : most), inputRange);
        for (const mode of modes) {
          if (mode === 'integers' && Math.max(-least, most) * 32768 >= 2 ** 31) continue;
          const loaded = await device.load(map, mode);
          const x = someInput(map, mode, numbers);
          assert.is(agree(await loaded.apply(x.slice()), expected(map, mode, x), mode), null);
          loaded.release();
        }
      }
    }
    await device.close();
    clean();
  });

  test('large inputs and answers, from every kind of memory, in pieces', async () => {
    const device = await open();
    const map = scaling(512, 512);
    const loaded = await device.load(map, 'integers');
    const length = 512 * 512 * 2;
    const memories: ArrayBufferLike[] = [
      new ArrayBuffer(length * 2 * 5 + 64),
      new SharedArrayBuffer(length * 2 * 5 + 64),
      new WebAssembly.Memory({ initial: 100, maximum: 100, shared: true }).buffer,
      new WebAssembly.Memory({ initial: 100 }).buffer,
    ];
    for (const memory of memories) {
      // The second time and the third it is page-locked where it is.
      for (let round = 0; round < 3; round++) {
        const x = new Int16Array(memory, 64, length * 5);
        x.set(image(x.length, round));
        const wanted = scaled(x);
        assert.equal(Buffer.compare(Buffer.from((await loaded.apply(x)).buffer), Buffer.from(wanted.buffer)), 0);
      }
    }
    const residues = await device.load(map, P24);
    const x = Uint32Array.from(image(length, 1), (v) => (v + P24) % P24);
    const answer = await residues.apply(x);
    assert.ok(answer.every((v, i) => v === (x[i]! * (i % 2 === 0 ? 3 : P24 - 5)) % P24));
    await device.close();
    clean();
    assert.ok(
      answer.every((v, i) => v === (x[i]! * (i % 2 === 0 ? 3 : P24 - 5)) % P24),
      'the answer outlives the device',
    );
  });

  test('memory that grows or is transferred away is page-locked anew', async () => {
    const device = await open();
    const loaded = await device.load(scaling(512, 512), 'integers');
    const length = 512 * 512 * 2;
    for (const shared of [false, true]) {
      const memory = new WebAssembly.Memory({ initial: 40, maximum: 80, shared });
      for (let round = 0; round < 4; round++) {
        const x = new Int16Array(memory.buffer, 1024, length);
        x.set(image(length, round));
        const wanted = scaled(x);
        const answers = await Promise.all([loaded.apply(x), loaded.apply(x)]);
        for (const answer of answers) assert.ok(answer.every((v, i) => v === wanted[i]));
        memory.grow(5);
      }
    }
    // A sum has a small answer, so no block for one comes or goes.
    const sum = await device.load(
      dense(600_000, 1, () => 1),
      'integers',
    );
    const some = (value: number): Int16Array => new Int16Array(600_000).fill(value);
    const locked = (): number => Number(/(\d+) page-locked/.exec(emulated.live())?.[1]);
    // Blocks for whole inputs, and for what lies before and after locked pages, are there from now on.
    const usual = some(1);
    for (let round = 0; round < 3; round++) await sum.apply(usual);
    const gone = some(2);
    await sum.apply(gone);
    const before = locked();
    await sum.apply(gone);
    assert.is(locked(), before + 1);
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    assert.equal(await sum.apply(some(3)), Int32Array.of(1_800_000));
    assert.is(locked(), before);
    await device.close();
    clean();
  });

  test('memory behind an answer is used again only when nobody has the answer', async () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const device = await open();
    const loaded = await device.load(scaling(512, 512), 'integers');
    const kept = await loaded.apply(new Int16Array(512 * 512 * 2).fill(7));
    const part = (await loaded.apply(new Int16Array(512 * 512 * 2).fill(2))).subarray(10, 20);
    for (let round = 0; round < 12; round++) {
      const answer = await loaded.apply(new Int16Array(512 * 512 * 2).fill(round));
      assert.is(answer[0], 3 * round);
      collect();
      await sleep(1);
    }
    assert.ok(kept.every((value, i) => value === (i % 2 === 0 ? 21 : -35)));
    assert.ok(part.every((value, i) => value === (i % 2 === 0 ? 6 : -10)));
    await device.close();
    clean();
  });

  test('closing rejects what is pending, at once, and everything later', async () => {
    const device = await open();
    const loaded = await device.load(
      dense(2000, 300, (i) => (i % 100) - 50),
      P24,
    );
    const pending = Array.from({ length: 20 }, () => loaded.apply(new Uint32Array(2000 * 20)));
    const closed = [device.close(), device.close()];
    for (const call of pending) await rejects(call, DeviceError, /closed/);
    await Promise.all(closed);
    await rejects(loaded.apply(new Uint32Array(2000)), DeviceError, /closed/);
    await rejects(device.load(scaling(1, 1), P24), DeviceError, /closed/);
    loaded.release();
    clean();
  });

  test('a map that is released while it is used is freed afterwards', async () => {
    const device = await open();
    const loaded = await device.load(scaling(64, 64), 'integers');
    const x = Int16Array.from(image(64 * 64 * 2, 3));
    const answers = Array.from({ length: 9 }, () => loaded.apply(x));
    loaded.release();
    for (const answer of answers) assert.equal(await answer, scaled(x));
    await rejects(loaded.apply(x), DeviceError, /released/);
    await device.close();
    clean();
  });

  test('wrong inputs and options have the usual errors', async () => {
    const device = await open();
    const loaded = await device.load(scaling(2, 2), P24);
    await rejects(loaded.apply(new Int16Array(8)), TypeError, /Uint32Array/);
    await rejects(loaded.apply(new Uint32Array(9)), RangeError, /multiple of 8/);
    await rejects(loaded.deviceMs(new Uint32Array(8), 0), RangeError, /repeats/);
    const huge = dense(3, 1, () => 32767, { minimum: -32768, maximum: 0 });
    await rejects(device.load(huge, 'integers'), DeviceError, /int32/);
    await rejects(device.load({ ...huge, outputs: 2 }, P24), RangeError, /expected 6 weights/);
    await device.close();
    await rejects(open({ scratchBytes: 5 }), RangeError, /scratchBytes/);
    await rejects(open({ ordinal: 1 }), DeviceUnavailableError, /no CUDA card 1/);
    clean();
  });

  test('several inputs are timed without their copies, and the limits are measured', async () => {
    const device = await open();
    const loaded = await device.load(scaling(64, 64), 'integers');
    assert.ok((await loaded.deviceMs(new Int16Array(64 * 64 * 2 * 3), 2)) > 0);
    const limits = await device.measureLimits({ copyBytes: 2 ** 20, productSize: 64, repeats: 2 });
    assert.equal(Object.values(limits).length, 4);
    for (const [name, value] of Object.entries(limits)) assert.ok(value > 0, name);
    await device.close();
    clean();
  });

  test('cards are described, and a machine without any says so', async () => {
    emulated.cards(2);
    const [, card] = await describeCuda({ libraries: emulated.path });
    const { path: file } = emulated;
    assert.equal(card, {
      name: 'Emulated card',
      computeCapability: '9.0',
      driverVersion: '13.0',
      memoryBytes: 80 * 2 ** 30,
      compilerVersion: '13.0',
      libraries: { cuda: file, nvrtc: file, cublas: file },
    });
    emulated.cards(0);
    await rejects(open(), DeviceUnavailableError, /no card/);
    emulated.cards(1);
    clean();
  });

  test('a card newer than the compiler gets portable code, an older one is refused', async () => {
    emulated.capability(103);
    await (await open()).close();
    emulated.capability(61);
    await rejects(open(), DeviceError, /as old as sm_61/);
    emulated.capability(90);
    clean();
  });

  test('a saboteur on the card does not pass the self-test', async () => {
    const device = await open();
    await rejects(selfTest(saboteur(device, { layer: 3, kind: 'one' })), DeviceError, /does not compute exactly/);
    await device.close();
    clean();
  });

  test('an idle device does not keep the process alive, and a call does', async () => {
    const index = new URL('../../../src/fast/devices/cuda/index.ts', import.meta.url).href;
    const code = `
      import { cudaDevice } from ${JSON.stringify(index)};
      const device = await cudaDevice({ libraries: ${JSON.stringify(emulated.path)} });
      const inputRange = { minimum: 0, maximum: 1 };
      const loaded = await device.load({ kind: 'dense', inputs: 1, outputs: 1, weights: Int16Array.of(2), inputRange }, 'integers');
      void loaded.apply(Int16Array.of(21)).then((y) => console.log(y[0]));`;
    const flags = ['--import', 'tsx', '--input-type=module', '--eval', code];
    const { stdout } = await promisify(execFile)(process.execPath, flags, { timeout: 30_000 });
    assert.is(stdout.trim(), '42');
  });
}

if (missing === null) tests();
else if (required('cuda-emulator')) {
  test('the emulator is required', () => assert.unreachable(missing ?? ''));
} else test.skip('everything', missing);
