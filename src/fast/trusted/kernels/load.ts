/** Brings the compiled kernels into a Node process, each time with a memory of their own. */
import { readFileSync } from 'node:fs';
import { compileExact } from './compile.js';
import { type KernelInstance, newKernels } from './instance.js';

/** The same place seen from src/fast/trusted/kernels and from dist/fast/trusted/kernels. */
const location = new URL('../../../../dist/kernels.wasm', import.meta.url);

let compiled: Promise<WebAssembly.Module> | undefined;

async function compile(): Promise<WebAssembly.Module> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(readFileSync(location));
  } catch (cause) {
    throw new Error(`${location.pathname} is missing: run \`npm run build\` first`, { cause });
  }
  return compileExact(bytes);
}

/**
 * A fresh instance of the kernels that were built.
 * @throws Error when the kernels were not built; KernelsError when the file holds other code
 */
export async function loadKernels(): Promise<KernelInstance> {
  compiled ??= compile().catch((error: unknown) => {
    compiled = undefined;
    throw error;
  });
  return newKernels(await compiled);
}
