/** Layer normalization, from floats to integers. */
import type { FloatLayerNormalization } from '../graph/index.js';
import { ModelError } from '../model/errors.js';
import { LAYER_NORMALIZATION, type LayerNormalizationOperation } from '../model/trusted-operations.js';
import { sumsFit } from '../operations/layer-normalization.js';
import type { Quantization } from './activation-quantization.js';

const { normalBits, biasBits } = LAYER_NORMALIZATION;

const LARGEST_SHIFT = 62;
const fitsInt32 = (value: number): boolean => Math.abs(value) < 2 ** 31;

/**
 * What stands for it between integers of these two scales, with the largest shift for which its sums fit.
 * @throws ModelError when none does, or epsilon is too large beside the input's scale
 */
export function layerNormalization(
  { scale, offset, epsilon }: Pick<FloatLayerNormalization, 'scale' | 'offset' | 'epsilon'>,
  from: Pick<Quantization, 'scale'>,
  to: Pick<Quantization, 'scale' | 'minimum' | 'maximum'>,
  name: string,
): Omit<LayerNormalizationOperation, 'name' | 'input' | 'output'> {
  const { minimum, maximum } = to;
  const whole = Math.round((scale.length / from.scale) ** 2 * epsilon);
  if (!Number.isSafeInteger(whole)) throw new ModelError(`The epsilon of "${name}" is far above what it is added to.`);
  const offsets = Float64Array.from(offset, (value) => Math.round((value / to.scale) * 2 ** biasBits));
  if (offsets.every(fitsInt32)) {
    const bias = Int32Array.from(offsets);
    for (let shift = LARGEST_SHIFT; shift >= biasBits; shift--) {
      const unit = 2 ** (shift - normalBits) / to.scale;
      const factors = Float64Array.from(scale, (value) => Math.round(value * unit));
      if (!factors.every(fitsInt32) || !sumsFit(factors, bias, shift)) continue;
      const kind = 'layerNormalization';
      return { kind, factors: Int32Array.from(factors), bias, shift, epsilon: whole, minimum, maximum };
    }
  }
  throw new ModelError(`The calibrated range of "${name}" does not fit its factors; calibrate again.`);
}
