/** The trusted side's arithmetic in a Node process, with as many threads as it is given. */

import { anInteger, someOptions } from '../../boundary/validators.js';
import type { TrustedArithmetic } from '../../protocol/arithmetic.js';
import { kernelArithmetic } from './kernel-arithmetic.js';
import { loadKernels } from './kernels/load.js';
import { KernelMemory } from './memory.js';
import { openTeam } from './team/open-team.js';

/** How the trusted side computes. */
export interface WasmArithmeticOptions {
  /** Threads that share its work, the calling one included: from 1, the default, to 64. */
  readonly threads?: number;
}

/**
 * Opens an arithmetic with a memory of its own (up to 4 GiB, one array below 1 GiB). With several threads every call is
 * shared out among them and returns when all are done; results do not depend on their number.
 *
 * Arrays from `allocate`, and parts of them, are used where they are; any other array of the right type is copied in and
 * out. Lengths, shifts and clamps are checked once per call (`RangeError`, `TypeError`); the values in arrays are not: they
 * must lie in the documented ranges. A map whose integer outputs may not fit int32 refuses `applyIntegers` with a
 * `RangeError`. Every function throws a plain `Error` when the memory is full.
 *
 * @throws Error when the kernels were not built (`npm run build`) or a thread cannot start; RangeError for a wrong `threads`; TypeError for an option that there is not.
 * @example
 * const arithmetic = await wasmArithmetic();
 * const x = arithmetic.allocate('i16', 4);
 * arithmetic.release(x);
 * arithmetic.close();
 */
export async function wasmArithmetic(options: WasmArithmeticOptions = {}): Promise<TrustedArithmetic> {
  const threads = anInteger(someOptions(options, { threads: true }, 'wasmArithmetic').threads ?? 1, 'threads', 1, 64);
  const instance = await loadKernels();
  return kernelArithmetic(new KernelMemory(instance, await openTeam(instance, threads)));
}
