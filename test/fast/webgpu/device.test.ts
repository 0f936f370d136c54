/** The WebGPU device: exact with and without packed products, cut into pieces or not, and an orderly end. */
import './software-vulkan.js';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as assert from 'uvu/assert';
import { conformance } from '../../../src/conformance/index.js';
import { describeWebgpu, webgpuDevice } from '../../../src/fast/devices/webgpu/index.js';
import { openUntested } from '../../../src/fast/devices/webgpu/untested-device.js';
import { wasmDevice } from '../../../src/fast/index.js';
import { integersFit } from '../../../src/model/bounds.js';
import { M31, P24 } from '../../../src/model/modulus.js';
import { DeviceError, DeviceUnavailableError } from '../../../src/protocol/errors.js';
import type { LinearMap } from '../../../src/reference/index.js';
import { suite } from '../../suite.js';
import { withAdapter } from './availability.js';
import { hookedGpu } from './hooked-gpu.js';
import { answer, convolution, dense, inputsFor, mixed, modes } from './maps.js';

const test = suite('webgpu device');

async function rejects(work: Promise<unknown>, type: new (message: string) => Error, message: RegExp): Promise<void> {
  let caught: unknown;
  try {
    await work;
  } catch (error) {
    caught = error;
  }
  assert.instance(caught, type);
  assert.match((caught as Error).message, message);
}

withAdapter(test, 'conformance', async () => void (await conformance(() => webgpuDevice())));

withAdapter(test, 'conformance with packed products, and small dispatches', async () => {
  const open = () => webgpuDevice({ packedDot: true, limits: { workgroups: 17 } });
  await conformance(open, { randomShapes: 30, seed: 5 });
});

/** Larger than the limits below in every way that there is. */
const large: readonly (readonly [name: string, map: LinearMap, count: number])[] = [
  ['many rows', convolution({ input: { height: 40, width: 23, channels: 9 }, outputChannels: 20 }), 1],
  [
    'strides and dilation',
    convolution({
      input: { height: 61, width: 17, channels: 6 },
      kernel: { height: 3, width: 2 },
      stride: { y: 2, x: 3 },
      dilation: { y: 3, x: 2 },
      padding: { top: 5, bottom: 0, left: 0, right: 3 },
      outputChannels: 33,
    }),
    2,
  ],
  [
    'rows that are padding only',
    convolution({
      input: { height: 3, width: 50, channels: 5 },
      padding: { top: 90, bottom: 70, left: 1, right: 1 },
      outputChannels: 7,
    }),
    1,
  ],
  ['many channels', dense(200, 700, mixed), 5],
  ['many inputs', dense(150, 10, mixed), 400],
  ['many inputs of two digits', dense(61, 70, (i) => mixed(i) * 90, { minimum: -300, maximum: 299 }), 60],
  ['depthwise', convolution({ input: { height: 50, width: 20, channels: 16 }, groups: 16, outputChannels: 32 }), 2],
  ['grouped', convolution({ input: { height: 30, width: 21, channels: 12 }, groups: 3, outputChannels: 30 }), 3],
];

withAdapter(test, 'small buffers and dispatches cut calls into pieces, and nothing changes', async () => {
  // Its own vectors are longer than these limits allow.
  const { device } = await openUntested({ limits: { bufferBytes: 32768, workgroups: 4 } });
  const wasm = await wasmDevice();
  for (const [name, map, count] of large) {
    for (const mode of modes) {
      const x = inputsFor(map, mode, count);
      assert.equal(await answer(device, map, mode, x), await answer(wasm, map, mode, x), `${name}, ${mode}`);
    }
  }
  const deep = dense(2100, 2, () => 1);
  await rejects(device.load(deep, 'integers'), DeviceError, /more than the 32768 of a WebGPU buffer/);
  const long = convolution({ input: { height: 1, width: 6000, channels: 1 }, groups: 1, outputChannels: 2 });
  await rejects(device.load(long, P24), DeviceError, /One output row/);
  await Promise.all([device.close(), wasm.close()]);
});

/** Sums that must be reduced on the way, and shifts of inputs and weights. */
const extreme: readonly (readonly [name: string, map: LinearMap, count: number])[] = [
  ['more terms than an i32 takes', dense(140_000, 2, (i) => (i < 140_000 ? -128 : 127)), 1],
  ['the same for many rows', dense(140_000, 1, () => -128), 9],
  ['weights all large', dense(3000, 3, () => 32767, { minimum: 0, maximum: 1 }), 10],
  ['weights that need a shift', dense(77, 40, (i) => 250 - (i % 256)), 20],
  ['weights that need two digits and a shift', dense(77, 5, (i) => [32767, -32768, 32640][i % 3]!), 20],
  [
    'inputs that need a shift, padded',
    convolution({ input: { height: 5, width: 7, channels: 3 }, inputRange: { minimum: -3, maximum: 252 } }),
    3,
  ],
  [
    'the same with shifted weights',
    convolution(
      { input: { height: 5, width: 7, channels: 3 }, inputRange: { minimum: -200, maximum: 20 } },
      (i) => 90 + (i % 100),
    ),
    3,
  ],
  ['inputs that need two digits and a shift', dense(9, 3, (i) => i - 10, { minimum: -32768, maximum: 32767 }), 11],
  [
    'depthwise of large weights',
    convolution(
      {
        input: { height: 30, width: 30, channels: 2 },
        kernel: { height: 29, width: 29 },
        groups: 2,
        outputChannels: 2,
        inputRange: { minimum: 0, maximum: 70 },
      },
      () => 32767,
    ),
    1,
  ],
  [
    'depthwise of weights at the limit of wide limbs',
    convolution(
      {
        input: { height: 12, width: 12, channels: 2 },
        kernel: { height: 11, width: 11 },
        groups: 2,
        outputChannels: 2,
      },
      (i) => (i % 2 === 0 ? 1023 : -1023),
    ),
    1,
  ],
];

for (const packedDot of [true, false]) {
  withAdapter(test, `long and large sums ${packedDot ? 'with' : 'without'} packed products`, async () => {
    const device = await webgpuDevice({ packedDot });
    const wasm = await wasmDevice();
    for (const [name, map, count] of extreme) {
      for (const mode of modes) {
        if (mode === 'integers' && !integersFit(map)) {
          await rejects(device.load(map, mode), DeviceError, /int32/);
          continue;
        }
        const x = inputsFor(map, mode, count);
        if (name.startsWith('more terms')) x.fill(mode === 'integers' ? -128 : (mode - 1) / 2);
        assert.equal(await answer(device, map, mode, x), await answer(wasm, map, mode, x), `${name}, ${mode}`);
      }
    }
    await Promise.all([device.close(), wasm.close()]);
  });
}

withAdapter(test, 'errors have their types', async () => {
  const device = await webgpuDevice();
  const small = dense(3, 2, mixed);
  const loaded = await device.load(small, P24);
  await rejects(loaded.apply(new Int16Array(3)), TypeError, /Uint32Array/);
  await rejects(loaded.apply(new Uint32Array(4)), RangeError, /multiple of 3/);
  await rejects(loaded.apply(new Uint32Array(0)), RangeError, /multiple of 3/);
  await rejects(device.load({ ...small, outputs: 3 }, P24), RangeError, /expected 9 weights/);
  await rejects(device.load(small, 11 as typeof P24), RangeError, /modulus/);
  await rejects(device.load({ ...small, weights: [1] as unknown as Int16Array }, P24), TypeError, /Int16Array/);
  const huge = dense(3, 1, () => 32767, { minimum: -32768, maximum: 0 });
  await rejects(device.load(huge, 'integers'), DeviceError, /int32/);
  (await device.load(huge, M31)).release();
  const shared = new Uint32Array(new SharedArrayBuffer(12)).fill(1);
  assert.is((await loaded.apply(shared)).length, 2, 'shared memory is accepted');
  const last = loaded.apply(Uint32Array.of(1, 1, 1));
  loaded.release();
  assert.is((await last).length, 2, 'a call that was under way ends');
  await rejects(loaded.apply(new Uint32Array(3)), DeviceError, /released/);
  const kept = await device.load(small, P24);
  const pending = [1, 2, 3].map(() => kept.apply(new Uint32Array(30_000)));
  const [first, second] = [device.close(), device.close()];
  for (const call of pending) await rejects(call, DeviceError, /closed/);
  await Promise.all([first, second]);
  await rejects(kept.apply(new Uint32Array(3)), DeviceError, /closed/);
  await rejects(device.load(small, P24), DeviceError, /closed/);
  kept.release();
});

withAdapter(test, 'a lost device rejects what is pending and everything later', async () => {
  const { gpu, devices } = await hookedGpu();
  const device = await webgpuDevice({ gpu });
  const loaded = await device.load(dense(300, 50, mixed), M31);
  const pending = [1, 2, 3].map(() => loaded.apply(new Uint32Array(30_000)));
  devices[0]!.destroy();
  for (const call of pending) await rejects(call, DeviceError, /lost|failed/);
  await rejects(loaded.apply(new Uint32Array(300)), DeviceError, /lost/);
  await rejects(device.load(dense(3, 2, mixed), 'integers'), DeviceError, /lost/);
  loaded.release();
  await device.close();
});

withAdapter(test, 'an error that the GPU reports ends the device', async () => {
  const { gpu, devices } = await hookedGpu();
  const device = await webgpuDevice({ gpu });
  const loaded = await device.load(dense(3, 2, mixed), P24);
  devices[0]!.createBuffer({ size: 16, usage: 0xffff });
  await rejects(
    (async () => {
      for (let i = 0; i < 100; i++) await loaded.apply(new Uint32Array(3));
    })(),
    DeviceError,
    /cannot be used/,
  );
  await device.close();
});

const mistakes: readonly (readonly [name: string, from: RegExp, to: string])[] = [
  ['a sum of one word too few', /word < 16u/, 'word < 15u'],
  ['the rotation is off by one', /a >> 23u/, 'a >> 22u'],
  ['a limb that is dropped', /sum1 \+= w \* rest/, 'sum1 += 0'],
  ['sums in float32', /fn fold\(a: i32\) -> u32 \{/, 'fn fold(b: i32) -> u32 { let a = i32(f32(b));'],
  ['a shift that is forgotten', /plain \* shape.weightShift/, 'plain * 0'],
];
for (const [name, from, to] of mistakes) {
  withAdapter(test, `a device that is not exact is refused: ${name}`, async () => {
    let changed = 0;
    const { gpu } = await hookedGpu((code) => {
      if (from.test(code)) changed++;
      return code.replace(from, to);
    });
    await rejects(webgpuDevice({ gpu }), DeviceError, /does not compute exactly/);
    assert.ok(changed > 0, 'the shader was changed');
  });
}

test('no adapter is a typed error that says what to do', async () => {
  const gpu = { requestAdapter: async () => null };
  await rejects(webgpuDevice({ gpu }), DeviceUnavailableError, /handed in.*npm install webgpu@/);
  await rejects(describeWebgpu({ gpu }), DeviceUnavailableError, /no adapter/);
});

withAdapter(test, 'software is told from hardware', async () => {
  const description = await describeWebgpu();
  const text = `${description.vendor} ${description.architecture} ${description.description}`;
  assert.is(description.software, /swiftshader|llvmpipe|lavapipe/i.test(text));
  assert.ok(description.limits.maxBufferSize > 0);
});

withAdapter(test, 'a script that closes the device ends', async () => {
  const file = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);
  const code = `
    import ${file('./software-vulkan.ts')};
    import { webgpuDevice } from ${file('../../../src/fast/devices/webgpu/index.ts')};
    const device = await webgpuDevice();
    const map = { kind: 'dense', inputs: 1, outputs: 1, weights: Int16Array.of(2), inputRange: { minimum: 0, maximum: 1 } };
    const loaded = await device.load(map, 'integers');
    console.log((await loaded.apply(Int16Array.of(21)))[0]);
    await device.close();`;
  const flags = ['--import', 'tsx', '--input-type=module', '--eval', code];
  const { stdout } = await promisify(execFile)(process.execPath, flags, { timeout: 60_000 });
  assert.is(stdout.trim(), '42');
});
