/** A device's thread in Node: a worker thread. */
import { Worker } from 'node:worker_threads';
import { reasonOf } from '../../../boundary/printable.js';
import type { Thread } from './thread.js';

/** Starts the script in a thread of its own, which finds `data` in its `workerData`. */
export function nodeThread(script: URL, data?: unknown): Thread {
  // The thread needs none of the process's flags, and some of them (--input-type) would stop it from starting.
  const worker = new Worker(script, { execArgv: [], workerData: data });
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    listen({ message, ended }) {
      worker.on('message', message);
      worker.on('messageerror', (error) => ended(`an answer could not be read: ${reasonOf(error)}`));
      worker.on('error', (error: unknown) => ended(`its thread failed: ${reasonOf(error)}`));
      worker.on('exit', () => ended('its thread ended'));
    },
    awaited: (yes) => (yes ? worker.ref() : worker.unref()),
    end: async () => void (await worker.terminate()),
  };
}
