/** Brings the compiled kernels into the process, each time with a memory of their own. */
import { readFileSync } from 'node:fs';
import type { Kernels } from './exports.js';

/** An instance of the kernels and the memory it works in. */
export interface KernelInstance {
  readonly kernels: Kernels;
  readonly memory: WebAssembly.Memory;
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

/**
 * A fresh instance. The memory is shared only so that views stay valid when it grows; it is handed to nobody.
 * @throws Error when the kernels were not built.
 */
export async function loadKernels(): Promise<KernelInstance> {
  compiled ??= compile().catch((error: unknown) => {
    compiled = undefined;
    throw error;
  });
  const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: MAXIMUM_PAGES, shared: true });
  const instance = await WebAssembly.instantiate(await compiled, { env: { memory } });
  return { kernels: instance.exports as unknown as Kernels, memory };
}
