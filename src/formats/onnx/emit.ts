/** Turns pending real values into operations whose results have a given scale. */

import { ModelError } from '../../model/errors.js';
import { aLinearMap } from '../../model/linear-map.js';
import type { Operation } from '../../model/quantized-network.js';
import type { Tensor, TensorId } from '../../model/tensor.js';
import { noWrapBound } from '../../protocol/certificate.js';
import { integerMultipliers, type Multipliers } from '../../quantizer/multiplier.js';
import type {
  CodeFormat,
  Limits,
  PendingAverage,
  PendingConcat,
  PendingLinear,
  PendingScaled,
  PendingSoftmax,
  PendingSum,
  Stored,
} from './pending.js';

/** The network while it grows. */
export interface Emission {
  readonly tensors: Tensor[];
  readonly operations: Operation[];
}

const LARGEST_ACCUMULATOR = 2 ** 31 - 1;
/** The exponentials' fixed point. */
const ONE = 2 ** 30;
/** The integers of a tensor have 16 bits. */
const LARGEST_INTEGER = 32767;

export function multipliers(factors: ArrayLike<number>): Multipliers {
  try {
    return integerMultipliers(factors);
  } catch {
    throw new ModelError('its scales do not fit each other.');
  }
}

/** Runs a check of the library's own that throws `RangeError`, and says it as a `ModelError`. */
function checked<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof RangeError) throw new ModelError(`${error.message}.`);
    throw error;
  }
}

/** The integers that a clamp of real values leaves. */
export function clampOf(limits: Limits, to: CodeFormat): { minimum: number; maximum: number } {
  const into = (value: number): number => Math.min(to.maximum, Math.max(to.minimum, value));
  return { minimum: into(Math.round(limits.minimum / to.scale)), maximum: into(Math.round(limits.maximum / to.scale)) };
}

/** A new tensor in that format; `range` is what its operation leaves, and zero always belongs to it. */
export function addTensor(
  { tensors }: Emission,
  name: string,
  shape: readonly number[],
  { scale, zeroPoint }: CodeFormat,
  range: { readonly minimum: number; readonly maximum: number },
): TensorId {
  const [minimum, maximum] = [Math.min(0, range.minimum), Math.max(0, range.maximum)];
  return tensors.push({ kind: 'activation', name, shape, scale, zeroPoint, minimum, maximum }) - 1;
}

export function formatOf(tensor: Tensor): CodeFormat {
  if (tensor.kind !== 'activation') throw new ModelError('it reads accumulators, which are outputs only.');
  return tensor;
}

function integerBias({ bias, accumulatorScales, map }: PendingLinear): Int32Array {
  const bound = checked(() => noWrapBound(aLinearMap(map)));
  return Int32Array.from(bias, (value, channel) => {
    const offset = Math.round(value / accumulatorScales[channel]!);
    if (!(bound + Math.abs(offset) <= LARGEST_ACCUMULATOR))
      throw new ModelError('its bias makes sums of more than 32 bits.');
    return offset;
  });
}

/** @param to the result's format; null keeps the accumulators */
export function emitLinear(into: Emission, layer: PendingLinear, to: CodeFormat | null, name: string): TensorId {
  const { input, map, accumulatorScales, shape } = layer;
  const bias = integerBias(layer);
  const common = { kind: 'linear', name, input, map, bias } as const;
  if (to === null) {
    const output = into.tensors.push({ kind: 'accumulator', name, shape, scales: accumulatorScales }) - 1;
    into.operations.push({ ...common, output, requantization: null });
    return output;
  }
  const range = clampOf(layer, to);
  const factors = multipliers(accumulatorScales.map((scale) => scale / to.scale));
  const output = addTensor(into, name, shape, to, range);
  into.operations.push({ ...common, output, requantization: { ...factors, ...range } });
  return output;
}

export function emitSum(
  into: Emission,
  { a, b, shape, ...limits }: PendingSum,
  to: CodeFormat,
  name: string,
): TensorId {
  const { multipliers: pair, shift } = multipliers([a.scale / to.scale, b.scale / to.scale]);
  const range = clampOf(limits, to);
  const output = addTensor(into, name, shape, to, range);
  into.operations.push({
    kind: 'add',
    name,
    inputs: [a.id, b.id],
    output,
    multipliers: [pair[0]!, pair[1]!],
    shift,
    ...range,
  });
  return output;
}

export function emitScaled(into: Emission, value: PendingScaled, to: CodeFormat, name: string): TensorId {
  const { x, factor, shape } = value;
  const range = clampOf(value, to);
  const from = formatOf(into.tensors[x.id]!);
  const same = factor * x.scale === to.scale && from.zeroPoint === to.zeroPoint && from.scale === to.scale;
  if (same && range.minimum <= from.minimum && range.maximum >= from.maximum) return x.id;
  const { multipliers: single, shift } = multipliers([(factor * x.scale) / to.scale]);
  const output = addTensor(into, name, shape, to, range);
  into.operations.push({ kind: 'rescale', name, input: x.id, output, multiplier: single[0]!, shift, ...range });
  return output;
}

/** How many more bits the integers of a tensor can take. */
function spareBits({ minimum, maximum }: CodeFormat): number {
  return Math.max(0, Math.floor(Math.log2(LARGEST_INTEGER / Math.max(-minimum, maximum, 1))));
}

/** The average with all the bits a tensor has, so that it is rounded once more only in the last of 15 bits. */
export function emitFineAverage(into: Emission, value: PendingAverage, name: string): Stored {
  const { x, how, shape } = value;
  const from = formatOf(into.tensors[x.id]!);
  const factor = 2 ** spareBits(from);
  const { minimum, maximum } = from;
  const fine = { scale: x.scale / factor, zeroPoint: 0, minimum: minimum * factor, maximum: maximum * factor };
  const wide = { ...value, kind: 'scaled', factor: 1, shape: into.tensors[x.id]!.shape } as const;
  const input = emitScaled(into, { ...wide, minimum: -Infinity, maximum: Infinity }, fine, `${name}/fine`);
  const output = addTensor(into, `${name}/average`, shape, fine, fine);
  into.operations.push({
    ...how,
    name: `${name}/average`,
    input,
    output,
    minimum: fine.minimum,
    maximum: fine.maximum,
  });
  return { kind: 'stored', id: output, scale: fine.scale, real: true, shape };
}

export function emitAverage(into: Emission, value: PendingAverage, to: CodeFormat, name: string): TensorId {
  const { x, how, shape } = value;
  if (x.scale === to.scale) {
    const from = formatOf(into.tensors[x.id]!);
    const allowed = clampOf(value, to);
    const range = {
      minimum: Math.max(allowed.minimum, Math.min(from.minimum, allowed.maximum)),
      maximum: Math.min(allowed.maximum, Math.max(from.maximum, allowed.minimum)),
    };
    const output = addTensor(into, name, shape, to, range);
    into.operations.push({ ...how, name, input: x.id, output, ...range });
    return output;
  }
  const fine = emitFineAverage(into, value, name);
  const { minimum, maximum } = value;
  return emitScaled(into, { kind: 'scaled', x: fine, factor: 1, minimum, maximum, shape }, to, name);
}

export function emitConcat(into: Emission, value: PendingConcat, to: CodeFormat, name: string): TensorId {
  const inputs = value.parts.map((x, part) => {
    const pending = { kind: 'scaled', x, factor: 1, minimum: -Infinity, maximum: Infinity, shape: x.shape } as const;
    return emitScaled(into, pending, to, `${name}/part${part}`);
  });
  const output = addTensor(into, name, value.shape, to, to);
  into.operations.push({ kind: 'concat', name, inputs, output, axis: value.axis });
  return output;
}

export function emitSoftmax(into: Emission, { x, shape }: PendingSoftmax, to: CodeFormat, name: string): TensorId {
  const unit = Math.round(1 / to.scale);
  if (unit < 1 || unit > 2 ** 16) throw new ModelError(`the scale ${to.scale} cannot stand for probabilities.`);
  const from = formatOf(into.tensors[x.id]!);
  const exponentials = Uint32Array.from({ length: from.maximum - from.minimum + 1 }, (_, difference) =>
    Math.round(ONE * Math.exp(-x.scale * difference)),
  );
  const range = { minimum: Math.max(0, to.minimum), maximum: Math.min(to.maximum, unit) };
  const output = addTensor(into, name, shape, to, range);
  into.operations.push({ kind: 'softmax', name, input: x.id, output, exponentials, unit, ...range });
  return output;
}
