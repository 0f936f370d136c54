/** Instances of the compiled kernels, each with a memory of its own. Where the code comes from is somebody else's business. */
import type { Kernels } from './exports.js';

/** An instance of the kernels and the memory it works in. */
export interface KernelInstance {
  readonly kernels: Kernels;
  readonly memory: WebAssembly.Memory;
  /** The code, for instances in other threads. */
  readonly module: WebAssembly.Module;
}

/** 4 GiB: shared memory must say how far it may grow; nothing is taken before it is used. */
const MAXIMUM_PAGES = 65536;
/** 256 MiB: with less there is no point in starting. */
const LEAST_PAGES = 4096;
const INITIAL_PAGES = 16;

/** The kernels over a memory that exists already. Only one of its instances may allocate. */
export async function instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<Kernels> {
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  return instance.exports as unknown as Kernels;
}

/** As large a memory as may be: phones and 32-bit browsers do not reserve 4 GiB of addresses. */
function reserveMemory(): WebAssembly.Memory {
  for (let maximum = MAXIMUM_PAGES; ; maximum /= 2) {
    try {
      return new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum, shared: true });
    } catch (error) {
      if (!(error instanceof RangeError) || maximum <= LEAST_PAGES) throw error;
    }
  }
}

/**
 * A fresh instance. The memory is shared so that views stay valid when it grows, and with the helpers of a team; it is
 * handed to nobody else. Browsers allow that on every page; only pages that are cross-origin isolated may hand it on.
 */
export async function newKernels(module: WebAssembly.Module): Promise<KernelInstance> {
  const memory = reserveMemory();
  return { kernels: await instantiateKernels(module, memory), memory, module };
}
