/** Reading what was sent, as it was sent: two int16 to a word over the integers, one residue to a word for a modulus. */
import type { Mode } from '../bounds.js';
import { lift } from './arithmetic.js';

/** `entry(index)`: an entry of the binding `sent` as an integer, lifted if it is a residue. */
export function entries(mode: Mode): string {
  if (mode !== 'integers') return `${lift(mode)}\nfn entry(index: u32) -> i32 { return lifted(sent[index]); }`;
  return /* wgsl */ `
fn entry(index: u32) -> i32 { return extractBits(bitcast<i32>(sent[index >> 1u]), (index & 1u) * 16u, 16u); }`;
}
