/** What the copies alone would take: the limit that a device's times are compared with, measured in the same run. */
import type { Device } from '../src/protocol/device.js';
import { COUNT, copyCase } from './kernel-cases.js';

/** Rates by name, and of them the two that copies to and from the device are compared with, in bytes per second. */
export interface Limits {
  readonly rates: Readonly<Record<string, number>>;
  readonly inBytesPerSecond: number;
  readonly outBytesPerSecond: number;
}

/** A device that knows what its hardware can do, as `cuda` does: copies in GB/s (10^9), products in TOPS. */
interface Measurable {
  measureLimits?: () => Promise<Record<string, number>>;
}

const COPY_IN = 'pinned copy in, GB/s';
const COPY_OUT = 'pinned copy out, GB/s';
const COPY = 'memory.copy, GB/s copied';

async function memoryCopy(): Promise<number> {
  const { run } = await copyCase();
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 20; i++) {
    const start = performance.now();
    run();
    best = Math.min(best, performance.now() - start);
  }
  return (COUNT * 4) / best / 1e6;
}

/** Asks the device; one that cannot tell is compared with `memory.copy` in WebAssembly, as the trusted side's kernels are. */
export async function limitsOf(device: Device): Promise<Limits> {
  const rates = await (device as Device & Measurable).measureLimits?.();
  if (rates?.[COPY_IN] !== undefined && rates[COPY_OUT] !== undefined) {
    return { rates, inBytesPerSecond: rates[COPY_IN] * 1e9, outBytesPerSecond: rates[COPY_OUT] * 1e9 };
  }
  const copy = await memoryCopy();
  return { rates: { ...rates, [COPY]: copy }, inBytesPerSecond: copy * 1e9, outBytesPerSecond: copy * 1e9 };
}

/** Milliseconds to copy so many bytes in, and then so many out. */
export function copyMs({ inBytesPerSecond, outBytesPerSecond }: Limits, bytesIn: number, bytesOut: number): number {
  return (bytesIn / inBytesPerSecond + bytesOut / outBytesPerSecond) * 1e3;
}
