/** The cuda device in a thread of its own, so that queueing work on the card takes no time from the trusted side. */
import type { Device } from '../../../protocol/device.js';
import { distantDevice } from '../wasm/distant-device.js';
import { Mailbox } from '../wasm/mailbox.js';
import { nodeThread } from '../wasm/node-thread.js';
import type { CudaDeviceOptions } from './device.js';

/** The compiled worker, or the way to the TypeScript one when this file itself runs as TypeScript. */
const script = new URL(import.meta.url.endsWith('.ts') ? './worker-from-source.mjs' : './worker.js', import.meta.url);

/**
 * Opens a card as `cudaDevice` does, in another thread. Messages and answers lie in shared memory, so nothing but their
 * places goes from thread to thread; an answer for which no room was given is copied.
 *
 * @throws DeviceUnavailableError when there is no card, no `koffi`, or a library is missing: the message lists every place
 * @throws DeviceError when the card fails, or does not compute exactly
 * @example
 * const device = await cudaThread();
 * const loaded = await device.load(map, 'integers');
 * const y = await loaded.apply(x);
 * await device.close();
 */
export async function cudaThread(options: CudaDeviceOptions = {}): Promise<Device> {
  const mailbox = new Mailbox(nodeThread(script, options), 'cuda');
  try {
    const { description } = await mailbox.ask({ verb: 'describe' });
    let closing: Promise<void> | undefined;
    // What the card has locked must be unlocked before the thread ends. A card that fails at that has ended anyway.
    const close = (): Promise<unknown> => mailbox.ask({ verb: 'close' }).catch(() => {});
    return {
      ...distantDevice(mailbox, description!),
      close: () => (closing ??= close().then(() => mailbox.close())),
    };
  } catch (error) {
    await mailbox.close();
    throw error;
  }
}
