/** Where a result goes. */
import type { Variant } from './digit-words.js';

/**
 * `finish(row, column, value)`: the low digit of the weights gives value plus the channel's constant, and the high digit
 * adds 256 times its value to that. Needs `shape`, `tile`, `weights`, `result` and the arithmetic.
 * @param width how many u32 one element of `weights` has
 */
export function finishing({ mode }: Variant, width: number): string {
  const place = '(shape.constantsAt + column)';
  const constant = width === 1 ? `weights[${place}]` : `weights[${place} / ${width}u][${place} % ${width}u]`;
  return /* wgsl */ `
fn finish(row: u32, column: u32, value: u32) {
  if (row >= tile.rows || column >= shape.channelCount) { return; }
  let at = row * shape.outChannels + shape.firstChannel + column;
  var sum = ${mode === 'integers' ? `value + ${constant}` : 'value'};
  if (shape.highDigit != 0u) { sum = plus(result[at], times256(value)); }
  result[at] = canonical(sum);
}`;
}
