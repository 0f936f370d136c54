/** Residues modulo both p in WGSL, with 32-bit operations only. */
import { M31, type Modulus, P24 } from '../../../../model/modulus.js';
import { LARGEST_LIFT, type Mode } from '../bounds.js';

/**
 * Residues modulo 2^31 - 1 as numbers from 0 to p inclusive, where p stands for 0 until `canonical`.
 * fold: a + p >= 0 for every a >= -p, and sums never reach -2^31 (bounds.ts). plus: a + b <= 2p = 2^32 - 2, so the carry is
 * at most 1, and when it is 1 the rest is at most 2^31 - 2. times256: 2^31 = 1 modulo p, so it is a rotation of 31 bits.
 */
const M31_ARITHMETIC = /* wgsl */ `
fn fold(a: i32) -> u32 { return bitcast<u32>(select(a, a + ${M31}, a < 0)); }
fn plus(a: u32, b: u32) -> u32 { let sum = a + b; return (sum & ${M31}u) + (sum >> 31u); }
fn times256(a: u32) -> u32 { return ((a << 8u) & ${M31}u) | (a >> 23u); }
fn times65536(a: u32) -> u32 { return ((a << 16u) & ${M31}u) | (a >> 15u); }
fn canonical(a: u32) -> u32 { return select(a, 0u, a == ${M31}u); }`;

/**
 * Residues modulo 2^24 - 3, always canonical. 2^24 = 3 modulo p, so a = high 2^24 + low is low + 3 high.
 * fold: -128 <= high <= 127, so low + 3 high lies in [-384, p + 383]; one addition or subtraction of p is enough.
 * times256: with a = high 2^16 + low, 256 a = high 2^24 + 256 low is 3 high + 256 low <= 765 + 2^24 - 256 < 2p.
 */
const P24_ARITHMETIC = /* wgsl */ `
fn reduced(a: u32) -> u32 { return select(a, a - ${P24}u, a >= ${P24}u); }
fn fold(a: i32) -> u32 {
  let small = (a & 0xffffff) + 3 * (a >> 24u);
  return reduced(bitcast<u32>(select(small, small + ${P24}, small < 0)));
}
fn plus(a: u32, b: u32) -> u32 { return reduced(a + b); }
fn times256(a: u32) -> u32 { return reduced(((a & 0xffffu) << 8u) + 3u * (a >> 16u)); }
fn times65536(a: u32) -> u32 { return times256(times256(a)); }
fn canonical(a: u32) -> u32 { return a; }`;

const WRAPPING_ARITHMETIC = /* wgsl */ `
fn fold(a: i32) -> u32 { return bitcast<u32>(a); }
fn plus(a: u32, b: u32) -> u32 { return a + b; }
fn times256(a: u32) -> u32 { return a << 8u; }
fn times65536(a: u32) -> u32 { return a << 16u; }
fn canonical(a: u32) -> u32 { return a; }`;

/** `fold` an i32, `plus`, `times256`, `times65536`, `canonical`: modulo p, or over the integers modulo 2^32. */
export function modular(mode: Mode): string {
  if (mode === 'integers') return WRAPPING_ARITHMETIC;
  return mode === M31 ? M31_ARITHMETIC : P24_ARITHMETIC;
}

/** `lifted(x)`: the representative that digits are taken of; see `inputDigits` in bounds.ts. */
export function lift(modulus: Modulus): string {
  return /* wgsl */ `
fn lifted(x: u32) -> i32 { return bitcast<i32>(select(x, x - ${modulus}u, x > ${LARGEST_LIFT[modulus]}u)); }`;
}

/**
 * An expression for sum over s of sums[s] * 256^s (or 65536^s) as a residue, by Horner's rule.
 * @param sums i32 expressions
 */
export function combined(sums: readonly string[], step: 'times256' | 'times65536'): string {
  return sums.map((sum) => `fold(${sum})`).reduceRight((higher, sum) => `plus(${step}(${higher}), ${sum})`);
}
