/** What a caller may choose. Without WebGPU's own types, so that using the library does not need them. */

/** Anything that gives adapters as `navigator.gpu` does. */
export interface AdapterSource {
  /** As `navigator.gpu.requestAdapter`. */
  requestAdapter(options?: object): Promise<unknown>;
}

/** Which WebGPU, and which of its adapters. */
export interface AdapterOptions {
  /** Where adapters come from: a `GPU` object. By default the browser's `navigator.gpu`, else the `webgpu` package. */
  readonly gpu?: AdapterSource;
  /** Which adapter, where there are several; `'high-performance'` by default. */
  readonly powerPreference?: 'low-power' | 'high-performance';
  /** True asks for a software adapter. */
  readonly forceFallbackAdapter?: boolean;
}

/** Sizes that nothing the device allocates or dispatches may exceed. */
export interface WebgpuLimits {
  /** Bytes of one buffer and of one binding; rounded down to a power of two. */
  readonly bufferBytes: number;
  /** Workgroups along one dimension of a dispatch. */
  readonly workgroups: number;
}

/** How to open the device. */
export interface WebgpuDeviceOptions extends AdapterOptions {
  /** Lower limits than the adapter's, for tests and for sharing its memory. */
  readonly limits?: Partial<WebgpuLimits>;
  /** False does without `dot4I8Packed` where it is there; by default it is used. */
  readonly packedDot?: boolean;
  /** How long opening may take, self-test included: 120000 ms by default. */
  readonly openTimeoutMs?: number;
}
