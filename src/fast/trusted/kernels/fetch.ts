/** Brings the compiled kernels into a page or a Web Worker, from wherever the site keeps them. */
import { compileExact } from './compile.js';
import { type KernelInstance, newKernels } from './instance.js';

/**
 * Where the kernels are: the address of `slalom/kernels.wasm` on the page's own site, its bytes, or its compiled module
 * (which may be posted to workers, so that one download serves them all).
 */
export type KernelSource = URL | string | BufferSource | WebAssembly.Module;

/**
 * Compiles the kernels, fetching them if an address is given.
 * @throws Error when the address does not give them; WebAssembly.CompileError when the bytes are no such code, or the
 * browser has no WebAssembly SIMD; KernelsError when they are other code. A compiled module cannot be looked into: compile it here
 */
export async function compileKernels(source: KernelSource): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (typeof source !== 'string' && !(source instanceof URL)) {
    return compileExact(
      ArrayBuffer.isView(source)
        ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
        : new Uint8Array(source),
    );
  }
  const response = await fetch(source);
  if (!response.ok) throw new Error(`${String(source)} did not give the kernels: status ${response.status}`);
  // Not `compileStreaming`: servers that name the wrong content type are common, and the file is small.
  return compileExact(new Uint8Array(await response.arrayBuffer()));
}

/** A fresh instance; see `compileKernels` for what is thrown. */
export async function fetchKernels(source: KernelSource): Promise<KernelInstance> {
  return newKernels(await compileKernels(source));
}
