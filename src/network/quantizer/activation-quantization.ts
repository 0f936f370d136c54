/** How real activations become centred integers. */
import type { Range } from './ranges.js';

/** real = scale * c, minimum <= c <= maximum, stored code = c + zeroPoint; the fields `ActivationTensor` has. */
export interface Quantization {
  /** The real number that 1 stands for. */
  readonly scale: number;
  /** The code that stands for real 0. */
  readonly zeroPoint: number;
  /** The smallest centred integer. */
  readonly minimum: number;
  /** The largest. */
  readonly maximum: number;
}

const LEAST_CODE = -128;
const GREATEST_CODE = 127;

/**
 * Signed 8-bit codes over a range. The zero point is a whole number, so real zero is exact; it may move the represented
 * interval by at most half a step. A range that is only zero gets scale 1.
 */
export function quantizationOf(range: Range): Quantization {
  const scale = (range.maximum - range.minimum) / (GREATEST_CODE - LEAST_CODE) || 1;
  const zeroPoint = Math.round(LEAST_CODE - range.minimum / scale) || 0;
  return { scale, zeroPoint, minimum: LEAST_CODE - zeroPoint, maximum: GREATEST_CODE - zeroPoint };
}

/** Of probabilities: steps of 1/256 from 0 to 255/256. */
export const PROBABILITIES: Quantization = { scale: 1 / 256, zeroPoint: LEAST_CODE, minimum: 0, maximum: 255 };

/** True if the same integer means the same number in both. */
export function sameScale(a: Quantization, b: Quantization): boolean {
  return a.scale === b.scale && a.minimum >= b.minimum && a.maximum <= b.maximum;
}
