/** What a call must be cut into pieces for. */
import type { WebgpuLimits } from './options.js';

/** The adapter's own, to ask for when its device is made: the defaults are far lower. */
export function requiredLimits({ limits }: GPUAdapter): Record<string, number> {
  const { maxBufferSize, maxStorageBufferBindingSize, maxComputeWorkgroupsPerDimension } = limits;
  return { maxBufferSize, maxStorageBufferBindingSize, maxComputeWorkgroupsPerDimension };
}

/** The largest power of two that is not larger; buffers come in powers of two. */
function powerOfTwoBelow(value: number): number {
  return 2 ** Math.floor(Math.log2(value));
}

/** The device's limits, made smaller where that is wanted. */
export function limitsOf({ limits }: GPUDevice, wanted: Partial<WebgpuLimits> = {}): WebgpuLimits {
  const { maxBufferSize, maxStorageBufferBindingSize, maxComputeWorkgroupsPerDimension } = limits;
  const bufferBytes = Math.min(maxBufferSize, maxStorageBufferBindingSize, wanted.bufferBytes ?? Infinity);
  return {
    bufferBytes: powerOfTwoBelow(Math.max(bufferBytes, 256)),
    workgroups: Math.min(maxComputeWorkgroupsPerDimension, wanted.workgroups ?? Infinity),
  };
}
