/** Sums, differences, products and extremes of two tensors. */
import type { FloatAdd, FloatPair } from '../../graph/index.js';
import type { TensorId } from '../../model/tensor.js';
import { changeScale } from '../change-scale.js';
import type { Destination, Emission, Source } from './emission.js';
import { integersWithin, type Limits } from './limits.js';
import { emitAligned } from './rescale.js';

export function emitPair(
  into: Emission,
  kind: (FloatAdd | FloatPair)['kind'],
  [a, b]: readonly [Source, Source],
  limits: Limits,
  to: Destination,
): TensorId {
  const { name, format } = to;
  const range = integersWithin(limits, format);
  const inputs = [a.id, b.id] as const;
  switch (kind) {
    case 'add':
    case 'subtract': {
      const { multipliers, shift } = changeScale([a.scale, b.scale], format.scale, name);
      const pair = [multipliers[0]!, multipliers[1]!] as const;
      return into.push({ kind, name, inputs, multipliers: pair, shift, ...range }, to);
    }
    case 'multiply': {
      const { multipliers, shift } = changeScale([a.scale * b.scale], format.scale, name);
      return into.push({ kind, name, inputs, multiplier: multipliers[0]!, shift, ...range }, to);
    }
    case 'larger':
    case 'smaller': {
      const [left, right] = [
        emitAligned(into, a, `${name}/left`, format),
        emitAligned(into, b, `${name}/right`, format),
      ];
      return into.push({ kind, name, inputs: [left.id, right.id], ...range }, to);
    }
  }
}
