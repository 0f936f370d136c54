/** Every call into the driver and the libraries may fail: that is a `DeviceError`, nothing hangs, nothing is left behind. */
import * as assert from 'uvu/assert';
import { dense } from '../../../src/conformance/maps.js';
import { type CudaDevice, cudaDevice } from '../../../src/fast/devices/cuda/index.js';
import { P24 } from '../../../src/model/modulus.js';
import { DeviceError } from '../../../src/protocol/errors.js';
import { suite } from '../../suite.js';
import { type Emulator, emulator, missing } from './emulated.js';

const test = suite('cuda device, faults');
let emulated: Emulator;
const OUT_OF_MEMORY = 2;
const ILLEGAL_ADDRESS = 700;

const map = dense(40, 3, (i) => (i % 7) - 3, { minimum: 0, maximum: 255 });
const x = Int16Array.from({ length: 40 * 5 }, (_, i) => (i * 31) % 256);
const wanted = Int32Array.from({ length: 15 }, (_, at) => {
  const [input, o] = [Math.floor(at / 3), at % 3];
  let sum = 0;
  for (let k = 0; k < 40; k++) sum += map.weights[o * 40 + k]! * x[input * 40 + k]!;
  return sum;
});

/** The error of `work`, which must be a DeviceError if there is one; undefined if it went well. */
async function failure(work: () => Promise<unknown>): Promise<DeviceError | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    assert.instance(error, DeviceError, String(error));
    return error as DeviceError;
  }
}

/** Fails call 1, 2, 3, … of `work` until one goes through without reaching the call that was to fail. */
async function everyCall(work: () => Promise<unknown>, after: (name: string) => Promise<void>): Promise<Set<string>> {
  const names = new Set<string>();
  for (let n = 1; ; n++) {
    emulated.fail(n, OUT_OF_MEMORY);
    const error = await failure(work);
    const name = emulated.failed();
    emulated.fail(0, 0);
    if (name === '') {
      assert.is(error, undefined);
      return names;
    }
    names.add(name);
    // Page-locking is an advantage and nothing more; everything else is needed.
    if (name === 'cuMemHostRegister') assert.is(error, undefined, name);
    else assert.match(error?.message ?? '', /failed|no usable card/, `${name} failed unnoticed`);
    await after(name);
  }
}

function tests(): void {
  test.before(async () => {
    emulated = await emulator();
  });

  test('a failure while a map is loaded or applied is reported, and the device goes on', async () => {
    const device = await cudaDevice({ libraries: emulated.path });
    const right = async (): Promise<void> => {
      const loaded = await device.load(map, 'integers');
      assert.equal(await loaded.apply(x.slice()), wanted);
      loaded.release();
    };
    const loads = await everyCall(async () => (await device.load(map, 'integers')).release(), right);
    assert.ok(
      ['cuMemAlloc', 'cuMemcpyHtoDAsync', 'cuMemsetD8Async', 'cuLaunchKernel'].every((name) => loads.has(name)),
    );
    const loaded = await device.load(map, 'integers');
    const calls = await everyCall(
      async () => assert.equal(await loaded.apply(x.slice()), wanted),
      async () => assert.equal(await loaded.apply(x.slice()), wanted),
    );
    assert.ok(['cublasGemmEx', 'cuEventRecord', 'cuEventQuery', 'cuMemcpyDtoHAsync'].every((name) => calls.has(name)));
    await device.close();
    assert.equal(emulated.problems(), '');
    assert.equal(emulated.live(), '');
  });

  test('a failure in one of many pieces waits for the others', async () => {
    const wide = dense(2, 2, (i) => i + 1, { minimum: -5, maximum: 5 });
    const device = await cudaDevice({ libraries: emulated.path, scratchBytes: 2 ** 16 });
    const loaded = await device.load(wide, P24);
    const many = new Uint32Array(2 * 5000).fill(1);
    for (const n of [3, 9, 17, 20, 21, 24, 31]) {
      emulated.fail(n, OUT_OF_MEMORY);
      const errors = await Promise.all(Array.from({ length: 3 }, () => failure(() => loaded.apply(many.slice()))));
      const name = emulated.failed();
      emulated.fail(0, 0);
      const failed = errors.some((error) => error !== undefined);
      assert.is(failed, name !== 'cuMemHostRegister', `call ${n}, ${name}`);
      assert.equal((await loaded.apply(many.slice())).slice(0, 4), Uint32Array.of(3, 7, 3, 7));
    }
    await device.close();
    assert.equal(emulated.problems(), '');
    assert.equal(emulated.live(), '');
  });

  test('memory that the card still uses is not given back after a failure', async () => {
    const device = await cudaDevice({ libraries: emulated.path });
    const loaded = await device.load(map, 'integers');
    emulated.slow(5000);
    for (let n = 1; ; n++) {
      emulated.fail(n, OUT_OF_MEMORY);
      await failure(() => loaded.apply(x.slice()));
      if (emulated.failed() !== 'cuEventRecord') continue;
      break;
    }
    // The answer is still on its way, and nothing tells when it is there.
    emulated.fail(0, 0);
    const answers = await Promise.all(Array.from({ length: 4 }, () => loaded.apply(x.slice())));
    for (const answer of answers) assert.equal(answer, wanted);
    emulated.slow(0);
    await device.close();
    assert.equal(emulated.problems(), '');
    assert.equal(emulated.live(), '');
  });

  test('a failure while the device is opened frees what was there already', async () => {
    const start = emulated.calls();
    await (await cudaDevice({ libraries: emulated.path })).close();
    const total = emulated.calls() - start;
    // Every call until the self-test, and then some of its many.
    const points = [...Array(60).keys()].map((i) => i + 1);
    for (let n = 61; n <= total; n += Math.ceil(total / 25)) points.push(n);
    for (const n of points) {
      emulated.fail(n, OUT_OF_MEMORY);
      const error = await failure(async () => (await cudaDevice({ libraries: emulated.path })).close());
      const name = emulated.failed();
      emulated.fail(0, 0);
      if (name !== 'cuMemHostRegister') assert.ok(error !== undefined, `call ${n} of ${total}, ${name}`);
      assert.equal(emulated.live(), '', `after call ${n}, ${name}`);
    }
    assert.equal(emulated.problems(), '');
  });

  test('a card that fails for good ends every call and closes', async () => {
    for (let n = 1; n < 16; n += 2) {
      const device: CudaDevice = await cudaDevice({ libraries: emulated.path });
      const loaded = await device.load(map, 'integers');
      emulated.fail(n, ILLEGAL_ADDRESS, true);
      const errors = await Promise.all(Array.from({ length: 8 }, () => failure(() => loaded.apply(x.slice()))));
      assert.match(errors.at(-1)?.message ?? '', /CUDA_ERROR_ILLEGAL_ADDRESS|status 700/);
      assert.ok((await failure(() => device.load(map, P24))) !== undefined);
      loaded.release();
      await device.close();
      emulated.fail(0, 0);
      assert.equal(emulated.live(), '');
    }
    assert.equal(emulated.problems(), '');
  });
}

if (missing === null) tests();
else test.skip('everything', missing);
