/** Factors between scales as integer multipliers, with a message for people when a calibration makes that impossible. */
import { ModelError } from '../model/errors.js';
import { integerMultipliers, type Multipliers } from './multiplier.js';

/**
 * The multipliers that turn integers of the scales `from` into integers of the scale `to`.
 * @throws ModelError when a factor is 2^30 or more: the calibrated ranges do not belong to this network
 */
export function changeScale(from: ArrayLike<number>, to: number, name: string): Multipliers {
  try {
    return integerMultipliers(Array.from(from, (scale) => scale / to));
  } catch {
    throw new ModelError(`The calibrated range of "${name}" does not fit the layer's weights; calibrate again.`);
  }
}
