/** Words of four 8-bit digits, the input's digits side by side in a vector, and their products. */
import type { Mode } from '../bounds.js';
import { combined, modular } from './arithmetic.js';

/** What the matrix and the vector kernel are made for. */
export interface Variant {
  readonly mode: Mode;
  /** Digits of an input entry. */
  readonly digits: 1 | 2 | 3 | 4;
  /** A block has 16 times so many output channels. */
  readonly columnsEach: 1 | 2 | 4;
  /** The language has `dot4I8Packed`. */
  readonly packedDot: boolean;
}

/** WGSL's name for `count` numbers of a type. */
export function vectorOf(type: 'u32' | 'i32', count: number): string {
  return count === 1 ? type : `vec${count}<${type}>`;
}

/** Component `index` of a vector of `count`, or the number itself. */
export function component(vector: string, index: number, count: number): string {
  return count === 1 ? vector : `${vector}.${'xyzw'[index]}`;
}

/** The type of the binding `digits`: vectors of three would be padded to four. */
export function digitsType(digits: number): string {
  return digits === 3 ? 'u32' : vectorOf('u32', digits);
}

const PLAIN = /* wgsl */ `
fn lane(words: Words, at: u32) -> Sums { return extractBits(bitcast<Sums>(words), at, 8u); }
fn digit(word: u32, at: u32) -> i32 { return extractBits(bitcast<i32>(word), at, 8u); }
fn products(x: Words, w: u32) -> Sums {
  return lane(x, 0u) * digit(w, 0u) + lane(x, 8u) * digit(w, 8u)
    + lane(x, 16u) * digit(w, 16u) + lane(x, 24u) * digit(w, 24u);
}`;

function packedProducts(digits: number): string {
  const dots = Array.from({ length: digits }, (_, d) => `dot4I8Packed(${component('x', d, digits)}, w)`);
  return `fn products(x: Words, w: u32) -> Sums { return Sums(${dots.join(', ')}); }`;
}

/** Must stand first in a module. */
export function directives({ packedDot }: Variant): string {
  return packedDot ? 'requires packed_4x8_integer_dot_product;' : '';
}

/**
 * `Words`, a word of each digit; `Sums`, an i32 for each; `products(x, w)`, the four products of digits in a word, added,
 * for each digit of x; `wordsAt(index)` of the binding `digits`; `total(sums)`, their sum as a residue.
 */
export function digitWords(variant: Variant): string {
  const { mode, digits, packedDot } = variant;
  const parts = Array.from({ length: digits }, (_, d) => `digits[index * ${digits}u + ${d}u]`);
  const load = digits === 3 ? `Words(${parts.join(', ')})` : 'digits[index]';
  const sums = Array.from({ length: digits }, (_, d) => component('sums', d, digits));
  return /* wgsl */ `
alias Words = ${vectorOf('u32', digits)};
alias Sums = ${vectorOf('i32', digits)};
${packedDot ? packedProducts(digits) : PLAIN}
fn wordsAt(index: u32) -> Words { return ${load}; }
${modular(mode)}
fn total(sums: Sums) -> u32 { return ${combined(sums, 'times256')}; }`;
}
