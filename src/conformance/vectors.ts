/** The values conformance is tested with: the edges of every range, and lists of them. */

import { inputLength, type LinearMap } from '../model/linear-map.js';
import { M31, type Modulus, P24 } from '../model/modulus.js';
import type { Numbers } from './numbers.js';

/** What a map is loaded for. */
export type Mode = Modulus | 'integers';

/** All three. */
export const modes: readonly Mode[] = ['integers', P24, M31];

/** "integers", "P24" or "M31". */
export function modeName(mode: Mode): string {
  return mode === 'integers' ? 'integers' : mode === P24 ? 'P24' : 'M31';
}

/** 0, ±1, and the extremes of the usual 8-bit ranges and of int16. */
export const integerEdges: readonly number[] = [
  0, 1, -1, 2, 127, 128, -127, -128, 255, -255, 256, -256, 32767, -32767, -32768,
];

/** 0, 1, p - 1, (p ± 1) / 2, and where 8- and 16-bit digits carry. */
export function residueEdges(p: Modulus): readonly number[] {
  const digits = [127, 128, 129, 255, 256, 32767, 32768, 32769, 65535, 65536, 2 ** 23 - 1, 2 ** 23];
  const middle = [(p - 3) / 2, (p - 1) / 2, (p + 1) / 2];
  return [0, 1, 2, ...middle, p - 2, p - 1, ...digits, ...digits.map((value) => p - value)];
}

/** What is sent in this mode, edges first. */
export function someInput(map: LinearMap, mode: Mode, numbers: Numbers): Int16Array | Uint32Array {
  const length = inputLength(map);
  if (mode === 'integers') {
    const { minimum, maximum } = map.inputRange;
    const edges = [...integerEdges, minimum, maximum];
    return Int16Array.from({ length }, () => numbers.edgy(minimum, maximum, edges));
  }
  const edges = residueEdges(mode);
  return Uint32Array.from({ length }, () => numbers.edgy(0, mode - 1, edges));
}
