/**
 * The fast side: the trusted side's arithmetic in WebAssembly SIMD, and devices.
 * @module
 */
export { wasmArithmetic } from './arithmetic.js';
export {
  type CudaDescription,
  type CudaDevice,
  type CudaDeviceOptions,
  cudaDevice,
  cudaThread,
  describeCuda,
} from './devices/cuda/index.js';
export { SABOTAGES, type Sabotage, type SaboteurOptions, saboteur } from './devices/saboteur.js';
export { selfTest } from './devices/self-test.js';
export type { TfjsNamespace } from './devices/tfjs/core.js';
export { type TfjsDeviceOptions, tfjsDevice } from './devices/tfjs/device.js';
export { openTfjs, TFJS_BACKENDS, type TfjsBackend } from './devices/tfjs/open.js';
export { type WasmDeviceOptions, wasmDevice } from './devices/wasm/device.js';
export {
  describeWebgpu,
  type WebgpuDescription,
  type WebgpuDeviceOptions,
  webgpuDevice,
} from './devices/webgpu/index.js';
