/// <reference types="@webgpu/types" />
/** Finding WebGPU: handed in, the browser's, or Dawn's through the `webgpu` package in Node. */
import { DeviceUnavailableError } from '../../../protocol/errors.js';
import type { AdapterOptions, AdapterSource } from './options.js';

/** An adapter, with the object that it came from: in Node the adapter lives only as long as that. */
export interface FoundAdapter {
  readonly gpu: GPU;
  readonly adapter: GPUAdapter;
}

/** What this file uses of the `webgpu` package. */
interface DawnPackage {
  create(flags: string[]): GPU;
}

/** In a variable, so that bundlers for browsers do not look for it. */
const PACKAGE = 'webgpu';

/**
 * The kernels write workgroup memory before they read it. Zeroing it first costs time in every workgroup, and software
 * drivers unroll it so that compiling takes seconds.
 */
const FLAGS = ['enable-dawn-features=disable_workgroup_init'];

const INSTALL =
  'In Node install it with "npm install webgpu@0.6.2"; it needs a Vulkan loader and driver (Debian: libvulkan1 and the ' +
  "card's driver, or VK_ICD_FILENAMES naming the manifest of a software driver). In a browser WebGPU must be enabled.";

async function dawn(): Promise<GPU> {
  try {
    const { create } = (await import(/* @vite-ignore */ PACKAGE)) as DawnPackage;
    return create(FLAGS);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new DeviceUnavailableError(
      `There is no WebGPU: looked at navigator.gpu and for the package "${PACKAGE}" (${reason}). ${INSTALL}`,
    );
  }
}

async function findGpu(given: AdapterSource | undefined): Promise<[gpu: GPU, where: string]> {
  // The public type asks for less than the whole interface, so that using the library needs no WebGPU types.
  if (given !== undefined) return [given as GPU, 'the GPU object that was handed in'];
  const { navigator } = globalThis as { navigator?: { gpu?: GPU } };
  if (navigator?.gpu !== undefined) return [navigator.gpu, 'navigator.gpu'];
  return [await dawn(), `the package "${PACKAGE}"`];
}

/**
 * The adapter to use.
 * @throws DeviceUnavailableError when there is no WebGPU or it has no adapter; it says where was looked
 */
export async function findAdapter(options: AdapterOptions = {}): Promise<FoundAdapter> {
  const [gpu, where] = await findGpu(options.gpu);
  const adapter = await gpu.requestAdapter({
    powerPreference: options.powerPreference ?? 'high-performance',
    forceFallbackAdapter: options.forceFallbackAdapter ?? false,
  });
  if (adapter === null) throw new DeviceUnavailableError(`WebGPU has no adapter: asked ${where}. ${INSTALL}`);
  return { gpu, adapter };
}

/** True if WGSL on this WebGPU has `dot4I8Packed`. */
export function hasPackedDot(gpu: GPU): boolean {
  return gpu.wgslLanguageFeatures?.has('packed_4x8_integer_dot_product') ?? false;
}

/** Drivers that compute on the processor, as they call themselves. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|\bwarp\b/i;

/** True when the processor plays the graphics card. */
export function isSoftware({ info }: GPUAdapter): boolean {
  // Older browsers know nothing of isFallbackAdapter.
  if (info.isFallbackAdapter === true) return true;
  return [info.vendor, info.architecture, info.device, info.description].some((text) => SOFTWARE.test(text));
}
