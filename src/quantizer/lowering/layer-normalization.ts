/** Layer normalization, with multipliers and offsets in fixed point. */
import type { FloatLayerNormalization } from '../../graph/index.js';
import { ModelError } from '../../model/errors.js';
import type { TensorId } from '../../model/tensor.js';
import { LAYER_NORMALIZATION } from '../../model/trusted-operations.js';
import { sumsFit } from '../../operations/layer-normalization.js';
import type { Destination, Emission, Source } from './emission.js';
import { integersWithin, NO_LIMITS } from './limits.js';

const { normalBits, biasBits } = LAYER_NORMALIZATION;

const LARGEST_SHIFT = 62;
const fitsInt32 = (value: number): boolean => Math.abs(value) < 2 ** 31;

/**
 * With the largest shift for which its sums fit.
 * @throws ModelError when none does, or epsilon is too large beside the input's scale
 */
export function emitLayerNormalization(
  into: Emission,
  { scale, offset, epsilon: real }: FloatLayerNormalization,
  x: Source,
  to: Destination,
): TensorId {
  const { name, format } = to;
  const epsilon = Math.round((scale.length / x.scale) ** 2 * real);
  if (!Number.isSafeInteger(epsilon)) throw new ModelError('its epsilon is far above what it is added to.');
  const offsets = Float64Array.from(offset, (value) => Math.round((value / format.scale) * 2 ** biasBits));
  if (offsets.every(fitsInt32)) {
    const bias = Int32Array.from(offsets);
    for (let shift = LARGEST_SHIFT; shift >= biasBits; shift--) {
      const unit = 2 ** (shift - normalBits) / format.scale;
      const factors = Float64Array.from(scale, (value) => Math.round(value * unit));
      if (!factors.every(fitsInt32) || !sumsFit(factors, bias, shift)) continue;
      const how = { factors: Int32Array.from(factors), bias, shift, epsilon, ...integersWithin(NO_LIMITS, format) };
      return into.push({ kind: 'layerNormalization', name, input: x.id, ...how }, to);
    }
  }
  throw new ModelError(
    'its factors do not fit the range of its result; if that comes from a calibration, calibrate again.',
  );
}
