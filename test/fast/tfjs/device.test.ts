/** Tiles, chunks, switching backends, and an orderly end that leaves no tensor behind. */
import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { conformance } from '../../../src/conformance/index.js';
import { tfjsDevice } from '../../../src/fast/devices/tfjs/device.js';
import { openTfjs, TFJS_BACKENDS, type TfjsBackend } from '../../../src/fast/devices/tfjs/open.js';
import { M31, type Modulus, P24 } from '../../../src/model/modulus.js';
import { DeviceError, DeviceUnavailableError } from '../../../src/protocol/errors.js';
import { apply, type Dense, inputLength, type LinearMap, modulo } from '../../../src/reference/index.js';
import { integers } from '../../generators.js';
import { suite } from '../../suite.js';

const test = suite('tfjs device');
const device = await openTfjs('wasm');
const other = await openTfjs('cpu');

const dense = (inputs: number, outputs: number, weight: (i: number) => number): Dense => ({
  kind: 'dense',
  inputs,
  outputs,
  weights: Int16Array.from({ length: inputs * outputs }, (_, i) => weight(i)),
  inputRange: { minimum: -128, maximum: 127 },
});

function residuesFor(map: LinearMap, p: Modulus): Uint32Array {
  return Uint32Array.from({ length: inputLength(map) }, (_, i) => (i * 2654435761 + 12345) % p);
}

function wanted(map: LinearMap, p: Modulus, x: Uint32Array): Uint32Array {
  return Uint32Array.from(apply(map, integers(x)), (value) => Number(modulo(value, BigInt(p))));
}

async function failure(promise: Promise<unknown>): Promise<Error> {
  let caught: unknown;
  try {
    await promise;
  } catch (error) {
    caught = error;
  }
  assert.instance(caught, Error);
  return caught as Error;
}

test('the smallest tensors, so that images are cut into rows and rows into columns', async () => {
  await tf.setBackend('wasm');
  await conformance(() => tfjsDevice(tf, { tensorEntries: 2 ** 10 }), { randomShapes: 80 });
});

test('totals that must be reduced on the way: more chunks of two-digit weights than float64 holds', async () => {
  const map = dense(9000, 2, (i) => (i % 3 === 0 ? 32767 : -32768));
  const loaded = await device.load(map, M31);
  for (const value of [(M31 - 1) / 2, (M31 + 1) / 2, M31 - 1]) {
    const x = new Uint32Array(9000).fill(value);
    assert.equal(await loaded.apply(x.slice()), wanted(map, M31, x));
  }
  loaded.release();
});

test('a depthwise kernel whose sums do not fit float64 as they are', async () => {
  const map: LinearMap = {
    kind: 'convolution',
    input: { height: 14, width: 13, channels: 2 },
    kernel: { height: 13, width: 12 },
    stride: { y: 1, x: 1 },
    dilation: { y: 1, x: 1 },
    padding: { top: 0, bottom: 0, left: 0, right: 0 },
    groups: 2,
    outputChannels: 4,
    weights: new Int16Array(4 * 13 * 12).fill(-32768),
    inputRange: { minimum: -128, maximum: 127 },
  };
  const loaded = await device.load(map, M31);
  for (const x of [residuesFor(map, M31), new Uint32Array(inputLength(map)).fill((M31 - 1) / 2)]) {
    assert.equal(await loaded.apply(x.slice()), wanted(map, M31, x));
  }
  loaded.release();
});

test('two backends in turns, while others change the backend too', async () => {
  const map = dense(70, 9, (i) => (i % 255) - 127);
  const [first, second] = [await device.load(map, P24), await other.load(map, M31)];
  const calls = Array.from({ length: 20 }, async (_, n) => {
    const p = n % 2 === 0 ? P24 : M31;
    const x = residuesFor(map, p).map((value) => (value + n) % p);
    const answer = (n % 2 === 0 ? first : second).apply(x.slice());
    await tf.setBackend(n % 3 === 0 ? 'cpu' : 'wasm');
    assert.equal(await answer, wanted(map, p, x));
  });
  await Promise.all(calls);
  first.release();
  second.release();
});

test('no tensor is left behind by loads, calls, refusals, releases in the middle, and closing', async () => {
  const before = tf.memory().numTensors;
  for (const backend of ['cpu', 'wasm'] as const) {
    const own = await openTfjs(backend);
    const large = dense(3000, 40, (i) => (i % 511) - 255);
    const kept = await own.load(large, M31);
    const weights = tf.memory().numTensors;
    await Promise.all([kept.apply(residuesFor(large, M31)), kept.apply(residuesFor(large, M31))]);
    await failure(kept.apply(new Uint32Array(5)));
    assert.is(tf.memory().numTensors, weights);
    const released = await own.load(large, P24);
    const pending = released.apply(residuesFor(large, P24));
    released.release();
    assert.instance(await failure(pending), DeviceError);
    assert.is(tf.memory().numTensors, weights);
    const late = kept.apply(residuesFor(large, M31));
    await own.close();
    assert.match((await failure(late)).message, /released|closed/);
    assert.match((await failure(own.load(large, P24))).message, /closed/);
    assert.is(tf.memory().numTensors, before);
  }
});

test('what fails in TensorFlow.js is a DeviceError, leaves no tensor, and the device goes on', async () => {
  await tf.setBackend('cpu');
  let broken = false;
  const matMul = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => {
    if (broken) throw new Error('out of memory');
    return tf.matMul(a, b);
  };
  const own = await tfjsDevice({ ...tf, matMul });
  const map = dense(3, 2, (i) => i + 1);
  const loaded = await own.load(map, 'integers');
  const before = tf.memory().numTensors;
  broken = true;
  const error = await failure(loaded.apply(Int16Array.of(1, 2, 3)));
  assert.instance(error, DeviceError);
  assert.match(error.message, /cpu.*out of memory/);
  assert.is(tf.memory().numTensors, before);
  broken = false;
  assert.equal(await loaded.apply(Int16Array.of(1, 2, 3)), Int32Array.of(14, 32));
  await own.close();
});

test('a long call lets timers through', async () => {
  const map = dense(2000, 300, (i) => (i % 255) - 127);
  const loaded = await device.load(map, P24);
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  await loaded.apply(new Uint32Array(2000 * 600).fill(77));
  clearInterval(timer);
  loaded.release();
  assert.ok(ticks > 0);
});

test('an absent backend says what to install, an unknown one what there is', async () => {
  for (const backend of TFJS_BACKENDS) {
    const outcome = await openTfjs(backend).catch((error: unknown) => error);
    if (!(outcome instanceof Error)) {
      await (outcome as typeof device).close();
      continue;
    }
    assert.instance(outcome, DeviceUnavailableError);
    assert.match(outcome.message, `tfjs-${backend}`);
    if (!outcome.message.includes('did not start')) assert.match(outcome.message, 'npm install @tensorflow/tfjs-');
    if (backend === 'node-gpu' && outcome.message.includes('not installed')) {
      assert.match(outcome.message, 'npm install @tensorflow/tfjs-node-gpu@4.22.0');
    }
  }
  const error = await failure(openTfjs('abacus' as TfjsBackend));
  assert.instance(error, TypeError);
  assert.match(error.message, /node-gpu, node, wasm, webgpu, cpu/);
});

test.after(async () => {
  await device.close();
  await other.close();
});
