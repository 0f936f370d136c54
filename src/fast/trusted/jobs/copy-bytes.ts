/**
 * Copies between memories. JavaScript copies shared memory word by word with atomic accesses, a quarter as fast as the
 * processor can; where there are Node's buffers, filling one with another is a plain memcpy.
 */
import { byteLengthOf } from '../../../boundary/array-buffers.js';

/** A memory, or a part of it, in the form in which `copyBytes` writes to it fastest. Its length is fixed, also if the memory grows. */
export function bytesOf(memory: ArrayBufferLike, start = 0, length = byteLengthOf(memory) - start): Uint8Array {
  return typeof Buffer === 'undefined' ? new Uint8Array(memory, start, length) : Buffer.from(memory, start, length);
}

/** Writes `from` to `to`, which `bytesOf` gave, from byte `at` on. Only what was written may be used: the source may change meanwhile. */
export function copyBytes(to: Uint8Array, at: number, from: Uint8Array): void {
  if (from.length === 0) return;
  if (at + from.length > to.length) throw new RangeError('the copy does not fit');
  if (typeof Buffer !== 'undefined' && to instanceof Buffer) to.fill(from, at, at + from.length);
  else to.set(from, at);
}
