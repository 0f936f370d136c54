/** The operations that the trusted side does by itself: on one tensor or several, each of which gives a new one. */
import type { Padding, Size, Steps } from './shapes.js';
import type { TensorId } from './tensor.js';

/** What is cut to a closed interval at the end; minimum <= 0 <= maximum, both fit 16 bits. */
export interface Clamped {
  /** The smallest value that is left. */
  readonly minimum: number;
  /** The largest. */
  readonly maximum: number;
}

/** What every operation has. */
export interface NamedOperation {
  /** What messages and reports call it. */
  readonly name: string;
  /** The tensor that it makes; no other operation makes it. */
  readonly output: TensorId;
}

/** An operation on one tensor. */
export interface UnaryOperation extends NamedOperation {
  /** The tensor that it reads. */
  readonly input: TensorId;
}

/** Two tensors of the same shape, entry by entry. */
export interface PairOperation extends NamedOperation, Clamped {
  /** The tensors a and b. */
  readonly inputs: readonly [TensorId, TensorId];
}

/** out = clamp(roundedShift(x * multiplier, shift), minimum, maximum): a change of scale, a ReLU, or both. */
export interface RescaleOperation extends UnaryOperation, Clamped {
  /** Tells operations apart. */
  readonly kind: 'rescale';
  /** From 0 to 2^31 - 1. */
  readonly multiplier: number;
  /** From 1 to 62. */
  readonly shift: number;
}

/** out = clamp(roundedShift(a * multipliers[0] + b * multipliers[1], shift), minimum, maximum). */
export interface AddOperation extends PairOperation {
  /** Tells operations apart. */
  readonly kind: 'add';
  /** Each from 0 to 2^31 - 1. */
  readonly multipliers: readonly [number, number];
  /** From 1 to 62. */
  readonly shift: number;
}

/** out = clamp(roundedShift(a * multipliers[0] - b * multipliers[1], shift), minimum, maximum). */
export interface SubtractOperation extends PairOperation {
  /** Tells operations apart. */
  readonly kind: 'subtract';
  /** Each from 0 to 2^31 - 1. */
  readonly multipliers: readonly [number, number];
  /** From 1 to 62. */
  readonly shift: number;
}

/** out = clamp(roundedShift(a * b * multiplier, shift), minimum, maximum). */
export interface MultiplyOperation extends PairOperation {
  /** Tells operations apart. */
  readonly kind: 'multiply';
  /** From 0 to 2^31 - 1. */
  readonly multiplier: number;
  /** From 1 to 62. */
  readonly shift: number;
}

/** out = clamp(the larger, or the smaller, of a and b), which share a scale. */
export interface ExtremeOperation extends PairOperation {
  /** Tells operations apart: which of the two is taken. */
  readonly kind: 'larger' | 'smaller';
}

/** out[i] = table[x[i] - minimum], with minimum that of the range of the tensor that it reads. */
export interface LookupOperation extends UnaryOperation {
  /** Tells operations apart. */
  readonly kind: 'lookup';
  /** One entry for every integer of the input's range, so at most 2^16. */
  readonly table: Int16Array;
}

/**
 * Softmax over the last axis, in integers: with e[i] = exponentials[max(x) - x[i]] and S = sum of e,
 * out[i] = clamp(roundedDivision(e[i] * unit, S), minimum, maximum).
 */
export interface SoftmaxOperation extends UnaryOperation, Clamped {
  /** Tells operations apart. */
  readonly kind: 'softmax';
  /** exponentials[d] = round(2^30 * exp(-beta * scale * d)), d from 0 to the width of the input's range. */
  readonly exponentials: Uint32Array;
  /** The integer that stands for probability one: round(1 / output scale). */
  readonly unit: number;
}

/** The fixed numbers of layer normalization; `src/reference/layer-normalization.ts` has the bounds that follow from them. */
export const LAYER_NORMALIZATION = {
  /** Entries of the longest row. */
  longestRow: 2 ** 14,
  /** Fractional bits of a reciprocal root. */
  rootBits: 45,
  /** Fractional bits of a normalized entry. */
  normalBits: 20,
  /** Fractional bits of a bias. */
  biasBits: 16,
} as const;

/**
 * Layer normalization of each row of n = `factors.length` entries, which are the last axes, in integers. With S the sum of a row and Q that
 * of its squares, d[i] = n * x[i] - S, R = max(1, n * Q - S^2 + epsilon) and r = floor(2^45 / sqrt(R)):
 * z[i] = roundedShift(d[i] * r, 25), out[i] = clamp(roundedShift(z[i] * factors[i] + bias[i] * 2^(shift - 16), shift), minimum, maximum).
 */
export interface LayerNormalizationOperation extends UnaryOperation, Clamped {
  /** Tells operations apart. */
  readonly kind: 'layerNormalization';
  /** One entry per entry of a row, 1 to 2^14: round(2^(shift - 20) * gamma / output scale). They may be negative. */
  readonly factors: Int32Array;
  /** One entry per entry of a row: round(2^16 * beta / output scale). */
  readonly bias: Int32Array;
  /** From 16 to 62; so small that no sum reaches 2^53, rounding included. */
  readonly shift: number;
  /** round(n^2 * real epsilon / input scale^2), from 0 to 2^53 - 1. */
  readonly epsilon: number;
}

/**
 * Average or maximum over windows; windows are cut at the border, so an average divides by the entries really there.
 * Padding is smaller than the window on every side, so no window is empty.
 */
export interface PoolOperation extends UnaryOperation, Clamped {
  /** Tells operations apart. */
  readonly kind: 'averagePool' | 'maxPool';
  /** Rows and columns of a window. */
  readonly window: Size;
  /** From one window to the next. */
  readonly stride: Steps;
  /** How far windows reach over the border. */
  readonly padding: Padding;
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
export interface InterpolateOperation extends UnaryOperation {
  /** Tells operations apart. */
  readonly kind: 'interpolate';
  /** One entry per row of the result. */
  readonly rows: Interpolation;
  /** One entry per column of the result. */
  readonly columns: Interpolation;
}

/** Concatenation along one axis of tensors that share a scale (an importer inserts `rescale` where they do not). */
export interface ConcatOperation extends NamedOperation {
  /** Tells operations apart. */
  readonly kind: 'concat';
  /** The tensors, in order. */
  readonly inputs: readonly TensorId[];
  /** Along which index of the shape, from 0. */
  readonly axis: number;
}

/** A border of zeros (real 0, so centred 0) around an image tensor. */
export interface PadOperation extends UnaryOperation {
  /** Tells operations apart. */
  readonly kind: 'pad';
  /** The width of the border on each side. */
  readonly padding: Padding;
}

/** The same entries under another shape. */
export interface ReshapeOperation extends UnaryOperation {
  /** Tells operations apart. */
  readonly kind: 'reshape';
}

/**
 * Entries in other places: out[j0, j1, ...] = x[offsets[0][j0] + offsets[1][j1] + ...], x as a row-major list. One axis of the
 * output, whose shape has the lists' lengths, per list. It is every transposition, slice with steps, repetition along an axis, and nearest-neighbour resizing.
 */
export interface TakeOperation extends UnaryOperation {
  /** Tells operations apart. */
  readonly kind: 'take';
  /** From 0; the largest entries of all lists add up to less than the input's length. */
  readonly offsets: readonly Int32Array[];
}

/** The operations the trusted side does by itself, on values that were verified. */
export type TrustedOperation =
  | RescaleOperation
  | AddOperation
  | SubtractOperation
  | MultiplyOperation
  | ExtremeOperation
  | LookupOperation
  | SoftmaxOperation
  | LayerNormalizationOperation
  | PoolOperation
  | InterpolateOperation
  | ConcatOperation
  | PadOperation
  | ReshapeOperation
  | TakeOperation;
