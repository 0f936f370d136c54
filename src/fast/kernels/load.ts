/** Brings the compiled kernels into the process, each time with a memory of their own. */
import { readFileSync } from 'node:fs';
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
const INITIAL_PAGES = 16;

/** The same place seen from src/fast/kernels and from dist/fast/kernels. */
const location = new URL('../../../dist/kernels.wasm', import.meta.url);

let compiled: Promise<WebAssembly.Module> | undefined;

async function compile(): Promise<WebAssembly.Module> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(readFileSync(location));
  } catch (cause) {
    throw new Error(`${location.pathname} is missing: run \`npm run build\` first`, { cause });
  }
  return WebAssembly.compile(bytes);
}

/** The kernels over a memory that exists already. Only one of its instances may allocate. */
export async function instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<Kernels> {
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  return instance.exports as unknown as Kernels;
}

/**
 * A fresh instance. The memory is shared so that views stay valid when it grows, and with the helpers of a team; it is
 * handed to nobody else.
 * @throws Error when the kernels were not built.
 */
export async function loadKernels(): Promise<KernelInstance> {
  compiled ??= compile().catch((error: unknown) => {
    compiled = undefined;
    throw error;
  });
  const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: MAXIMUM_PAGES, shared: true });
  const module = await compiled;
  return { kernels: await instantiateKernels(module, memory), memory, module };
}
