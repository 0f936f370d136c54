/** Compiles the kernels, and no other code: the trusted side would believe whatever it computes. */
import { sha256 } from '@noble/hashes/sha2';
import { KERNELS_SHA256 } from './digest.js';

/** What should be the kernels is other code than this package was built with. */
export class KernelsError extends Error {
  /** `KernelsError`. */
  override readonly name = 'KernelsError';
}

function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Compiles a copy of the bytes, so that what was hashed is what runs.
 * @throws WebAssembly.CompileError when they are no such code; KernelsError when they are other code
 */
export async function compileExact(source: Uint8Array): Promise<WebAssembly.Module> {
  const bytes = new Uint8Array(source.length);
  bytes.set(source);
  const exact = hexadecimal(sha256(bytes)) === KERNELS_SHA256;
  const module = await WebAssembly.compile(bytes);
  if (!exact) {
    throw new KernelsError(
      'These are not the kernels that this version was built with and they were refused: use the kernels.wasm of the same ' +
        'package, or build it again.',
    );
  }
  return module;
}
