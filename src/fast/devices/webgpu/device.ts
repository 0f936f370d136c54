/** WebGPU as an untrusted device: in browsers, and in Node through Dawn. Integer kernels only, so it is exact everywhere. */

import { someOptions } from '../../../boundary/validators.js';
import type { Device } from '../../../protocol/device.js';
import { selfTest } from '../self-test.js';
import { aTimeout, openWithin } from '../within.js';
import type { WebgpuDeviceOptions } from './options.js';
import { openUntested, type Untested } from './untested-device.js';

/**
 * Opens the device and tests it with worst-case vectors.
 *
 * Calls may overlap. The limits of the adapter (buffer and binding sizes, dispatch sizes) cut large calls into pieces; they
 * make nothing fail unless a single row of the output, or the weights of one block of channels, exceeds them. `load` refuses
 * a map whose integers may not fit int32 (`'integers'` only) and rejects malformed maps with `TypeError` or `RangeError`.
 * When the GPU is lost, or reports an error, all pending and later calls reject with `DeviceError`.
 *
 * @throws DeviceUnavailableError when this machine has no WebGPU adapter: it says where was looked and what to install;
 * DeviceError when the adapter gives no device, is not ready in time, or does not compute exactly; TypeError or RangeError for wrong options
 * @example
 * const device = await webgpuDevice();
 * const loaded = await device.load(map, 'integers');
 * const y = await loaded.apply(x);
 * await device.close();
 */
export async function webgpuDevice(options: WebgpuDeviceOptions = {}): Promise<Device> {
  const known = {
    gpu: true,
    powerPreference: true,
    forceFallbackAdapter: true,
    limits: true,
    packedDot: true,
    openTimeoutMs: true,
  } as const;
  const limitMs = aTimeout(someOptions(options, known, 'webgpuDevice').openTimeoutMs, 'openTimeoutMs');
  if (options.limits !== undefined) {
    someOptions(options.limits, { bufferBytes: true, workgroups: true }, "webgpuDevice's limits");
  }
  const open = async (): Promise<Untested & Pick<Device, 'close'>> => {
    const untested = await openUntested(options);
    return { ...untested, close: () => untested.device.close() };
  };
  const { device } = await openWithin(limitMs, open, async (opened) => {
    // The vectors have one output pixel each, so they are also given to the kernel for many, which must be as exact.
    const tests = [opened.device, opened.tiled].map((one) => selfTest(one, { timeoutMs: limitMs }));
    await Promise.all(tests);
  });
  return device;
}
