/** Copies between the kernels' memory and memory that only JavaScript reaches. Number 0 stands for the kernels' own. */
import type { Host } from '../team/host.js';

/** Brings bytes to address `to`. Each byte is read once, so whoever owns the source cannot change what was brought. */
export function bring(host: Host, id: number, at: number, bytes: number, to: number): void {
  if (id === 0) host.kernels.copy(to, at, bytes);
  else new Uint8Array(host.buffer, to, bytes).set(new Uint8Array(host.foreign(id), at, bytes));
}

/** Takes bytes from address `from`. */
export function take(host: Host, id: number, at: number, bytes: number, from: number): void {
  new Uint8Array(host.foreign(id), at, bytes).set(new Uint8Array(host.buffer, from, bytes));
}
