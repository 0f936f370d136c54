/** Softmax, as a table of exponentials. */
import { ModelError } from '../../model/errors.js';
import type { TensorId } from '../../model/tensor.js';
import type { Destination, Emission, Source } from './emission.js';
import { integersWithin, NO_LIMITS } from './limits.js';

/** exp(0) in the integers of the table. */
const ONE = 2 ** 30;

/** @throws ModelError when the format cannot stand for probabilities */
export function emitSoftmax(into: Emission, beta: number, x: Source, to: Destination): TensorId {
  const unit = Math.round(1 / to.format.scale);
  if (unit < 1 || unit > 2 ** 16)
    throw new ModelError(`the scale ${to.format.scale} of its result cannot stand for probabilities.`);
  const { minimum, maximum } = into.tensor(x.id);
  const exponentials = Uint32Array.from({ length: maximum - minimum + 1 }, (_, difference) =>
    Math.round(ONE * Math.exp(-beta * x.scale * difference)),
  );
  const range = integersWithin(NO_LIMITS, to.format);
  return into.push({ kind: 'softmax', name: to.name, input: x.id, exponentials, unit, ...range }, to);
}
