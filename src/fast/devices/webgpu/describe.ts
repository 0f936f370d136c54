/** What WebGPU offers on this machine, without opening a device. */
import { findAdapter, hasPackedDot, isSoftware } from './adapter.js';
import type { AdapterOptions } from './options.js';

/** An adapter in words and numbers. All texts come from the driver. */
export interface WebgpuDescription {
  /** Who made the adapter. */
  readonly vendor: string;
  /** Its family. */
  readonly architecture: string;
  /** The model, if the driver tells it. */
  readonly device: string;
  /** What the driver says about it. */
  readonly description: string;
  /** True when the processor plays the graphics card: exact, and slow. */
  readonly software: boolean;
  /** True if four products of 8-bit numbers are one instruction of the shading language. */
  readonly packedDot: boolean;
  /** Optional features of WebGPU that it has, sorted. */
  readonly features: readonly string[];
  /** The limits that decide which layers fit. */
  readonly limits: {
    /** Bytes of a buffer. */
    readonly maxBufferSize: number;
    /** Bytes of a buffer that a kernel sees at once. */
    readonly maxStorageBufferBindingSize: number;
    /** Workgroups of one launch in each direction. */
    readonly maxComputeWorkgroupsPerDimension: number;
    /** Bytes that a workgroup shares. */
    readonly maxComputeWorkgroupStorageSize: number;
    /** Threads of a workgroup. */
    readonly maxComputeInvocationsPerWorkgroup: number;
  };
}

/**
 * Describes the adapter that `webgpuDevice` would open with the same options.
 * @throws DeviceUnavailableError when there is none
 * @example
 * const { description, software } = await describeWebgpu();
 */
export async function describeWebgpu(options: AdapterOptions = {}): Promise<WebgpuDescription> {
  const { gpu, adapter } = await findAdapter(options);
  const { info, limits, features } = adapter;
  return {
    vendor: info.vendor,
    architecture: info.architecture,
    device: info.device,
    description: info.description,
    software: isSoftware(adapter),
    packedDot: hasPackedDot(gpu),
    features: [...features].sort(),
    limits: {
      maxBufferSize: limits.maxBufferSize,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
    },
  };
}
