/** The WebGPU device. */
export type { AdapterOptions, AdapterSource } from './adapter.js';
export { describeWebgpu, type WebgpuDescription } from './describe.js';
export { webgpuDevice } from './device.js';
export type { WebgpuLimits } from './limits.js';
export type { WebgpuDeviceOptions } from './untested-device.js';
