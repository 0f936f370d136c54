/**
 * The fast side: the trusted side's arithmetic in WebAssembly SIMD, and devices.
 * @module
 */

export {
  type CudaDescription,
  type CudaDevice,
  type CudaDeviceOptions,
  type CudaMap,
  type CudaMode,
  cudaDevice,
  cudaThread,
  describeCuda,
  type LibraryName,
  type LibraryPaths,
  type LimitSizes,
} from './devices/cuda/index.js';
export {
  describeSabotage,
  SABOTAGES,
  type Sabotage,
  type SabotageDescription,
  type SaboteurOptions,
  saboteur,
} from './devices/saboteur.js';
export type { Outcome, Realm } from './devices/saboteurs/kind.js';
export { type SelfTestOptions, selfTest } from './devices/self-test.js';
export type { TfjsCore, TfjsNamespace, TfjsTensor } from './devices/tfjs/core.js';
export { type TfjsDeviceOptions, tfjsDevice } from './devices/tfjs/device.js';
export { type OpenTfjsOptions, openTfjs, TFJS_BACKENDS, type TfjsBackend } from './devices/tfjs/open.js';
export { type WasmDeviceOptions, wasmDevice } from './devices/wasm/device.js';
export {
  type AdapterOptions,
  type AdapterSource,
  describeWebgpu,
  type WebgpuDescription,
  type WebgpuDeviceOptions,
  type WebgpuLimits,
  webgpuDevice,
} from './devices/webgpu/index.js';
export { type WasmArithmeticOptions, wasmArithmetic } from './trusted/arithmetic.js';
export { KernelsError } from './trusted/kernels/compile.js';
