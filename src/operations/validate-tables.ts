/** Checks of the operations that carry lists of places or tables: nothing may point beyond what it reads. */
import type { InterpolateOperation, SoftmaxOperation, Tensor } from '../reference/index.js';
import { elementCount, rowsColumnsChannels } from './graph.js';
import { fail, require } from '../model/requirement.js';

export function requireSoftmax({ exponentials, unit }: SoftmaxOperation, input: Tensor, where: string): void {
  if (input.kind !== 'activation') fail(where, 'inputs must be activation tensors');
  const { minimum, maximum, shape } = input;
  require(exponentials.length > maximum - minimum, where, 'the table of exponentials is too short');
  require(exponentials[0]! > 0, where, 'the table of exponentials must begin with a positive entry');
  // So that the sum of a row is an exact double.
  const small = exponentials.every((entry) => entry <= 2 ** 30) && (shape.at(-1) ?? 1) <= 2 ** 22;
  require(small, where, 'exponentials must be at most 2^30, and rows have at most 2^22 entries');
  require(Number.isSafeInteger(unit) && unit > 0, where, 'the unit must be a positive whole number');
}

export function requireTake(offsets: readonly Int32Array[], input: Tensor, output: Tensor, where: string): void {
  const same = offsets.length === output.shape.length && offsets.every((list, at) => list.length === output.shape[at]);
  require(same, where, 'there must be one offset for each place of each axis of the output');
  let furthest = 0;
  for (const list of offsets) {
    const largest = list.reduce((most, offset) => Math.max(most, offset), 0);
    require(list.every((offset) => offset >= 0), where, 'offsets must not be negative');
    furthest += largest;
  }
  require(furthest < elementCount(input), where, 'offsets point beyond the input');
}

export function requireInterpolate(
  { rows, columns }: InterpolateOperation,
  input: Tensor,
  output: Tensor,
  where: string,
): void {
  const { height, width, channels } = rowsColumnsChannels(input);
  for (const [{ lower, upper, weights }, size] of [
    [rows, height],
    [columns, width],
  ] as const) {
    require(upper.length === lower.length &&
      weights.length === lower.length, where, 'there must be two places and a weight each');
    const inside = (place: number): boolean => place >= 0 && place < size;
    require(lower.every(inside) && upper.every(inside), where, 'places lie beyond the input');
    require(weights.every((weight) => weight >= 0 && weight <= 1024), where, 'weights must be from 0 to 1024');
  }
  const count = rows.lower.length * columns.lower.length * channels;
  require(count === elementCount(output), where, 'the output shape is wrong');
}

/** One entry for every integer that the input can hold. */
export function requireLookup(table: Int16Array, input: Tensor, where: string): void {
  if (input.kind !== 'activation') fail(where, 'inputs must be activation tensors');
  require(table instanceof Int16Array, where, 'the table must hold 16-bit integers');
  const needed = input.maximum - input.minimum + 1;
  require(table.length === needed, where, `the table needs ${needed} entries, one per integer of its input's range`);
}

/** What a table can give. */
export function tableRange(table: Int16Array): { readonly minimum: number; readonly maximum: number } {
  let [minimum, maximum] = [table[0]!, table[0]!];
  for (const entry of table) {
    minimum = Math.min(minimum, entry);
    maximum = Math.max(maximum, entry);
  }
  return { minimum, maximum };
}
