/** What a float network has beyond layers: functions of one entry, pairs, entries moved, pixels interpolated. */
import type { Padding } from '../model/shapes.js';
import type { Composition } from './composition.js';
import type { Activation, NamedFloatOperation, UnaryFloatOperation } from './float-network.js';
import type { RealFunction } from './functions.js';

/** y = f(x), entry by entry. */
export interface FloatFunction extends UnaryFloatOperation {
  /** Tells operations apart. */
  readonly kind: 'function';
  /** f: one of those that are known, or composed of them. */
  readonly function: RealFunction | Composition;
}

/** y = activation(a op b), shapes equal: the product, the difference a - b, the larger or the smaller. */
export interface FloatPair extends NamedFloatOperation {
  /** Which of them. */
  readonly kind: 'multiply' | 'subtract' | 'larger' | 'smaller';
  /** The tensors a and b. */
  readonly inputs: readonly [number, number];
  /** What is done to the result. */
  readonly activation: Activation;
}

/** Entries in other places, as the reference's `TakeOperation` defines: y[j0, j1, ...] = x[offsets[0][j0] + offsets[1][j1] + ...]. */
export interface FloatTake extends UnaryFloatOperation {
  /** Tells operations apart. */
  readonly kind: 'take';
  /** One list per axis of the output; the largest entries of all lists add up to less than the input's length. */
  readonly offsets: readonly Int32Array[];
}

/** Between which two places of an axis each place of the result lies: 1 - weight of `lower`, the rest of `upper`. */
export interface FloatInterpolation {
  /** From 0 to the axis's size - 1. */
  readonly lower: Int32Array;
  /** From 0 to the axis's size - 1. */
  readonly upper: Int32Array;
  /** From 0 to 1. */
  readonly weights: Float64Array;
}

/** Bilinear resizing of an image. */
export interface FloatInterpolate extends UnaryFloatOperation {
  /** Tells operations apart. */
  readonly kind: 'interpolate';
  /** One entry per row of the result. */
  readonly rows: FloatInterpolation;
  /** One entry per column of the result. */
  readonly columns: FloatInterpolation;
}

/** A border of zeros around an image. */
export interface FloatPad extends UnaryFloatOperation {
  /** Tells operations apart. */
  readonly kind: 'pad';
  /** The width of the border on each side. */
  readonly padding: Padding;
}

/** See the file's head. */
export type FurtherFloatOperation = FloatFunction | FloatPair | FloatTake | FloatInterpolate | FloatPad;

/** Two tensors of one shape, entry by entry. */
export function combine(a: Float32Array, b: Float32Array, kind: FloatPair['kind']): Float32Array {
  switch (kind) {
    case 'multiply':
      return a.map((value, index) => value * b[index]!);
    case 'subtract':
      return a.map((value, index) => value - b[index]!);
    case 'larger':
      return a.map((value, index) => Math.max(value, b[index]!));
    case 'smaller':
      return a.map((value, index) => Math.min(value, b[index]!));
  }
}

/** See `FloatTake`. */
export function take(x: Float32Array, offsets: readonly Int32Array[]): Float32Array {
  const out = new Float32Array(offsets.reduce((count, list) => count * list.length, 1));
  const last = offsets.at(-1)!;
  let at = 0;
  const along = (axis: number, start: number): void => {
    if (axis < offsets.length - 1) for (const offset of offsets[axis]!) along(axis + 1, start + offset);
    else for (const offset of last) out[at++] = x[start + offset]!;
  };
  along(0, 0);
  return out;
}

/** The image with a border of zeros. */
export function pad(x: Float32Array, width: number, channels: number, padding: Padding): Float32Array {
  const row = width * channels;
  const wide = (padding.left + width + padding.right) * channels;
  const rows = x.length / row;
  const out = new Float32Array((padding.top + rows + padding.bottom) * wide);
  for (let y = 0; y < rows; y++) {
    out.set(x.subarray(y * row, (y + 1) * row), (padding.top + y) * wide + padding.left * channels);
  }
  return out;
}

/** See `FloatInterpolate`; the image is row-major with `width` columns and the channels last. */
export function interpolate(
  x: Float32Array,
  width: number,
  channels: number,
  { rows, columns }: Pick<FloatInterpolate, 'rows' | 'columns'>,
): Float32Array {
  const out = new Float32Array(rows.lower.length * columns.lower.length * channels);
  let at = 0;
  for (const [row, top] of rows.lower.entries()) {
    const [bottom, down] = [rows.upper[row]!, rows.weights[row]!];
    for (const [column, left] of columns.lower.entries()) {
      const [right, across] = [columns.upper[column]!, columns.weights[column]!];
      for (let channel = 0; channel < channels; channel++) {
        const entry = (y: number, z: number): number => x[(y * width + z) * channels + channel]!;
        const above = entry(top, left) * (1 - across) + entry(top, right) * across;
        const below = entry(bottom, left) * (1 - across) + entry(bottom, right) * across;
        out[at++] = above * (1 - down) + below * down;
      }
    }
  }
  return out;
}
