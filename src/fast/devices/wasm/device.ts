/** The processor as an untrusted device: the same kernels in a thread with a memory of its own. */

import { someOptions } from '../../../boundary/validators.js';
import type { Device } from '../../../protocol/device.js';
import { selfTest } from '../self-test.js';
import { aTimeout, openWithin } from '../within.js';
import { distantDevice } from './distant-device.js';
import { wasmDescription } from './kernel-device.js';
import { Mailbox } from './mailbox.js';
import { nodeThread } from './node-thread.js';

/** How to open the device. */
export interface WasmDeviceOptions {
  /** The thread's script, for bundlers that move it; by default the file beside this one. */
  readonly script?: URL;
  /** How long opening may take, self-test included: 120000 ms by default. */
  readonly openTimeoutMs?: number;
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
 * @throws DeviceError when the thread cannot start (kernels not built), is not ready in time or does not compute exactly;
 * TypeError or RangeError for wrong options
 * @example
 * const device = await wasmDevice();
 * const loaded = await device.load(map, 'integers');
 * const y = await loaded.apply(x);
 * await device.close();
 */
export async function wasmDevice(options: WasmDeviceOptions = {}): Promise<Device> {
  const { script, openTimeoutMs } = someOptions(options, { script: true, openTimeoutMs: true }, 'wasmDevice');
  const limitMs = aTimeout(openTimeoutMs, 'openTimeoutMs');
  const description = wasmDescription();
  const device = distantDevice(new Mailbox(nodeThread(script ?? defaultScript()), description.name), description);
  return openWithin(
    limitMs,
    async () => device,
    (opened) => selfTest(opened, { timeoutMs: limitMs }),
  );
}
