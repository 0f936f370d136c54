/** Where the places of a resized axis lie on the axis it was made from: the conventions that formats have for it. */
import type { FloatInterpolation } from './float-network.js';

const { fround } = Math;

/**
 * How places correspond. `halfPixel`: pixels have their centres at one half, and both axes cover the same. `pytorchHalfPixel`: the
 * same, but a single place lies at 0. `halfPixelSymmetric`: the same, centred where the scale leaves a fraction. `alignCorners`: the first
 * and last places meet. `asymmetric`: place / scale. `halfPixelFloor`: (place + 1/2) / scale, to be rounded down.
 */
export type Grid =
  | 'halfPixel'
  | 'pytorchHalfPixel'
  | 'halfPixelSymmetric'
  | 'alignCorners'
  | 'asymmetric'
  | 'halfPixelFloor';

/** One axis that is resized. */
export interface ResizedAxis {
  /** Places of the input. */
  readonly size: number;
  /** Places of the result. */
  readonly count: number;
  /** Where it is not count / size. */
  readonly scale?: number;
}

/** The real place on the input, in single precision as runtimes compute it. */
function placeOn({ size, count, scale = count / size }: ResizedAxis, grid: Grid, at: number): number {
  const half = (): number => fround(fround((at + 0.5) / fround(scale)) - 0.5);
  switch (grid) {
    case 'halfPixel':
      return half();
    case 'pytorchHalfPixel':
      return count > 1 ? half() : 0;
    case 'halfPixelSymmetric':
      return (size / 2) * (1 - count / (scale * size)) + half();
    case 'alignCorners':
      return count > 1 ? fround((at * (size - 1)) / (count - 1)) : 0;
    case 'asymmetric':
      return fround(at / fround(scale));
    case 'halfPixelFloor':
      return fround((at + 0.5) / fround(scale));
  }
}

/** Which whole place is nearest; the first two differ at halves only. */
export type NearestRule = 'halfDown' | 'halfUp' | 'floor' | 'ceiling';

const RULES: Readonly<Record<NearestRule, (place: number) => number>> = {
  halfDown: (place) => Math.ceil(place - 0.5),
  halfUp: (place) => Math.floor(place + 0.5),
  floor: Math.floor,
  ceiling: Math.ceil,
};

/** The place of the input that each place of the result is. */
export function nearestPlaces(axis: ResizedAxis, grid: Grid, rule: NearestRule): Int32Array {
  const last = axis.size - 1;
  return Int32Array.from({ length: axis.count }, (_, at) =>
    Math.min(last, Math.max(0, RULES[rule](placeOn(axis, grid, at)))),
  );
}

/** Between which two places of the input each place of the result lies. */
export function placesBetween(axis: ResizedAxis, grid: Grid): FloatInterpolation {
  const last = axis.size - 1;
  const places = Array.from({ length: axis.count }, (_, at) => Math.min(last, Math.max(0, placeOn(axis, grid, at))));
  const lower = Int32Array.from(places, Math.floor);
  return {
    lower,
    upper: lower.map((place) => Math.min(last, place + 1)),
    weights: Float64Array.from(places, (place, at) => place - lower[at]!),
  };
}
