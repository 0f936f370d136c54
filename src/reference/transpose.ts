/** The transpose of L over the integers: the one identity Freivalds' check rests on is <s, L(x)> = <transpose(s), x>. */
import { inputLength, type LinearMap, outputLength } from '../model/linear-map.js';
import { forEachTap } from './taps.js';

/**
 * r[i] = sum over the taps (o, i, w) of w * s[o].
 * @param s |Y| integers @returns |X| integers
 */
export function transpose(map: LinearMap, s: readonly bigint[]): bigint[] {
  if (s.length !== outputLength(map)) throw new RangeError(`expected ${outputLength(map)} entries, got ${s.length}`);
  const folded = new Array<bigint>(inputLength(map)).fill(0n);
  forEachTap(map, (output, input, weight) => {
    folded[input]! += weight * s[output]!;
  });
  return folded;
}
