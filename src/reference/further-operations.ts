/** More operations the trusted side does itself: entries moved, pairs combined, pixels interpolated. Types and meaning. */
import type { LookupOperation } from './lookup.js';
import { clamp, roundedShift } from './rounding.js';
import type { TensorId } from '../model/tensor.js';

/**
 * Entries in other places: out[j0, j1, ...] = x[offsets[0][j0] + offsets[1][j1] + ...], x as a row-major list. One axis of the
 * output per list. It is every transposition, slice with steps, repetition along an axis, and nearest-neighbour resizing.
 */
export interface TakeOperation {
  /** `take`. */
  readonly kind: 'take';
  /** Names the layer. */
  readonly name: string;
  /** What it reads. */
  readonly input: TensorId;
  /** What it gives; its shape has the lists' lengths. */
  readonly output: TensorId;
  /** From 0; the largest entries of all lists add up to less than the input's length. */
  readonly offsets: readonly Int32Array[];
}

/** Two tensors of the same shape, entry by entry. */
interface PairOperation {
  /** Names the layer. */
  readonly name: string;
  /** What it reads. */
  readonly inputs: readonly [TensorId, TensorId];
  /** What it gives. */
  readonly output: TensorId;
  /** The smallest entry of the result. */
  readonly minimum: number;
  /** The largest. */
  readonly maximum: number;
}

/** out = clamp(roundedShift(a * b * multiplier, shift), minimum, maximum). */
export interface MultiplyOperation extends PairOperation {
  /** `multiply`. */
  readonly kind: 'multiply';
  /** From 0 to 2^31 - 1. */
  readonly multiplier: number;
  /** From 1 to 62. */
  readonly shift: number;
}

/** out = clamp(roundedShift(a * multipliers[0] - b * multipliers[1], shift), minimum, maximum). */
export interface SubtractOperation extends PairOperation {
  /** `subtract`. */
  readonly kind: 'subtract';
  /** Each from 0 to 2^31 - 1. */
  readonly multipliers: readonly [number, number];
  /** From 1 to 62. */
  readonly shift: number;
}

/** out = clamp(the larger, or the smaller, of a and b), which share a scale. */
export interface ExtremeOperation extends PairOperation {
  /** Which of the two is taken. */
  readonly kind: 'larger' | 'smaller';
}

/** Between which two places of an axis each place of the result lies: (1024 - weight) / 1024 of `lower`, the rest of `upper`. */
export interface Interpolation {
  /** From 0 to the axis's size - 1. */
  readonly lower: Int32Array;
  /** From 0 to the axis's size - 1. */
  readonly upper: Int32Array;
  /** From 0 to 1024. */
  readonly weights: Int32Array;
}

/** Bilinear resizing of an image tensor: one rounding, by `roundedShift(sum of four, 20)`. */
export interface InterpolateOperation {
  /** `interpolate`. */
  readonly kind: 'interpolate';
  /** Names the layer. */
  readonly name: string;
  /** What it reads. */
  readonly input: TensorId;
  /** What it gives. */
  readonly output: TensorId;
  /** One entry per row of the result. */
  readonly rows: Interpolation;
  /** One entry per column of the result. */
  readonly columns: Interpolation;
}

/** See the file's head. */
export type FurtherOperation =
  | TakeOperation
  | MultiplyOperation
  | SubtractOperation
  | ExtremeOperation
  | InterpolateOperation
  | LookupOperation;

/** See `TakeOperation`. */
export function take(x: readonly bigint[], { offsets }: Pick<TakeOperation, 'offsets'>): bigint[] {
  const places = offsets.reduce((all, list) => all.flatMap((at) => Array.from(list, (more) => at + more)), [0]);
  return places.map((at) => x[at]!);
}

/** The entries of two tensors combined; see the operations. */
export function combine(
  a: readonly bigint[],
  b: readonly bigint[],
  how: MultiplyOperation | SubtractOperation | ExtremeOperation,
): bigint[] {
  const one = (left: bigint, right: bigint): bigint => {
    switch (how.kind) {
      case 'multiply':
        return roundedShift(left * right * BigInt(how.multiplier), how.shift);
      case 'subtract':
        return roundedShift(left * BigInt(how.multipliers[0]) - right * BigInt(how.multipliers[1]), how.shift);
      case 'larger':
        return left > right ? left : right;
      case 'smaller':
        return left < right ? left : right;
    }
  };
  return a.map((left, index) => clamp(one(left, b[index]!), how.minimum, how.maximum));
}

/** See `InterpolateOperation`; the image is row-major with `width` columns and the channels last. */
export function interpolate(
  x: readonly bigint[],
  width: number,
  channels: number,
  { rows, columns }: Pick<InterpolateOperation, 'rows' | 'columns'>,
): bigint[] {
  const ends = ({ lower, upper, weights }: Interpolation, at: number): [number, bigint][] => [
    [lower[at]!, 1024n - BigInt(weights[at]!)],
    [upper[at]!, BigInt(weights[at]!)],
  ];
  return Array.from(rows.lower, (_, row) =>
    Array.from(columns.lower, (_, column) =>
      Array.from({ length: channels }, (_, channel) => {
        let sum = 0n;
        for (const [y, vertical] of ends(rows, row)) {
          for (const [z, horizontal] of ends(columns, column)) {
            sum += x[(y * width + z) * channels + channel]! * vertical * horizontal;
          }
        }
        return roundedShift(sum, 20);
      }),
    ),
  ).flat(2);
}
