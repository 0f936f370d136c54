/** RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR: the places by the format's own rules, which decide bit for bit. */
import type { FloatInterpolation } from '../../graph/index.js';
import { fail } from '../shared/fail.js';
import { BuiltinOptions } from './generated/builtin-options.js';
import { ResizeBilinearOptions } from './generated/resize-bilinear-options.js';
import { ResizeNearestNeighborOptions } from './generated/resize-nearest-neighbor-options.js';
import type { OptionsOf, Step } from './step.js';
import { finishTaken } from './take.js';
import { imageAxes } from './window.js';

/** Where the grid of the result lies on that of the input. */
interface Grid {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

interface ResizeOptions {
  alignCorners(): boolean;
  halfPixelCenters(): boolean;
}

/** What every resizing has; its output's shape was checked. */
function resizing(step: Step, of: OptionsOf<ResizeOptions>) {
  step.requireInputs(2);
  const options = step.optionalOptions(of);
  const grid: Grid = {
    alignCorners: options?.alignCorners() ?? false,
    halfPixelCenters: options?.halfPixelCenters() ?? false,
  };
  if (grid.alignCorners && grid.halfPixelCenters) fail('it has both aligned corners and half-pixel centres');
  const x = step.activation(0);
  const image = imageAxes(x.shape);
  const asked = step.integers(1);
  if (asked.length !== 2 || asked.some((size) => size < 1)) fail('its size is not two positive whole numbers');
  const [rows, columns] = asked as [number, number];
  step.outputOf([rows, columns, image.channels]);
  return { x, grid, ...image, rows, columns };
}

/** The nearest place of `size` for place `at` of `count`, in single precision as the format's runtime computes it. */
function nearestPlace(at: number, size: number, count: number, { alignCorners, halfPixelCenters }: Grid): number {
  const scale = Math.fround(alignCorners && count > 1 ? (size - 1) / (count - 1) : size / count);
  const real = Math.fround((at + (halfPixelCenters ? 0.5 : 0)) * scale);
  return Math.max(0, Math.min(size - 1, alignCorners ? Math.floor(real + 0.5) : Math.floor(real)));
}

/** Between which places of `size` place `at` of `count` lies, in 1024ths, in whole numbers as the runtime computes it. */
function placesBetween(at: number, size: number, count: number, { alignCorners, halfPixelCenters }: Grid) {
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
  const { x, grid, height, width, channels, rows, columns } = resizing(step, [
    BuiltinOptions.ResizeNearestNeighborOptions,
    ResizeNearestNeighborOptions,
  ]);
  finishTaken(step, x, [rows, columns, channels], () => [
    Int32Array.from({ length: rows }, (_, at) => nearestPlace(at, height, rows, grid) * width * channels),
    Int32Array.from({ length: columns }, (_, at) => nearestPlace(at, width, columns, grid) * channels),
    Int32Array.from({ length: channels }, (_, at) => at),
  ]);
}

/** RESIZE_BILINEAR. */
export function importResizeBilinear(step: Step): void {
  const { x, grid, height, width, rows, columns } = resizing(step, [
    BuiltinOptions.ResizeBilinearOptions,
    ResizeBilinearOptions,
  ]);
  step.moved(x);
  step.graph.charge(3 * (rows + columns));
  const along = (size: number, count: number): FloatInterpolation => {
    const place = (at: number) => placesBetween(at, size, count, grid);
    return {
      lower: Int32Array.from({ length: count }, (_, at) => place(at).lower),
      upper: Int32Array.from({ length: count }, (_, at) => place(at).upper),
      weights: Float64Array.from({ length: count }, (_, at) => place(at).weight / 1024),
    };
  };
  step.finish(step.target.interpolate(x.handle, along(height, rows), along(width, columns), step.name));
}
