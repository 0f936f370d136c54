/** The cuda device in a thread of its own, so that queueing work on the card takes no time from the trusted side. */
import type { Device } from '../../../protocol/device.js';
import { aDescription } from '../wasm/description.js';
import { distantDevice } from '../wasm/distant-device.js';
import { Mailbox } from '../wasm/mailbox.js';
import type { Description } from '../wasm/messages.js';
import { nodeThread } from '../wasm/node-thread.js';
import type { Thread } from '../wasm/thread.js';
import { aTimeout, ended, openWithin } from '../within.js';
import { type CudaDeviceOptions, someCudaOptions } from './device.js';

/** The compiled worker, or the way to the TypeScript one when this file itself runs as TypeScript. */
const script = new URL(import.meta.url.endsWith('.ts') ? './worker-from-source.mjs' : './worker.js', import.meta.url);

/**
 * Opens a card as `cudaDevice` does, in another thread. Messages and answers lie in shared memory, so nothing but their
 * places goes from thread to thread; an answer for which no room was given is copied.
 *
 * @throws DeviceUnavailableError when there is no card, no `koffi`, or a library is missing: the message lists every place
 * @throws DeviceError when the card fails, is not ready in time, or does not compute exactly;
 * TypeError or RangeError for wrong options
 * @example
 * const device = await cudaThread();
 * const loaded = await device.load(map, 'integers');
 * const y = await loaded.apply(x);
 * await device.close();
 */
export async function cudaThread(options: CudaDeviceOptions = {}): Promise<Device> {
  const limitMs = aTimeout(someCudaOptions(options, 'cudaThread').openTimeoutMs, 'openTimeoutMs');
  return openCudaThread(nodeThread(script, options), limitMs);
}

/** The device behind a thread that serves one. @throws DeviceError when it is not ready within `limitMs`, or fails */
export async function openCudaThread(thread: Thread, limitMs: number): Promise<Device> {
  const mailbox = new Mailbox(thread, 'cuda');
  // The thread has tested the card itself: it is only asked what it found.
  const asked = mailbox.ask({ verb: 'describe' });
  const { description } = await openWithin(
    limitMs,
    async () => ({ close: () => mailbox.close(), description: undefined as unknown }),
    async (opened) => {
      opened.description = aDescription((await asked).description, true);
    },
  );
  const device = distantDevice(mailbox, description as Description);
  let closing: Promise<void> | undefined;
  // What the card has locked must be unlocked before the thread ends. A card that fails at that has ended anyway.
  const close = async (): Promise<void> => {
    await ended(() => mailbox.ask({ verb: 'close' }));
    await mailbox.close();
  };
  return { ...device, close: () => (closing ??= close()) };
}
