/** Copies between the kernels' memory and memory that only JavaScript reaches. Number 0 stands for the kernels' own. */
import type { Host } from '../team/host.js';
import { copyBytes } from './copy-bytes.js';

/** Brings bytes to address `to`. Nothing else reads the source, so whoever owns it cannot change what was brought. */
export function bring(host: Host, id: number, at: number, bytes: number, to: number): void {
  if (id === 0) host.kernels.copy(to, at, bytes);
  else copyBytes(host.bytes, to, host.foreign(id).subarray(at, at + bytes));
}

/** Takes bytes from address `from`. */
export function take(host: Host, id: number, at: number, bytes: number, from: number): void {
  copyBytes(host.foreign(id), at, host.bytes.subarray(from, from + bytes));
}
