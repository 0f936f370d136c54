/** Numbers to balanced base-256 digits, as float32 entries. */
import type { Modulus } from '../../../model/modulus.js';
import type { Mode } from '../wasm/messages.js';

/** Digit d of entry i goes to `planes[d * pitch + at + i]`; the last digit takes what is left. */
interface Place {
  readonly planes: Float32Array;
  readonly pitch: number;
  readonly at: number;
}

function splitIntegers(x: Int16Array, from: number, count: number, digits: number, { planes, pitch, at }: Place): void {
  for (let i = 0; i < count; i++) {
    const value = x[from + i]!;
    const low = digits === 1 ? value : (value << 24) >> 24;
    planes[at + i] = low;
    if (digits === 2) planes[at + pitch + i] = (value - low) >> 8;
  }
}

/** One function for 3 and 4 digits, since the fourth only takes what the third leaves. */
function splitResidues(x: Uint32Array, from: number, count: number, p: Modulus, digits: number, place: Place): void {
  const { planes, pitch, at } = place;
  const half = (p - 1) / 2;
  for (let i = 0; i < count; i++) {
    const residue = x[from + i]!;
    const value = (residue > half ? residue - p : residue) | 0;
    const first = (value << 24) >> 24;
    const second = (value - first) >> 8;
    const secondDigit = (second << 24) >> 24;
    const third = (second - secondDigit) >> 8;
    planes[at + i] = first;
    planes[at + pitch + i] = secondDigit;
    if (digits === 3) planes[at + 2 * pitch + i] = third;
    else {
      const thirdDigit = (third << 24) >> 24;
      planes[at + 2 * pitch + i] = thirdDigit;
      planes[at + 3 * pitch + i] = (third - thirdDigit) >> 8;
    }
  }
}

/** Splits `count` entries of an input, from entry `from`. Residues are balanced first. */
export function splitInput(
  x: Int16Array | Uint32Array,
  from: number,
  count: number,
  mode: Mode,
  digits: number,
  place: Place,
): void {
  if (x instanceof Int16Array) splitIntegers(x, from, count, digits, place);
  else if (mode !== 'integers') splitResidues(x, from, count, mode, digits, place);
}

/** Digit `digit` of a weight that takes `digits`, 1 or 2. */
export function weightDigit(weight: number, digit: number, digits: number): number {
  if (digits === 1) return weight;
  const low = (weight << 24) >> 24;
  return digit === 0 ? low : (weight - low) >> 8;
}
