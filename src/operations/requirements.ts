/** What several operations require of their fields. */

import { fail, require } from '../model/requirement.js';
import type { InputRange } from '../model/shapes.js';
import { type ActivationTensor, elementCount, type Tensor } from '../model/tensor.js';
import type { PairOperation } from '../model/trusted-operations.js';

/** Every result in [minimum, maximum] is one that the output tensor may hold. */
export function requireRange(output: Tensor, { minimum, maximum }: InputRange, where: string): void {
  if (output.kind !== 'activation') fail(where, 'the output must be an activation tensor');
  const inside = output.minimum <= minimum && minimum <= maximum && maximum <= output.maximum;
  require(inside, where, `results in [${minimum}, ${maximum}] do not fit the output tensor's range`);
}

/** A clamp leaves something, and what it leaves fits 16 bits. */
export function requireClamp({ minimum, maximum }: InputRange, where: string): void {
  const sane = Number.isInteger(minimum) && Number.isInteger(maximum) && minimum <= maximum;
  require(sane && minimum >= -32768 && maximum <= 32767, where, `nothing can be cut to [${minimum}, ${maximum}]`);
}

/** A fixed-point factor: multipliers over 2^shift. */
export function requireShift(shift: number, multipliers: ArrayLike<number>, where: string): void {
  require(Number.isInteger(shift) && shift >= 1 && shift <= 62, where, `the shift must be from 1 to 62, not ${shift}`);
  const fits = Array.from(multipliers).every((value) => Number.isInteger(value) && value >= 0 && value < 2 ** 31);
  require(fits, where, 'multipliers must be from 0 to 2^31 - 1');
}

/** The entries of two tensors, which must have as many. */
export function pairEntries(_: PairOperation, [a, b]: readonly ActivationTensor[], where: string): number {
  require(elementCount(a!) === elementCount(b!), where, 'shapes differ');
  return elementCount(a!);
}
