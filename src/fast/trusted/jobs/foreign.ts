/** Copies between the kernels' memory and memory that only JavaScript reaches. Number 0 stands for the kernels' own. */
import type { Host } from '../team/host.js';
import { copyBytes } from './copy-bytes.js';

/** Brings bytes to address `to`. Nothing else reads the source, so whoever owns it cannot change what was brought. */
export function bring(host: Host, id: number, at: number, bytes: number, to: number): void {
  if (id === 0) {
    host.kernels.copy(to, at, bytes);
    return;
  }
  const { view, from } = host.foreign(id).window(at, bytes);
  copyBytes(host.bytes, to, view.subarray(from, from + bytes));
}

/** Takes bytes from address `from`. */
export function take(host: Host, id: number, at: number, bytes: number, from: number): void {
  const to = host.foreign(id).window(at, bytes);
  copyBytes(to.view, to.from, host.bytes.subarray(from, from + bytes));
}

/** A byte offset in two arguments, since memory outside the kernels' may have more than 4 GiB. */
export function offsetOf(high: number, low: number): number {
  return high * 2 ** 32 + (low >>> 0);
}

/** The upper part of an offset; the lower 32 bits survive as they are. */
export function highOf(offset: number): number {
  return Math.floor(offset / 2 ** 32);
}
