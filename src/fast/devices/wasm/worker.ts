/** The device's own thread in Node: its own kernels, its own memory, one job after another. */
import { parentPort } from 'node:worker_threads';
import { loadKernels } from '../../trusted/kernels/load.js';
import { KernelMemory } from '../../trusted/memory.js';
import { kernelDevice } from './kernel-device.js';
import { serve } from './serve.js';

const memory = new KernelMemory(await loadKernels());

serve(kernelDevice(memory), {
  listen: (take) => parentPort?.on('message', take),
  post: (answer, transfer) => parentPort?.postMessage(answer, transfer),
});
