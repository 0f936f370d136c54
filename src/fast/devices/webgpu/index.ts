/** The WebGPU device. */
export { describeWebgpu, type WebgpuDescription } from './describe.js';
export { webgpuDevice } from './device.js';
export type { AdapterOptions, AdapterSource, WebgpuDeviceOptions, WebgpuLimits } from './options.js';
