/** Values and maps for the fast side: the extremes of int16 and of both moduli, and the borders between limbs. */
import * as fc from 'fast-check';
import { M31, type Modulus, P24 } from '../../src/model/modulus.js';
import { inputLength, type LinearMap, outputLength } from '../../src/reference/index.js';
import { edgyList, linearMap } from '../generators.js';

export const modulus: fc.Arbitrary<Modulus> = fc.constantFrom(P24, M31);

/** Lengths around the kernels' steps of 4 and 8. */
export const someLength: fc.Arbitrary<number> = fc.oneof(fc.constantFrom(0, 1, 3, 4, 5, 7, 8, 9, 16, 33), fc.nat(70));

const limbBorders = [32767, 32768, 32769, 65535, 65536, 1023, 1024, 2047, 2048, 2 ** 22 - 1, 2 ** 22];

/** Residues of p, often at 0, p - 1, the middle, or where a limb turns over. */
export function residues(p: number, length: number): fc.Arbitrary<Uint32Array> {
  const edges = [0, 1, 2, p - 2, p - 1, (p - 3) / 2, (p - 1) / 2, (p + 1) / 2, ...limbBorders];
  const residue = fc.oneof(
    fc.constantFrom(...edges, ...limbBorders.map((b) => p - b)),
    fc.integer({ min: 0, max: p - 1 }),
  );
  return fc.array(residue, { minLength: length, maxLength: length }).map((list) => Uint32Array.from(list));
}

export function int16s(length: number): fc.Arbitrary<Int16Array> {
  return edgyList(-32768, 32767, length).map((list) => Int16Array.from(list));
}

export function int32s(minimum: number, maximum: number, length: number): fc.Arbitrary<Int32Array> {
  return edgyList(minimum, maximum, length).map((list) => Int32Array.from(list));
}

/** Any map, with weights that need two limbs or three, and every int16 as an input. */
export const wideMap: fc.Arbitrary<LinearMap> = fc
  .tuple(linearMap, fc.constantFrom(1, 127, 255, 2048, 2049, 32767, 32768))
  .chain(([map, largest]) =>
    edgyList(-largest, Math.min(largest, 32767), map.weights.length).map((weights) => ({
      ...map,
      weights: Int16Array.from(weights),
      inputRange: { minimum: -32768, maximum: 32767 },
    })),
  );

/** A map, a modulus, residues to apply it to, and residues of q for its transpose. */
export const moduloCase = fc
  .tuple(wideMap, modulus)
  .chain(([map, p]) =>
    fc.tuple(fc.constant(map), fc.constant(p), residues(p, inputLength(map)), residues(M31, outputLength(map))),
  );
