/** Entries that do change places: transposed, cut out, repeated, mirrored. */

import {
  depthToSpace as depthToSpaceLists,
  isIdentity,
  pairedShape,
  repeated,
  type Slice,
  sliced,
  spaceToDepth as spaceToDepthLists,
  stridesOf,
  transposed as transposedLists,
} from '../../graph/index.js';
import type { Padding } from '../../model/shapes.js';
import { countEntries } from '../shared/count-entries.js';
import { fail } from '../shared/fail.js';
import { compacted } from '../shared/offsets.js';
import { anOrder } from './arrangement.js';
import type { Construction } from './construction.js';
import { type Activation, activation, product } from './value.js';

/**
 * The entries at offsets[0][j0] + offsets[1][j1] + ...
 * @param lengths how long the lists will be, which is charged before they are made
 */
function taken(
  c: Construction,
  given: Activation,
  lengths: readonly number[],
  make: () => readonly Int32Array[],
  name: string,
): Activation {
  countEntries(lengths, 'the result', 1);
  c.charge(lengths.reduce((sum, length) => sum + length, 0));
  const x = c.settled(given, name);
  const lists = make();
  if (isIdentity(x.shape, lists)) return activation(x.handle, lengths);
  return activation(
    c.target.take(
      x.handle,
      compacted((entries) => c.charge(entries), lists),
      name,
    ),
    lengths,
  );
}

/** The axes in another order. */
export function transposed(c: Construction, x: Activation, given: readonly number[], name: string): Activation {
  const { shape } = x;
  const order = anOrder(given, shape.length);
  const sizes = order.map((axis) => shape[axis]!);
  return taken(c, x, sizes, () => transposedLists(shape, order), name);
}

/** A slice of every axis. */
export function cutOut(c: Construction, x: Activation, slices: readonly Slice[], name: string): Activation {
  const counts = slices.map(({ count }) => count);
  if (product(counts) === 0) return fail('its result is empty');
  return taken(c, x, counts, () => sliced(x.shape, slices), name);
}

/** For every axis the places that are taken, in that order; null for all of them. */
export type Places = readonly (Int32Array | null)[];

/** The entries at those places. */
export function picked(c: Construction, x: Activation, places: Places, name: string): Activation {
  const { shape } = x;
  if (places.every((list) => list === null)) return x;
  const strides = stridesOf(shape);
  const lengths = places.map((list, axis) => list?.length ?? shape[axis]!);
  if (lengths.includes(0)) return fail('its result is empty');
  places.forEach((list, axis) => {
    const size = shape[axis]!;
    if (list?.some((place) => place < 0 || place >= size)) fail(`it takes places beyond an axis of size ${size}`);
  });
  const lists = (): Int32Array[] =>
    lengths.map((length, axis) => {
      const list = places[axis]!;
      return Int32Array.from({ length }, (_, at) => (list === null ? at : list[at]!) * strides[axis]!);
    });
  return taken(c, x, lengths, lists, name);
}

/** The places of one axis. */
export function pickedAlong(c: Construction, x: Activation, axis: number, list: Int32Array, name: string): Activation {
  return picked(
    c,
    x,
    x.shape.map((_, at) => (at === axis ? list : null)),
    name,
  );
}

/** The value repeated along axes of size 1, and leading axes it has not, until it has that shape. */
export function repeatedTo(c: Construction, x: Activation, shape: readonly number[], name: string): Activation {
  if (x.shape.join() === shape.join()) return x;
  return taken(c, x, shape, () => repeated(x.shape, shape), name);
}

/** The shape of two values of which each is repeated along its axes of size 1. */
export function commonShape(a: readonly number[], b: readonly number[]): readonly number[] {
  return pairedShape(a, b) ?? fail(`its inputs have shapes [${a}] and [${b}], which do not fit`);
}

/** The value several times along every axis. */
export function tiled(c: Construction, x: Activation, times: readonly number[], name: string): Activation {
  const { shape } = x;
  if (times.length !== shape.length || !times.every((count) => Number.isInteger(count) && count >= 1)) {
    return fail(`it repeats [${shape}] [${times}] times`);
  }
  countEntries(
    shape.map((size, axis) => size * times[axis]!),
    'the result',
  );
  const places = shape.map((size, axis) => {
    if (times[axis] === 1) return null;
    c.charge(size * times[axis]!);
    return Int32Array.from({ length: size * times[axis]! }, (_, at) => at % size);
  });
  return picked(c, x, places, name);
}

/** Borders that mirror what lies inside: with the outermost entry (`symmetric`) or without (`reflect`). */
export function mirrored(
  c: Construction,
  x: Activation,
  amounts: readonly (readonly [before: number, after: number])[],
  how: 'reflect' | 'symmetric',
  name: string,
): Activation {
  const skipped = how === 'reflect' ? 1 : 0;
  const places = amounts.map(([before, after], axis) => {
    const size = x.shape[axis]!;
    const most = Math.max(before, after);
    if (most > size - skipped) return fail(`it mirrors ${most} entries of an axis of size ${size}`);
    if (most === 0) return null;
    c.charge(before + size + after);
    return Int32Array.from({ length: before + size + after }, (_, at) => {
      const place = at - before;
      if (place < 0) return -place - 1 + skipped;
      return place < size ? place : 2 * size - 1 - place - skipped;
    });
  });
  return picked(c, x, places, name);
}

/** Blocks of pixels from the channels of one, block row first. */
export function depthToSpace(c: Construction, given: Activation, block: number, name: string): Activation {
  const x = c.settled(given, name);
  const { height, width, channels } = c.image(x, name);
  if (!(block >= 1 && block <= 64 && channels % block ** 2 === 0)) {
    return fail(`its input has ${channels} channels, which blocks of ${block} x ${block} do not divide`);
  }
  const extent = { height, width, channels };
  const shape = [height * block, width * block, channels / block ** 2];
  const result = taken(c, x, shape, () => depthToSpaceLists(extent, block, true), name);
  return activation(result.handle, [1, ...shape]);
}

/** The other way round. */
export function spaceToDepth(c: Construction, given: Activation, block: number, name: string): Activation {
  const x = c.settled(given, name);
  const { height, width, channels } = c.image(x, name);
  if (!(block >= 1 && block <= 64 && height % block === 0 && width % block === 0)) {
    return fail(`its input has ${height} x ${width} pixels, which blocks of ${block} x ${block} do not divide`);
  }
  const shape = [height / block, width / block, channels * block ** 2];
  const result = taken(c, x, shape, () => spaceToDepthLists({ height, width, channels }, block), name);
  return activation(result.handle, [1, ...shape]);
}

/** The image without so many rows and columns on each side. */
export function cropped(
  c: Construction,
  x: Activation,
  { top, bottom, left, right }: Padding,
  name: string,
): Activation {
  const { shape } = x;
  if (shape.length !== 4) return fail(`its input has shape [${shape}], and four axes are needed`);
  const [, height, width] = shape as [number, number, number, number];
  const slice = (begin: number, count: number): Slice => ({ begin, step: 1, count });
  if (height - top - bottom < 1 || width - left - right < 1) return fail(`it cuts off all of [${shape}]`);
  const rows = slice(top, height - top - bottom);
  return cutOut(c, x, [slice(0, shape[0]!), rows, slice(left, width - left - right), slice(0, shape[3]!)], name);
}
