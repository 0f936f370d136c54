/** How real activations become centred integers. */
import type { Quantization } from '../model/tensor.js';
import type { Range } from './ranges.js';

/** Bits of an activation unless something else is asked for. */
export const ACTIVATION_BITS = 8;

/** The fewest and the most: of more than 12, sums of a few hundred products leave M31. */
export const ACTIVATION_BITS_RANGE = [8, 12] as const;

/** Returns the number of bits. @throws RangeError unless it is a whole number from 8 to 12 */
export function anActivationBits(bits: number): number {
  const [least, most] = ACTIVATION_BITS_RANGE;
  if (!Number.isInteger(bits) || bits < least || bits > most) {
    throw new RangeError(`activationBits must be a whole number from ${least} to ${most}, not ${bits}`);
  }
  return bits;
}

/**
 * Signed codes of 8 bits (or as many as are given) over a range. The zero point is a whole number, so real zero is exact; it
 * may move the represented interval by at most half a step. A range that is only zero gets scale 1.
 */
export function quantizationOf(range: Range, bits: number = ACTIVATION_BITS): Quantization {
  const least = -(2 ** (bits - 1));
  const greatest = -1 - least;
  const scale = (range.maximum - range.minimum) / (greatest - least) || 1;
  const zeroPoint = Math.round(least - range.minimum / scale) || 0;
  return { scale, zeroPoint, minimum: least - zeroPoint, maximum: greatest - zeroPoint };
}

/** Of probabilities: steps of 1/256 from 0 to 255/256. */
export const PROBABILITIES: Quantization = { scale: 1 / 256, zeroPoint: -128, minimum: 0, maximum: 255 };

/** True if the same integer means the same number in both. */
export function sameScale(a: Quantization, b: Quantization): boolean {
  return a.scale === b.scale && a.minimum >= b.minimum && a.maximum <= b.maximum;
}
