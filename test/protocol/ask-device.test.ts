/** One wait for a device alone: how it ends, and that nothing of it stays behind. */
import { getEventListeners } from 'node:events';
import * as assert from 'uvu/assert';
import { askDevice } from '../../src/protocol/ask-device.js';
import { DeviceError } from '../../src/protocol/index.js';
import { suite } from '../suite.js';

const test = suite('protocol: one wait for a device');
const off = (error: unknown): Error => error as Error;
const reason = new Error('never mind');
const LONG_MS = 1_000_000;

const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

/** What a wait gives. Afterwards no timer and no listener may be left of it. */
async function outcome(work: () => unknown, limitMs = LONG_MS, controller = new AbortController()): Promise<unknown> {
  const before = timers();
  const { signal } = controller;
  const waiting = askDevice(work as () => Promise<unknown>, { limitMs, signal }).catch(off);
  const result = await waiting;
  assert.is(timers(), before, 'a timer is left');
  assert.is(getEventListeners(signal, 'abort').length, 0, 'a listener is left');
  return result;
}

test('an answer, now or later', async () => {
  assert.is(await outcome(() => 3), 3);
  assert.is(await outcome(async () => 4), 4);
  assert.is(await outcome(() => new Promise((resolve) => setTimeout(resolve, 2, 5))), 5);
});

test('a failure, at once or later, is a DeviceError; so is silence', async () => {
  const failing: (() => unknown)[] = [
    () => {
      throw new Error('no');
    },
    () => Promise.reject(new Error('no')),
    () => Promise.reject(undefined),
  ];
  for (const work of failing) assert.instance(await outcome(work), DeviceError);
  const late = await outcome(() => new Promise(() => {}), 7);
  assert.instance(late, DeviceError);
  assert.match((late as Error).message, /within 7 ms/);
});

test('a signal that fired before: the device is not asked', async () => {
  const controller = new AbortController();
  controller.abort(reason);
  let asked = 0;
  assert.is(await outcome(() => ++asked, LONG_MS, controller), reason);
  assert.is(asked, 0);
});

test('a signal that fires while the device is silent, or as it fails or throws', async () => {
  const works: ((controller: AbortController) => unknown)[] = [
    (controller) => {
      setTimeout(() => controller.abort(reason), 1);
      return new Promise(() => {});
    },
    (controller) => {
      controller.abort(reason);
      throw new Error('no');
    },
    async (controller) => {
      controller.abort(reason);
      throw new DeviceError('no');
    },
    (controller) => {
      controller.abort(reason);
      return new Promise(() => {});
    },
  ];
  for (const work of works) {
    const controller = new AbortController();
    assert.is(await outcome(() => work(controller), LONG_MS, controller), reason);
  }
});
