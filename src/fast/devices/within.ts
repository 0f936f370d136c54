/** Waiting for a device that may never answer: opening, testing and closing all end. */

import { anInteger } from '../../boundary/validators.js';
import type { Device } from '../../protocol/device.js';
import { DeviceError } from '../../protocol/errors.js';

/** How long opening a device, its self-test included, may take. */
export const OPEN_TIMEOUT_MS = 120_000;

/** How long an end that was asked for politely may take. */
export const CLOSE_TIMEOUT_MS = 5_000;

/** A limit that was given, or the usual one: from 1 ms to 2^31 - 1, the longest that timers know. */
export function aTimeout(given: number | undefined, name: string, usual = OPEN_TIMEOUT_MS): number {
  return anInteger(given ?? usual, name, 1, 2 ** 31 - 1);
}

/**
 * What `pending` resolves to.
 * @throws DeviceError that says `late` when it takes longer than `limitMs`
 */
export async function within<T>(pending: Promise<T>, limitMs: number, late: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeviceError(late)), limitMs);
  });
  try {
    return await Promise.race([pending, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for an end, but not for ever, and whatever comes of it. */
export async function ended(end: () => unknown, limitMs = CLOSE_TIMEOUT_MS): Promise<void> {
  const ending = Promise.resolve().then(end);
  await within(ending, limitMs, '').catch(() => {});
}

/**
 * Opens a device and tests it. When that fails or takes too long the device is ended, also one that comes too late.
 * @throws DeviceError when it takes longer than `limitMs`; whatever `open` and `test` throw
 */
export async function openWithin<D extends Pick<Device, 'close'>>(
  limitMs: number,
  open: () => Promise<D>,
  test: (device: D) => Promise<void>,
): Promise<D> {
  let opened: D | undefined;
  const opening = Promise.resolve()
    .then(open)
    .then((device) => {
      opened = device;
      return device;
    });
  const tested = opening.then(async (device) => {
    await test(device);
    return device;
  });
  try {
    return await within(tested, limitMs, `The device was not ready within ${limitMs} ms: it was refused.`);
  } catch (error) {
    if (opened !== undefined) await ended(() => opened?.close());
    else opening.then((device) => device.close()).catch(() => {});
    throw error;
  }
}
