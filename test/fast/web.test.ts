/** The fast side's browser entry, run over Node's message channels: the same answers, and an other side that is not believed. */
import { readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import {
  compileKernels,
  saboteur,
  serveDevice,
  wasmArithmetic,
  wasmDevice,
  workerDevice,
} from '../../src/fast/browser.js';
import type { Request } from '../../src/fast/devices/wasm/messages.js';
import { wasmArithmetic as nodeArithmetic } from '../../src/fast/index.js';
import { M31, P24 } from '../../src/model/modulus.js';
import { DeviceError, DeviceUnavailableError, IntegrityError } from '../../src/protocol/errors.js';
import { Session } from '../../src/protocol/session.js';
import { apply, type Dense, modulo } from '../../src/reference/index.js';
import { integers } from '../generators.js';
import { suite } from '../suite.js';

const test = suite('fast side for browsers');
const bytes = new Uint8Array(readFileSync(new URL('../../dist/kernels.wasm', import.meta.url)));
const kernels = await compileKernels(bytes);

const map: Dense = {
  kind: 'dense',
  inputs: 40,
  outputs: 7,
  weights: Int16Array.from({ length: 280 }, (_, i) => ((i * 37) % 255) - 127),
  inputRange: { minimum: -128, maximum: 127 },
};
const x = Int16Array.from({ length: 40 }, (_, i) => ((i * 53) % 256) - 128);

/** A channel whose ends tests close. Node's ports have the browser's events. */
function channel(): { near: MessagePort; far: MessagePort } {
  const { port1, port2 } = new MessageChannel();
  return { near: port1 as MessagePort, far: port2 as MessagePort };
}

async function failure(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => assert.unreachable() as never,
    (error: Error) => error,
  );
}

test('kernels come from bytes, a module or an address', async () => {
  assert.is(await compileKernels(kernels), kernels);
  assert.instance(await compileKernels(bytes.buffer), WebAssembly.Module);
  const address = `data:application/wasm;base64,${Buffer.from(bytes).toString('base64')}`;
  for (const place of [address, new URL(address)]) {
    const arithmetic = await wasmArithmetic({ kernels: place });
    assert.is(arithmetic.threads, 1);
    arithmetic.close();
  }
  assert.instance(await failure(compileKernels(new Uint8Array(8))), WebAssembly.CompileError);
});

test('a page without shared memory can open the arithmetic', async () => {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'SharedArrayBuffer')!;
  // As on a page that is not cross-origin isolated: the kernels' memory is shared all the same, the constructor is hidden.
  Reflect.deleteProperty(globalThis, 'SharedArrayBuffer');
  try {
    const arithmetic = await wasmArithmetic({ kernels });
    const out = arithmetic.allocate('i32', 7);
    arithmetic.load(map).applyIntegers(x, out);
    assert.equal([...out], apply(map, integers(x)).map(Number));
    arithmetic.close();
  } finally {
    Object.defineProperty(globalThis, 'SharedArrayBuffer', before);
  }
});

test('a device behind a port answers like the reference, also one that is still being opened', async () => {
  const { near, far } = channel();
  serveDevice(wasmDevice({ kernels }), far);
  const device = await workerDevice(near);
  assert.is(device.name, 'wasm');
  assert.is(device.limits.sharedMemory, false, 'Node is no page that is cross-origin isolated');
  for (const modulus of [P24, M31] as const) {
    const loaded = await device.load(map, modulus);
    const residues = Uint32Array.from(x, (value) => (value + modulus) % modulus);
    const wanted = apply(map, integers(x)).map((value) => Number(modulo(value, BigInt(modulus))));
    assert.equal([...(await loaded.apply(residues))], wanted);
    loaded.release();
    assert.instance(await failure(loaded.apply(residues)), DeviceError);
  }
  const over = { ...map, weights: map.weights.map(() => 32767), inputRange: { minimum: -32768, maximum: 0 } };
  assert.match((await failure(device.load({ ...over, inputs: 40 }, 'integers'))).message, /int32/);
  await device.close();
  assert.instance(await failure(device.load(map, P24)), DeviceError);
  far.close();
});

test('sessions over a port are private and verified, and a lie is refused', async () => {
  for (const lies of [false, true]) {
    const { near, far } = channel();
    const honest = await wasmDevice({ kernels });
    let current = honest;
    serveDevice({ ...honest, load: (loaded, mode) => current.load(loaded, mode) }, far);
    const device = await workerDevice(near);
    if (lies) current = saboteur(honest, { layer: 0, kind: 'one' });
    const arithmetic = await wasmArithmetic({ kernels });
    const session = await Session.open({ device, arithmetic, maps: [map] });
    await session.prepare(1);
    const inference = await session.begin();
    const trusted = arithmetic.allocate('i16', x.length);
    trusted.set(x);
    if (lies) assert.instance(await failure(inference.linear(0, trusted)), IntegrityError);
    else assert.equal([...(await inference.linear(0, trusted)).value], apply(map, integers(x)).map(Number));
    inference.end();
    session.close();
    arithmetic.close();
    await device.close();
    far.close();
  }
});

test('the arithmetic is the one of Node', async () => {
  const [here, there] = [await wasmArithmetic({ kernels }), await nodeArithmetic()];
  assert.equal(Object.keys(here), Object.keys(there));
  here.close();
  there.close();
});

test('an other side that describes itself senselessly, fails or computes wrongly is refused', async () => {
  const limits = { maximumTransferBytes: 2 ** 20, concurrency: 1 };
  const descriptions: [unknown, RegExp][] = [
    [undefined, /maximumTransferBytes/],
    [{ name: 'x', limits: { ...limits, maximumTransferBytes: Number.NaN } }, /maximumTransferBytes/],
    [{ name: 'x', limits: { ...limits, concurrency: 'many' } }, /concurrency/],
  ];
  for (const [description, message] of descriptions) {
    const { near, far } = channel();
    far.addEventListener('message', (event) => {
      const { id } = (event as MessageEvent<Request>).data;
      far.postMessage({ id, description });
    });
    far.start();
    assert.match((await failure(workerDevice(near))).message, message);
    far.close();
  }
  const { near, far } = channel();
  serveDevice(Promise.reject(new Error('no adapter')), far);
  const error = await failure(workerDevice(near));
  assert.instance(error, DeviceError);
  assert.match(error.message, /no adapter/);
  far.close();
  const searched = channel();
  const places = Array.from({ length: 90 }, (_, at) => `/usr/lib/${at}`).join(', ');
  serveDevice(Promise.reject(new DeviceUnavailableError(`Looked in: ${places}.`)), searched.far);
  const unavailable = await failure(workerDevice(searched.near));
  assert.instance(unavailable, DeviceUnavailableError);
  assert.is(unavailable.message, `Looked in: ${places}.`, 'a list of places is told whole');
  searched.far.close();
  const other = channel();
  serveDevice(saboteur(await wasmDevice({ kernels }), { layer: 3, kind: 'one' }), other.far);
  assert.match((await failure(workerDevice(other.near))).message, /does not compute exactly/);
  other.far.close();
});
