/** Choosing the kernels of a map: everything about it that does not depend on a call. */

import { largestWeight } from '../../../model/bounds.js';
import { type LinearMap, termsPerOutput } from '../../../model/linear-map.js';
import { type Digits, inputDigits, type LimbPlan, limbPlan, type Mode, type WeightPlan, weightPlan } from './bounds.js';
import { type Geometry, geometryOf } from './geometry.js';
import { TILE_WORDS } from './shaders/matrix.js';

/** Groups == 1: the input is cut into digits, then multiplied tile by tile, or row by row where rows are few. */
export interface MatrixPlan {
  readonly kind: 'matrix';
  readonly mode: Mode;
  readonly geometry: Geometry;
  readonly input: Digits;
  readonly weights: WeightPlan;
  /** Words of four entries per pixel, and per output. */
  readonly channelWords: number;
  readonly words: number;
  readonly wordsPerReduction: number;
  /** An invocation of the tiled kernel computes so many pixels of so many channels. */
  readonly rowsEach: number;
  readonly columnsEach: 1 | 2 | 4;
}

/** Groups > 1: every output entry by itself. */
export interface DirectPlan {
  readonly kind: 'direct';
  readonly mode: Mode;
  readonly geometry: Geometry;
  readonly terms: number;
  /** Null over the integers. */
  readonly limbs: LimbPlan | null;
}

export type Plan = MatrixPlan | DirectPlan;

/** Sums that one invocation keeps in registers; and what keeps its part of the rows' tile in workgroup memory. */
const SUMS = 32;
const ROW_WORDS = 8;

/** The width, in 16 channels, that computes the least: what is left over at the end, and reading rows again and again. */
function columnsFor(channels: number): 1 | 2 | 4 {
  const cost = (columns: number): number => Math.ceil(channels / (16 * columns)) * (16 * columns + 8);
  return ([4, 2, 1] as const).reduce((best, columns) => (cost(columns) < cost(best) ? columns : best));
}

function rowsFor(pixels: number, columns: number, digits: number): number {
  const room = Math.min(SUMS / (columns * digits), ROW_WORDS / digits);
  const needed = Math.ceil(pixels / 16);
  return Math.min(2 ** Math.floor(Math.log2(room)), 2 ** Math.ceil(Math.log2(needed)));
}

/** The plan of a well-formed map whose integers fit int32 if `mode` is `'integers'`. */
export function planOf(map: LinearMap, mode: Mode): Plan {
  const geometry = geometryOf(map);
  if (geometry.groups > 1) {
    const limbs = mode === 'integers' ? null : limbPlan(mode, largestWeight(map.weights));
    return { kind: 'direct', mode, geometry, terms: termsPerOutput(map), limbs };
  }
  const input = inputDigits(mode, map.inputRange);
  const weights = weightPlan(map.weights);
  const channelWords = Math.ceil(geometry.channels / 4);
  const words = geometry.kernelHeight * geometry.kernelWidth * channelWords;
  const terms = weights.termsPerReduction;
  const columnsEach = columnsFor(geometry.outChannels);
  return {
    kind: 'matrix',
    mode,
    geometry,
    input,
    weights,
    channelWords,
    words,
    wordsPerReduction: mode === 'integers' ? words : Math.floor(terms / (4 * TILE_WORDS)) * TILE_WORDS,
    columnsEach,
    rowsEach: rowsFor(geometry.outHeight * geometry.outWidth, columnsEach, input.digits),
  };
}
