/** Starts the two workers. Bundlers look for exactly these expressions. */

export function startTrusted(): Worker {
  return new Worker(new URL('./trusted.worker.ts', import.meta.url), { type: 'module', name: 'trusted' });
}

export function startDevice(): Worker {
  return new Worker(new URL('./device.worker.ts', import.meta.url), { type: 'module', name: 'device' });
}
