/** Chooses how a linear map is evaluated. */

import { integersFit } from '../../../model/bounds.js';
import { aLinearMap, type LinearMap } from '../../../model/linear-map.js';
import { depthwiseFits } from '../kernels/bounds.js';
import type { KernelMemory } from '../memory.js';
import { DepthwiseMap } from './depthwise-map.js';
import { isDepthwise } from './layout.js';
import { MatrixMap } from './matrix-map.js';
import type { PreparedMap } from './prepared-map.js';

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
