/** The processor as an untrusted device: the same kernels in a thread with a memory of its own. */

import type { Device } from '../../../protocol/device.js';
import { selfTest } from '../self-test.js';
import { distantDevice } from './distant-device.js';
import { WASM } from './kernel-device.js';
import { Mailbox } from './mailbox.js';
import { nodeThread } from './node-thread.js';

/** How to open the device. */
export interface WasmDeviceOptions {
  /** The thread's script, for bundlers that move it; by default the file beside this one. */
  readonly script?: URL;
}

/** The compiled worker, or the way to the TypeScript one when this file itself runs as TypeScript. */
function defaultScript(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './worker-from-source.mjs' : './worker.js', import.meta.url);
}

/**
 * Opens the device and tests it with worst-case vectors.
 *
 * Calls may overlap; they are answered in order by one thread. `apply` takes over the input's buffer. `load` refuses a map
 * whose integers may not fit int32 (`'integers'` only) and rejects malformed maps with `TypeError` or `RangeError`.
 *
 * @throws DeviceError when the thread cannot start (kernels not built) or does not compute exactly
 * @example
 * const device = await wasmDevice();
 * const loaded = await device.load(map, 'integers');
 * const y = await loaded.apply(x);
 * await device.close();
 */
export async function wasmDevice(options: WasmDeviceOptions = {}): Promise<Device> {
  const mailbox = new Mailbox(nodeThread(options.script ?? defaultScript()), WASM.name);
  const device = distantDevice(mailbox, WASM);
  try {
    await selfTest(device);
  } catch (error) {
    await device.close();
    throw error;
  }
  return device;
}
