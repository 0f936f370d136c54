/** Starts the helpers of a team as worker threads of Node. */
import { MessageChannel, Worker } from 'node:worker_threads';
import type { KernelInstance } from '../kernels/instance.js';
import { makeControl } from './control.js';
import type { ForeignMemory } from './foreign-memory.js';
import type { HelperData } from './helper.js';
import { Team } from './team.js';

/** The compiled helper, or the way to the TypeScript one when this file itself runs as TypeScript. */
const script = new URL(import.meta.url.endsWith('.ts') ? './helper-from-source.mjs' : './helper.js', import.meta.url);

/**
 * Starts `threads - 1` helpers.
 * @throws Error when a thread cannot start
 */
export async function openTeam(instance: KernelInstance, threads: number): Promise<Team> {
  const control = makeControl();
  const started = Array.from({ length: threads - 1 }, (_, index) => {
    const { port1, port2 } = new MessageChannel();
    const { module, memory } = instance;
    const workerData: HelperData = { control, memory, module, port: port2, thread: index + 1 };
    // The thread needs none of the process's flags, and some of them (--input-type) would stop it from starting.
    const worker = new Worker(script, { execArgv: [], workerData, transferList: [port2] });
    port1.unref();
    return { worker, port: port1 };
  });
  await Promise.all(started.map(({ worker }) => ready(worker)));
  // Helpers keep no process alive once they are there.
  for (const { worker } of started) worker.unref();
  const helpers = started.map(({ worker, port }) => ({
    post: (message: ForeignMemory) => port.postMessage(message),
    end: () => void worker.terminate(),
  }));
  return new Team(instance, control, helpers);
}

function ready(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    // Not 'online', which comes before the thread has kernels.
    worker.once('message', () => resolve());
    worker.once('error', (cause) => reject(new Error('a trusted thread could not start', { cause })));
  });
}
