/** Averages over windows. */
import type { FloatPool } from '../../graph/index.js';
import type { Quantization, TensorId } from '../../model/tensor.js';
import type { Destination, Emission, Source } from './emission.js';
import { integersWithin, type Limits } from './limits.js';
import { emitRescaled } from './rescale.js';

/** The integers of a tensor have 16 bits. */
const LARGEST_INTEGER = 32767;

function windows({ window, stride, padding }: FloatPool) {
  return { kind: 'averagePool', window, stride, padding } as const;
}

/** How many more bits the integers of a tensor can take. */
function spareBits({ minimum, maximum }: Quantization): number {
  return Math.max(0, Math.floor(Math.log2(LARGEST_INTEGER / Math.max(-minimum, maximum, 1))));
}

/** The average with all the bits that a tensor has, so that it is rounded once more only in the last of 15 bits. */
export function emitFineAverage(
  into: Emission,
  pool: FloatPool,
  x: Source,
  name: string,
  shape: readonly number[],
): Source {
  const from = into.tensor(x.id);
  const factor = 2 ** spareBits(from);
  const range = { minimum: from.minimum * factor, maximum: from.maximum * factor };
  const format = { scale: x.scale / factor, zeroPoint: 0, ...range };
  const input = emitRescaled(into, x, { name: `${name}/fine`, shape: from.shape, format });
  const to = { name: `${name}/average`, shape, format };
  const id = into.push({ ...windows(pool), name: to.name, input, ...range }, to);
  return { id, scale: format.scale };
}

/** The average, stored: at once where its scale is that of the input. */
export function emitAverage(into: Emission, pool: FloatPool, x: Source, limits: Limits, to: Destination): TensorId {
  if (x.scale === to.format.scale) {
    return into.push({ ...windows(pool), name: to.name, input: x.id, ...integersWithin(limits, to.format) }, to);
  }
  return emitRescaled(into, emitFineAverage(into, pool, x, to.name, to.shape), to, limits);
}
