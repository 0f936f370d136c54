/** A change of scale, left out where it changes nothing. */
import type { Quantization, TensorId } from '../../model/tensor.js';
import { changeScale } from '../change-scale.js';
import type { Destination, Emission, Source } from './emission.js';
import { integersWithin, type Limits, NO_LIMITS } from './limits.js';

/** x cut to the limits, stored. */
export function emitRescaled(into: Emission, x: Source, to: Destination, limits: Limits = NO_LIMITS): TensorId {
  const { format } = to;
  const from = into.tensor(x.id);
  const range = integersWithin(limits, format);
  const same = x.scale === format.scale && from.scale === format.scale && from.zeroPoint === format.zeroPoint;
  if (same && range.minimum <= from.minimum && range.maximum >= from.maximum) return x.id;
  const { multipliers, shift } = changeScale([x.scale], format.scale, to.name);
  return into.push({ kind: 'rescale', name: to.name, input: x.id, multiplier: multipliers[0]!, shift, ...range }, to);
}

/** x in the scale and the range of a format, for what does not mind its zero point: x itself where it is so already. */
export function emitAligned(into: Emission, x: Source, name: string, format: Quantization): Source {
  const from = into.tensor(x.id);
  const fits = from.scale === format.scale && from.minimum >= format.minimum && from.maximum <= format.maximum;
  if (fits && x.scale === format.scale) return x;
  return { id: emitRescaled(into, x, { name, shape: from.shape, format }), scale: format.scale };
}
