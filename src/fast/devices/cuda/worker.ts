/** The thread of a cuda device that has one of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Device } from '../../../protocol/device.js';
import { serve } from '../wasm/serve.js';
import { type CudaDeviceOptions, cudaDevice } from './device.js';

/** Memory that the card has locked cannot go to another thread: an answer for which there was no room is copied. */
function sendable(device: Device): Device {
  return {
    ...device,
    async load(map, mode) {
      const loaded = await device.load(map, mode);
      return {
        apply: async (x, into) => (into === undefined ? (await loaded.apply(x)).slice() : loaded.apply(x, into)),
        release: () => loaded.release(),
      };
    },
  };
}

serve(cudaDevice(workerData as CudaDeviceOptions).then(sendable), {
  listen: (take) => parentPort?.on('message', take),
  post: (answer, transfer) => parentPort?.postMessage(answer, transfer),
});
