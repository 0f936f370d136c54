/** WebGPU as an untrusted device: in browsers, and in Node through Dawn. Integer kernels only, so it is exact everywhere. */
import type { Device } from '../../../protocol/device.js';
import { selfTest } from '../self-test.js';
import type { WebgpuDeviceOptions } from './options.js';
import { openUntested } from './untested-device.js';

/**
 * Opens the device and tests it with worst-case vectors.
 *
 * Calls may overlap. The limits of the adapter (buffer and binding sizes, dispatch sizes) cut large calls into pieces; they
 * make nothing fail unless a single row of the output, or the weights of one block of channels, exceeds them. `load` refuses
 * a map whose integers may not fit int32 (`'integers'` only) and rejects malformed maps with `TypeError` or `RangeError`.
 * When the GPU is lost, or reports an error, all pending and later calls reject with `DeviceError`.
 *
 * @throws DeviceUnavailableError when this machine has no WebGPU adapter: it says where was looked and what to install;
 * DeviceError when the adapter gives no device, or does not compute exactly
 * @example
 * const device = await webgpuDevice();
 * const loaded = await device.load(map, 'integers');
 * const y = await loaded.apply(x);
 * await device.close();
 */
export async function webgpuDevice(options: WebgpuDeviceOptions = {}): Promise<Device> {
  const { device, tiled } = await openUntested(options);
  try {
    // The vectors have one output pixel each, so they are also given to the kernel for many, which must be as exact.
    await Promise.all([selfTest(device), selfTest(tiled)]);
  } catch (error) {
    await device.close();
    throw error;
  }
  return device;
}
