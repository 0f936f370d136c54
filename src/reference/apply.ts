/** L(x) over the integers. Reduce the result for L(x) mod p. */
import { inputLength, type LinearMap, outputLength } from '../model/linear-map.js';
import { forEachTap } from './taps.js';

/**
 * y[o] = sum over the taps (o, i, w) of w * x[i].
 * @param x |X| integers @returns |Y| integers
 */
export function apply(map: LinearMap, x: readonly bigint[]): bigint[] {
  if (x.length !== inputLength(map)) throw new RangeError(`expected ${inputLength(map)} inputs, got ${x.length}`);
  const y = new Array<bigint>(outputLength(map)).fill(0n);
  forEachTap(map, (output, input, weight) => {
    y[output]! += weight * x[input]!;
  });
  return y;
}
