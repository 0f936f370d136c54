/** Lists of offsets for `take`: which entry of a row-major tensor goes to which place along each axis. */
import type { Extent } from '../model/shapes.js';

/** How far apart neighbours along each axis of a row-major tensor are. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}

/** The offsets of `count` places, `step` apart from `first` on. */
function evenly(count: number, step: number, first = 0): Int32Array {
  return Int32Array.from({ length: count }, (_, at) => first + at * step);
}

/** The tensor with its axes in another order. */
export function transposed(shape: readonly number[], order: readonly number[]): Int32Array[] {
  const strides = stridesOf(shape);
  return order.map((axis) => evenly(shape[axis]!, strides[axis]!));
}

/** The places named along one axis, in that order, of every place of the others. */
export function selected(shape: readonly number[], axis: number, places: ArrayLike<number>): Int32Array[] {
  const strides = stridesOf(shape);
  return shape.map((size, at) =>
    at === axis ? Int32Array.from(places, (place) => place * strides[at]!) : evenly(size, strides[at]!),
  );
}

/** A part of an axis: `count` places from `begin` on, `step` apart; a step may be negative. */
export interface Slice {
  /** The first. */
  readonly begin: number;
  /** From one to the next. */
  readonly step: number;
  /** How many. */
  readonly count: number;
}

/** A slice of every axis. */
export function sliced(shape: readonly number[], slices: readonly Slice[]): Int32Array[] {
  const strides = stridesOf(shape);
  return slices.map(({ begin, step, count }, axis) => evenly(count, step * strides[axis]!, begin * strides[axis]!));
}

/** Both shapes' axes from the last on, where one of them is 1 the other: the shape of a pair; null when they do not fit. */
export function pairedShape(a: readonly number[], b: readonly number[]): number[] | null {
  const count = Math.max(a.length, b.length);
  const shape: number[] = [];
  for (let axis = 0; axis < count; axis++) {
    const [left, right] = [a[axis + a.length - count] ?? 1, b[axis + b.length - count] ?? 1];
    if (left !== right && left !== 1 && right !== 1) return null;
    shape.push(left === 1 ? right : left);
  }
  return shape;
}

/**
 * How far apart neighbours along each axis of `to` lie in memory of the shape `from`, which is repeated along its axes of size 1.
 * @param to at least as many axes as `from`
 */
export function repeatedSteps(from: readonly number[], to: readonly number[]): number[] {
  const missing = to.length - from.length;
  const strides = stridesOf(from);
  return to.map((_, axis) => ((from[axis - missing] ?? 1) === 1 ? 0 : strides[axis - missing]!));
}

/** A tensor repeated along its axes of size 1 until it has the shape `to`, which has at least as many axes. */
export function repeated(from: readonly number[], to: readonly number[]): Int32Array[] {
  const steps = repeatedSteps(from, to);
  return to.map((size, axis) => evenly(size, steps[axis]!));
}

/**
 * Blocks of `block` x `block` pixels from the channels of one. With `depthFirst`, channel (dy * block + dx) * outputs + c becomes
 * pixel (dy, dx), channel c; otherwise channel (c * block + dy) * block + dx does.
 */
export function depthToSpace({ height, width, channels }: Extent, block: number, depthFirst: boolean): Int32Array[] {
  const outputs = channels / block ** 2;
  const [down, across, through] = depthFirst ? [block * outputs, outputs, 1] : [block, 1, block ** 2];
  const along = (count: number, stride: number, inside: number): Int32Array =>
    Int32Array.from({ length: count * block }, (_, at) => Math.floor(at / block) * stride + (at % block) * inside);
  return [along(height, width * channels, down), along(width, channels, across), evenly(outputs, through)];
}

/** The other way round, with the channel of a block's pixel varying fastest. */
export function spaceToDepth({ height, width, channels }: Extent, block: number): Int32Array[] {
  const inside = Int32Array.from({ length: block ** 2 * channels }, (_, at) => {
    const pixel = Math.floor(at / channels);
    return (Math.floor(pixel / block) * width + (pixel % block)) * channels + (at % channels);
  });
  return [evenly(height / block, block * width * channels), evenly(width / block, block * channels), inside];
}

/** Whether every entry stays where it is. */
export function isIdentity(shape: readonly number[], offsets: readonly Int32Array[]): boolean {
  const strides = stridesOf(shape);
  return (
    shape.length === offsets.length &&
    offsets.every(
      (list, axis) => list.length === shape[axis] && list.every((at, place) => at === place * strides[axis]!),
    )
  );
}
