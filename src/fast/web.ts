/** The fast side's pieces for a page and its Web Workers: one thread each, kernels from the site, nothing of Node. */
import type { TrustedArithmetic } from '../protocol/arithmetic.js';
import type { Device } from '../protocol/device.js';
import { selfTest } from './devices/self-test.js';
import { distantDevice } from './devices/wasm/distant-device.js';
import { kernelDevice } from './devices/wasm/kernel-device.js';
import { Mailbox } from './devices/wasm/mailbox.js';
import type { Answer, Description, Request } from './devices/wasm/messages.js';
import { serve } from './devices/wasm/serve.js';
import { type Endpoint, webThread } from './devices/wasm/web-thread.js';
import { kernelArithmetic } from './kernel-arithmetic.js';
import { fetchKernels, type KernelSource } from './kernels/fetch.js';
import { KernelMemory } from './memory.js';
import { anInteger } from './validators.js';

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
export async function wasmArithmetic({ kernels }: WebKernels): Promise<TrustedArithmetic> {
  return kernelArithmetic(new KernelMemory(await fetchKernels(kernels)));
}

/**
 * The processor as a device, on the thread that calls it. A thread shares its memory with whatever else runs there, so a
 * device that is not trusted belongs in a worker of its own: open it there and give it to `serveDevice`.
 * @throws Error when there are no kernels at the address, or no memory
 */
export async function wasmDevice({ kernels }: WebKernels): Promise<Device> {
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
      scope.addEventListener('message', (event) => take((event as MessageEvent<Request>).data));
      if ('start' in scope) scope.start();
    },
    post: (answer: Answer, transfer) => scope.postMessage(answer, [...transfer]),
  });
}

/** What the other side says of itself, without believing more than that it has a name and limits. */
function aDescription(description: Description | undefined): Description {
  const { name, limits } = description ?? {};
  const maximumTransferBytes = anInteger(limits?.maximumTransferBytes ?? 0, 'maximumTransferBytes', 1, 2 ** 40);
  const concurrency = anInteger(limits?.concurrency ?? 0, 'concurrency', 1, 2 ** 10);
  // Memory can be shared between threads of pages that are cross-origin isolated only.
  const sharedMemory = limits?.sharedMemory === true && globalThis.crossOriginIsolated === true;
  return { name: String(name).slice(0, 64), limits: { maximumTransferBytes, concurrency, sharedMemory } };
}

/**
 * The device that is served at the other end of a worker or port, tested with worst-case vectors. Closing it ends the
 * worker or closes the port.
 * @throws DeviceError when there is no device at the other end, or it does not compute exactly; TypeError or RangeError
 * when it describes itself in a way that makes no sense
 * @example
 * const device = await workerDevice(new Worker(new URL('./device.js', import.meta.url), { type: 'module' }));
 */
export async function workerDevice(endpoint: Endpoint): Promise<Device> {
  const mailbox = new Mailbox(webThread(endpoint), 'worker');
  try {
    const { description } = await mailbox.ask({ verb: 'describe' });
    const device = distantDevice(mailbox, aDescription(description));
    await selfTest(device);
    return device;
  } catch (error) {
    await mailbox.close();
    throw error;
  }
}
