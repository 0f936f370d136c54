/** Images of another size. */
import { type Grid, nearestPlaces, placesBetween, type Size } from '../../graph/index.js';
import { countEntries } from '../shared/count-entries.js';
import { fail } from '../shared/fail.js';
import type { Construction } from './construction.js';
import { LARGEST } from './convolution.js';
import { picked } from './moving.js';
import { type Activation, activation } from './value.js';

export interface Resizing {
  readonly mode: 'nearest' | 'bilinear';
  /** The first and last places meet. */
  readonly alignCorners: boolean;
  /** Pixels have their centres at one half. */
  readonly halfPixels: boolean;
}

/** As TensorFlow.js computes it. */
export function resized(c: Construction, given: Activation, size: Size, how: Resizing, name: string): Activation {
  const x = c.settled(given, name);
  const image = c.image(x, name);
  for (const side of [size.height, size.width]) {
    if (!(Number.isInteger(side) && side >= 1 && side <= LARGEST)) fail(`its size is [${size.height},${size.width}]`);
  }
  if (how.alignCorners && how.halfPixels) return fail('it both aligns corners and has half pixels');
  const shape = [size.height, size.width, image.channels];
  countEntries(shape, 'the result', 1);
  c.charge(3 * (size.height + size.width));
  const [rows, columns] = [
    { size: image.height, count: size.height },
    { size: image.width, count: size.width },
  ] as const;
  const plain: Grid = how.alignCorners ? 'alignCorners' : 'asymmetric';
  if (how.mode === 'bilinear') {
    const grid = how.halfPixels ? 'halfPixel' : plain;
    const handle = c.target.interpolate(image.handle, placesBetween(rows, grid), placesBetween(columns, grid), name);
    return activation(handle, [1, ...shape]);
  }
  const grid = how.halfPixels ? 'halfPixelFloor' : plain;
  const rule = how.alignCorners ? 'halfUp' : 'floor';
  return picked(c, x, [null, nearestPlaces(rows, grid, rule), nearestPlaces(columns, grid, rule), null], name);
}
