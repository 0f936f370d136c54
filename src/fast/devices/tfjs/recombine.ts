/** Sums of digit products back to whole numbers or residues, in float64 that never rounds (see bounds.ts). */
import type { Modulus } from '../../../model/modulus.js';
import type { Shape } from './shape.js';

/** Adds up to four planes of `length` sums, `pitch` apart, each times its factor. */
function addPlanes(
  total: Float64Array,
  to: number,
  sums: ArrayLike<number>,
  from: number,
  pitch: number,
  length: number,
  factors: readonly number[],
): void {
  const [a = 0, b = 0, c = 0, d = 0] = factors;
  const [second, third, fourth] = [from + pitch, from + 2 * pitch, from + 3 * pitch];
  if (factors.length === 1) {
    for (let i = 0; i < length; i++) total[to + i]! += a * sums[from + i]!;
  } else if (factors.length === 2) {
    for (let i = 0; i < length; i++) total[to + i]! += a * sums[from + i]! + b * sums[second + i]!;
  } else if (factors.length === 3) {
    for (let i = 0; i < length; i++) {
      total[to + i]! += a * sums[from + i]! + b * sums[second + i]! + c * sums[third + i]!;
    }
  } else {
    for (let i = 0; i < length; i++) {
      total[to + i]! += a * sums[from + i]! + b * sums[second + i]! + c * sums[third + i]! + d * sums[fourth + i]!;
    }
  }
}

/** The digits of both sides, and what their products count for. */
export interface Digits {
  readonly input: number;
  readonly weight: number;
  readonly factors: readonly number[];
}

/**
 * Adds one chunk's sums, [groups][input digits][pixels][weight digits * groupOutputs], to the totals, [pixels][channels].
 */
export function addChunk(
  total: Float64Array,
  sums: ArrayLike<number>,
  pixels: number,
  { map, groupOutputs }: Shape,
  digits: Digits,
): void {
  const width = digits.weight * groupOutputs;
  const plane = pixels * width;
  // Without groups and with one digit a weight, all pixels are one run.
  const runs = map.groups * digits.weight === 1 ? 1 : pixels;
  const length = (pixels / runs) * groupOutputs;
  for (let group = 0; group < map.groups; group++) {
    for (let digit = 0; digit < digits.weight; digit++) {
      const factors = digits.factors.slice(digit, digit + digits.input);
      const first = group * digits.input * plane + digit * groupOutputs;
      for (let run = 0; run < runs; run++) {
        const to = run * map.outputChannels + group * groupOutputs;
        addPlanes(total, to, sums, first + run * width, plane, length, factors);
      }
    }
  }
}

/**
 * The residue of a whole number |value| <= 2^52 + p. The quotient is off by at most one: its rounding error is below
 * 2^29 * 2^-52 for P24 and less for M31.
 */
function residue(value: number, p: Modulus, inverse: number): number {
  const rest = value - Math.floor(value * inverse) * p;
  return rest < 0 ? rest + p : rest >= p ? rest - p : rest;
}

/** Replaces every total by its residue. */
export function reduce(total: Float64Array, p: Modulus): void {
  const inverse = 1 / p;
  for (let i = 0; i < total.length; i++) total[i] = residue(total[i]!, p, inverse);
}

/** Writes the residues of the totals from entry `at` on. */
export function writeResidues(total: Float64Array, p: Modulus, y: Uint32Array, at: number): void {
  const inverse = 1 / p;
  for (let i = 0; i < total.length; i++) y[at + i] = residue(total[i]!, p, inverse);
}

/** Writes totals that are int32 from entry `at` on. */
export function writeIntegers(total: Float64Array, y: Int32Array, at: number): void {
  for (let i = 0; i < total.length; i++) y[at + i] = total[i]!;
}
