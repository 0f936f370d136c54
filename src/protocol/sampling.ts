/** Uniform residues by rejection: the fast form of `src/reference/sampling.ts`, drawing the same residues from the same bytes. */

import { type Modulus, P24 } from '../model/modulus.js';
import type { TrustedArithmetic } from './arithmetic.js';
import type { Randomness } from './randomness.js';

/** Block size: a multiple of both candidate sizes, small enough to stay in cache. */
const BLOCK_BYTES = 49152;

/**
 * Fills `out` with independent residues, uniform in [0, modulus). A candidate is 3 bytes (P24) or 4 bytes cut to 31 bits (M31),
 * little endian; one that is not below the modulus is thrown away.
 */
export function sampleResidues(
  randomness: Randomness,
  modulus: Modulus,
  out: Uint32Array,
  arithmetic: Pick<TrustedArithmetic, 'acceptCandidates'>,
): void {
  const width = modulus === P24 ? 3 : 4;
  const block = new Uint8Array(Math.min(BLOCK_BYTES, out.length * width));
  try {
    let filled = 0;
    while (filled < out.length) {
      const bytes = block.subarray(0, Math.min(block.length, (out.length - filled) * width));
      randomness.fill(bytes);
      filled += arithmetic.acceptCandidates(bytes, modulus, out.subarray(filled));
    }
  } finally {
    block.fill(0);
  }
}
