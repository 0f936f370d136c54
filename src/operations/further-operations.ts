/** The operations of `reference/further-operations.ts` on arrays in trusted memory; results are exact, in integers a double holds. */
import type { TrustedArithmetic } from '../protocol/index.js';
import type {
  ExtremeOperation,
  FurtherOperation,
  ImageShape,
  InterpolateOperation,
  LookupOperation,
  SubtractOperation,
} from '../reference/index.js';

function clamped(value: number, { minimum, maximum }: { minimum: number; maximum: number }): number {
  return Math.max(minimum, Math.min(maximum, value));
}

/** The places that a list of offsets per axis gives, the last axis fastest; written to `out` as x's entries. */
function take(offsets: readonly Int32Array[], x: Int16Array, out: Int16Array): void {
  const last = offsets.at(-1)!;
  let at = 0;
  const rows = (axis: number, start: number): void => {
    if (axis === offsets.length - 1) {
      for (let index = 0; index < last.length; index++) out[at++] = x[start + last[index]!]!;
      return;
    }
    for (const offset of offsets[axis]!) rows(axis + 1, start + offset);
  };
  rows(0, 0);
}

/**
 * |a m0 - b m1| < 2^15 * 2^31 * 2 = 2^47. From a shift of 49 on, half a unit, 2^(shift - 1), is larger than that, and the result
 * is 0; below, the sum with half a unit is below 2^48 and a division by a power of two loses nothing.
 */
function subtract(a: Int16Array, b: Int16Array, how: SubtractOperation, out: Int16Array): void {
  const [left, right] = how.multipliers;
  const { shift } = how;
  const half = 2 ** (shift - 1);
  for (let index = 0; index < a.length; index++) {
    const rounded = shift >= 49 ? 0 : Math.floor((a[index]! * left - b[index]! * right + half) / (2 * half));
    out[index] = clamped(rounded, how);
  }
}

function extreme(a: Int16Array, b: Int16Array, how: ExtremeOperation, out: Int16Array): void {
  const larger = how.kind === 'larger';
  for (let index = 0; index < a.length; index++) {
    const [left, right] = [a[index]!, b[index]!];
    out[index] = clamped(left > right === larger ? left : right, how);
  }
}

/** A sum of four is below 2^15 * 2^20 * 4. */
function interpolate(
  { rows, columns }: InterpolateOperation,
  x: Int16Array,
  { width, channels }: ImageShape,
  out: Int16Array,
): void {
  let at = 0;
  for (let row = 0; row < rows.lower.length; row++) {
    const [top, bottom, down] = [rows.lower[row]! * width, rows.upper[row]! * width, rows.weights[row]!];
    for (let column = 0; column < columns.lower.length; column++) {
      const [left, right, across] = [columns.lower[column]!, columns.upper[column]!, columns.weights[column]!];
      for (let channel = 0; channel < channels; channel++) {
        const entry = (start: number, place: number): number => x[(start + place) * channels + channel]!;
        const above = entry(top, left) * (1024 - across) + entry(top, right) * across;
        const below = entry(bottom, left) * (1024 - across) + entry(bottom, right) * across;
        out[at++] = Math.floor((above * (1024 - down) + below * down + 2 ** 19) / 2 ** 20);
      }
    }
  }
}

/** Computes one of them for `images` images back to back. */
export function runFurther(
  operation: Exclude<FurtherOperation, LookupOperation>,
  inputs: readonly Int16Array[],
  shape: ImageShape,
  images: number,
  arithmetic: TrustedArithmetic,
  out: Int16Array,
): void {
  const [x, other] = [inputs[0]!, inputs[1]!];
  switch (operation.kind) {
    case 'multiply':
      arithmetic.multiply(x, other, operation, out);
      return;
    case 'subtract':
      subtract(x, other, operation, out);
      return;
    case 'larger':
    case 'smaller':
      extreme(x, other, operation, out);
      return;
    default:
      for (let image = 0; image < images; image++) {
        const [from, to] = [x, out].map((all) => {
          const length = all.length / images;
          return all.subarray(image * length, (image + 1) * length);
        }) as [Int16Array, Int16Array];
        if (operation.kind === 'take') take(operation.offsets, from, to);
        else interpolate(operation, from, shape, to);
      }
  }
}
