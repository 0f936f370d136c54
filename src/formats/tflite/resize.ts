/** RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR: the places by the format's own rules, which decide bit for bit. */
import type { Interpolation } from '../../model/trusted-operations.js';
import { BuiltinOptions } from './generated/builtin-options.js';
import { ResizeBilinearOptions } from './generated/resize-bilinear-options.js';
import { ResizeNearestNeighborOptions } from './generated/resize-nearest-neighbor-options.js';
import { TensorType } from './generated/tensor-type.js';
import { moved } from './moved.js';
import type { Activation, Step } from './step.js';
import { finishTaken, placesOf } from './take.js';
import { imageAxes } from './window.js';

/** Where the grid of the result lies on that of the input. */
interface Grid {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

function sizesOf(step: Step, x: Activation) {
  step.requireInputs(2);
  const { height, width, channels } = imageAxes(x.tensor.shape, step);
  const asked = step.smallIntegers(step.constant(1, [TensorType.INT32]));
  if (asked.length !== 2 || asked.some((size) => size < 1)) step.fail('its size is not two positive whole numbers');
  return { height, width, channels, rows: asked[0]!, columns: asked[1]! };
}

function aGrid(step: Step, alignCorners: boolean, halfPixelCenters: boolean): Grid {
  if (alignCorners && halfPixelCenters) step.fail('it has both aligned corners and half-pixel centres');
  return { alignCorners, halfPixelCenters };
}

/** The nearest place of `size` for place `at` of `count`, in single precision as the format's runtime computes it. */
export function nearestPlace(
  at: number,
  size: number,
  count: number,
  { alignCorners, halfPixelCenters }: Grid,
): number {
  const scale = Math.fround(alignCorners && count > 1 ? (size - 1) / (count - 1) : size / count);
  const real = Math.fround((at + (halfPixelCenters ? 0.5 : 0)) * scale);
  return Math.max(0, Math.min(size - 1, alignCorners ? Math.floor(real + 0.5) : Math.floor(real)));
}

/** Between which places of `size` place `at` of `count` lies, in 1024ths, in whole numbers as the runtime computes it. */
export function placesBetween(at: number, size: number, count: number, { alignCorners, halfPixelCenters }: Grid) {
  const aligned = alignCorners && count > 1;
  const [from, to] = aligned ? [size - 1, count - 1] : [size, count];
  const scale = Math.trunc((1024 * from + Math.trunc(to / 2)) / to);
  const place = at * scale + (halfPixelCenters ? Math.trunc(scale / 2) - 512 : 0);
  const lower = Math.min(size - 1, Math.max(0, Math.trunc(place / 1024)));
  const upper = Math.min(size - 1, Math.max(0, Math.trunc((place + 1023) / 1024)));
  return { lower, upper, weight: upper === lower ? 0 : place - 1024 * lower };
}

/** RESIZE_NEAREST_NEIGHBOR. */
export function importResizeNearest(step: Step): void {
  const options = step.optionalOptions(BuiltinOptions.ResizeNearestNeighborOptions, ResizeNearestNeighborOptions);
  const grid = aGrid(step, options?.alignCorners() ?? false, options?.halfPixelCenters() ?? false);
  const x = step.activation(0);
  const { height, width, channels, rows, columns } = sizesOf(step, x);
  const output = moved(step, x);
  step.requireShape(output, [rows, columns, channels]);
  finishTaken(step, x, output, [
    placesOf(step, rows, (at) => nearestPlace(at, height, rows, grid) * width * channels),
    placesOf(step, columns, (at) => nearestPlace(at, width, columns, grid) * channels),
    placesOf(step, channels, (at) => at),
  ]);
}

/** RESIZE_BILINEAR. */
export function importResizeBilinear(step: Step): void {
  const options = step.optionalOptions(BuiltinOptions.ResizeBilinearOptions, ResizeBilinearOptions);
  const grid = aGrid(step, options?.alignCorners() ?? false, options?.halfPixelCenters() ?? false);
  const x = step.activation(0);
  const { height, width, channels, rows, columns } = sizesOf(step, x);
  const output = moved(step, x);
  step.requireShape(output, [rows, columns, channels]);
  const along = (size: number, count: number): Interpolation => {
    const list = (of: 'lower' | 'upper' | 'weight'): Int32Array =>
      placesOf(step, count, (at) => placesBetween(at, size, count, grid)[of]);
    return { lower: list('lower'), upper: list('upper'), weights: list('weight') };
  };
  const how = { rows: along(height, rows), columns: along(width, columns) };
  step.finish(output, (id) => ({ kind: 'interpolate', name: step.name, input: x.id, output: id, ...how }));
}
