/** A linear map in the kernels' memory, ready to be applied; the trusted side and the WebAssembly device both use it. */

import type { Modulus } from '../../../model/modulus.js';

/** Addresses in, addresses out; the caller guarantees lengths, ranges and residues below the modulus. */
export interface PreparedMap {
  /** `count` inputs of |X| residues below p, back to back, to `count` outputs of |Y|. */
  applyModulo(x: number, count: number, modulus: Modulus, out: number): void;
  /** The same over the integers: int16 entries of the declared range to int32. Only if `integersFit`. */
  applyIntegers(x: number, count: number, out: number): void;
  /** |Y| residues below q to |X|. */
  transpose(s: number, out: number): void;
  /** Frees what only `transpose` needs. */
  forgetTranspose(): void;
  release(): void;
}
