/** Per-channel numbers in the form in which the kernels read them. */
import type { Frame, KernelMemory } from '../memory.js';

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

/** Starting a period again costs as much as a few vectors, so a period is at least this long. */
const SHORTEST_PERIOD = 64;

/**
 * How many per-channel entries the kernels need: they take eight at a time and start again after a whole period, so the
 * channels are repeated until their number is a multiple of 8, or until there is one for every entry.
 */
export function periodOf(channels: number, count: number): number {
  const multiple = (channels * 8) / greatestDivisor(channels, 8);
  return Math.min(multiple * Math.ceil(SHORTEST_PERIOD / multiple), count);
}

/** The address of `period` entries of `perChannel`, repeated from its start as often as needed. */
export function repeated(memory: KernelMemory, frame: Frame, perChannel: Int32Array, period: number): number {
  const pointer = frame.space(period * 4);
  const view = new Int32Array(memory.buffer, pointer, period);
  for (let at = 0; at < period; at += perChannel.length) {
    view.set(perChannel.subarray(0, Math.min(perChannel.length, period - at)), at);
  }
  return pointer;
}
