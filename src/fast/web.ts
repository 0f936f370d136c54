/** The fast side's pieces for a page and its Web Workers: one thread each, kernels from the site, nothing of Node. */

import { someOptions } from '../boundary/validators.js';
import type { TrustedArithmetic } from '../protocol/arithmetic.js';
import type { Device } from '../protocol/device.js';
import { selfTest } from './devices/self-test.js';
import { aDescription } from './devices/wasm/description.js';
import { distantDevice } from './devices/wasm/distant-device.js';
import { kernelDevice } from './devices/wasm/kernel-device.js';
import { Mailbox } from './devices/wasm/mailbox.js';
import type { Answer } from './devices/wasm/messages.js';
import { serve } from './devices/wasm/serve.js';
import { type Endpoint, webThread } from './devices/wasm/web-thread.js';
import { aTimeout, openWithin } from './devices/within.js';
import { kernelArithmetic } from './trusted/kernel-arithmetic.js';
import { fetchKernels, type KernelSource } from './trusted/kernels/fetch.js';
import { KernelMemory } from './trusted/memory.js';

/** Where the compiled kernels are. */
export interface WebKernels {
  readonly kernels: KernelSource;
}

/**
 * The trusted side's arithmetic in a browser, on the thread that calls it: see Node's `wasmArithmetic`. Put it in a worker,
 * so that the page stays alive.
 * @throws Error when there are no kernels at the address, or no memory
 * @example
 * const arithmetic = await wasmArithmetic({ kernels: new URL('/kernels.wasm', location.href) });
 */
export async function wasmArithmetic(options: WebKernels): Promise<TrustedArithmetic> {
  const { kernels } = someOptions(options, { kernels: true }, 'wasmArithmetic');
  return kernelArithmetic(new KernelMemory(await fetchKernels(kernels)));
}

/**
 * The processor as a device, on the thread that calls it. A thread shares its memory with whatever else runs there, so a
 * device that is not trusted belongs in a worker of its own: open it there and give it to `serveDevice`.
 * @throws Error when there are no kernels at the address, or no memory
 */
export async function wasmDevice(options: WebKernels): Promise<Device> {
  const { kernels } = someOptions(options, { kernels: true }, 'wasmDevice');
  return kernelDevice(new KernelMemory(await fetchKernels(kernels)));
}

/** The scope of a dedicated worker, as far as it talks to the page. */
export type WorkerScope = Pick<MessagePort, 'postMessage' | 'addEventListener'>;

/**
 * Answers, in a worker, for a device: to the page (`self`) or to whoever holds the port's other end and calls
 * `workerDevice`. Call it at once, also with a device that is still being opened, so that no request is missed.
 * @example
 * serveDevice(wasmDevice({ kernels }), self);
 */
export function serveDevice(device: Device | Promise<Device>, scope: WorkerScope | MessagePort): void {
  serve(device, {
    listen(take) {
      scope.addEventListener('message', (event) => take((event as MessageEvent<unknown>).data));
      if ('start' in scope) scope.start();
    },
    post: (answer: Answer, transfer) => scope.postMessage(answer, [...transfer]),
  });
}

/** How to open a device at the other end of a worker or port. */
export interface WorkerDeviceOptions {
  /** How long opening may take, self-test included: 120000 ms by default. */
  readonly openTimeoutMs?: number;
}

/**
 * The device that is served at the other end of a worker or port, tested with worst-case vectors. Closing it ends the
 * worker or closes the port.
 * @throws DeviceError when there is no device at the other end, it is not ready in time, describes itself in a way that makes
 * no sense, or does not compute exactly; TypeError or RangeError for wrong options
 * @example
 * const device = await workerDevice(new Worker(new URL('./device.js', import.meta.url), { type: 'module' }));
 */
export async function workerDevice(endpoint: Endpoint, options: WorkerDeviceOptions = {}): Promise<Device> {
  const { openTimeoutMs } = someOptions(options, { openTimeoutMs: true }, 'workerDevice');
  const limitMs = aTimeout(openTimeoutMs, 'openTimeoutMs');
  const mailbox = new Mailbox(webThread(endpoint), 'worker');
  const asked = mailbox.ask({ verb: 'describe' });
  const { device } = await openWithin(
    limitMs,
    async () => ({ close: () => mailbox.close(), device: null as Device | null }),
    async (opened) => {
      // Memory can be shared between threads of pages that are cross-origin isolated only.
      const mayShare = globalThis.crossOriginIsolated === true;
      opened.device = distantDevice(mailbox, aDescription((await asked).description, mayShare));
      await selfTest(opened.device, { timeoutMs: limitMs });
    },
  );
  return device!;
}
