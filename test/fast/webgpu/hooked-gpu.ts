/** A WebGPU whose devices a test can reach, and whose shaders it can spoil. */
import { findAdapter } from '../../../src/fast/devices/webgpu/adapter.js';

export interface HookedGpu {
  readonly gpu: { requestAdapter(options?: object): Promise<unknown> };
  /** The devices that were made, in order. */
  readonly devices: GPUDevice[];
}

/** @param change what becomes of every shader's text before it is compiled */
export async function hookedGpu(change: (code: string) => string = (code) => code): Promise<HookedGpu> {
  const { gpu, adapter } = await findAdapter();
  const devices: GPUDevice[] = [];
  const { info, features, limits } = adapter;
  const hooked = {
    info,
    features,
    limits,
    async requestDevice(descriptor?: GPUDeviceDescriptor) {
      const device = await adapter.requestDevice(descriptor);
      const compile = device.createShaderModule.bind(device);
      device.createShaderModule = (module) => compile({ ...module, code: change(module.code) });
      devices.push(device);
      return device;
    },
  };
  const languageFeatures = gpu.wgslLanguageFeatures;
  // Keeps `gpu` itself alive, without which its adapter would end.
  return {
    gpu: Object.assign({ requestAdapter: async () => hooked }, { wgslLanguageFeatures: languageFeatures, of: gpu }),
    devices,
  };
}
