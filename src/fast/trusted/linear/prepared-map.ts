/** A linear map in the kernels' memory, ready to be applied; the trusted side and the WebAssembly device both use it. */

import { aLinearMap, type LinearMap } from '../../../model/linear-map.js';
import type { Modulus } from '../../../model/modulus.js';
import { depthwiseFits, integersFit } from '../kernels/bounds.js';
import type { KernelMemory } from '../memory.js';
import { DepthwiseMap } from './depthwise-map.js';
import { isDepthwise } from './layout.js';
import { MatrixMap } from './matrix-map.js';

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

/** The map, and whether it may be applied over the integers. */
export interface Prepared {
  readonly map: PreparedMap;
  readonly integersFit: boolean;
}

/**
 * Validates the map and chooses how to evaluate it. Weights are packed when they are first needed, since a session
 * needs only one direction at a time.
 */
export function prepare(memory: KernelMemory, map: LinearMap): Prepared {
  aLinearMap(map);
  const direct = isDepthwise(map) && depthwiseFits(map.kernel.height * map.kernel.width);
  return {
    map: direct ? new DepthwiseMap(memory, map) : new MatrixMap(memory, map),
    integersFit: integersFit(map),
  };
}
