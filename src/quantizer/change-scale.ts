/** Factors between scales as integer multipliers, with a message for people when that is impossible. */
import { ModelError } from '../model/errors.js';
import { integerMultipliers, type Multipliers } from './multiplier.js';

/**
 * The multipliers that turn integers of the scales `from` into integers of the scale `to`.
 * @throws ModelError when a factor is 2^30 or more
 */
export function changeScale(from: ArrayLike<number>, to: number, name: string): Multipliers {
  try {
    return integerMultipliers(Array.from(from, (scale) => scale / to));
  } catch {
    throw new ModelError(
      `the scales before and after "${name}" do not fit each other; if they come from a calibration, calibrate again.`,
    );
  }
}
