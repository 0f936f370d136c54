/**
 * The fast side for browsers: the trusted side's arithmetic in WebAssembly SIMD, and devices in Web Workers or on WebGPU.
 * Bundlers take it for `slalom/fast`; it imports nothing of Node.
 * @module
 */
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
export type { TfjsNamespace } from './devices/tfjs/core.js';
export { type TfjsDeviceOptions, tfjsDevice } from './devices/tfjs/device.js';
export type { Endpoint } from './devices/wasm/web-thread.js';
export {
  describeWebgpu,
  type WebgpuDescription,
  type WebgpuDeviceOptions,
  webgpuDevice,
} from './devices/webgpu/index.js';
export { KernelsError } from './trusted/kernels/compile.js';
export { compileKernels, type KernelSource } from './trusted/kernels/fetch.js';
export {
  serveDevice,
  type WebKernels,
  type WorkerDeviceOptions,
  type WorkerScope,
  wasmArithmetic,
  wasmDevice,
  workerDevice,
} from './web.js';
