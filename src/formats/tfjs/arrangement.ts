/** Entries under other shapes, joined, and with borders around them. */
import type { Padding } from '../../model/shapes.js';
import { countEntries } from '../shared/count-entries.js';
import { fail } from '../shared/fail.js';
import type { Construction } from './construction.js';
import { LARGEST, sumOf } from './convolution.js';
import { type Activation, activation, product } from './value.js';

const MOST_INPUTS = 1024;

/** The axis that a number means, which may count from the end. */
export function anAxis(axis: number, count: number): number {
  const from = axis < 0 ? axis + count : axis;
  if (!Number.isInteger(from) || from < 0 || from >= count) fail(`there is no axis ${axis}`);
  return from;
}

/** The shape asked for, in which one axis may be -1: what is left. */
export function askedShape(from: readonly number[], asked: readonly number[]): number[] {
  const open = asked.indexOf(-1);
  const shape = open === -1 ? [...asked] : asked.with(open, product(from) / product(asked.toSpliced(open, 1)));
  if (!shape.every((size) => Number.isInteger(size) && size >= 0) || product(shape) !== product(from)) {
    return fail(`it makes [${asked}] of [${from}], which has another number of entries`);
  }
  return shape;
}

/** The same entries under another shape. */
export function reshape(c: Construction, given: Activation, shape: readonly number[], name: string): Activation {
  if (countEntries(shape, 'the result', 1) !== product(given.shape)) {
    fail(`it makes [${shape}] of [${given.shape}], which has another number of entries`);
  }
  if (shape.join() === given.shape.join()) return given;
  return activation(c.settled(given, name).handle, shape);
}

/** The order of axes, checked. */
export function anOrder(order: readonly number[], count: number): number[] {
  const axes = order.map((axis) => anAxis(axis, count));
  if (axes.length !== count || new Set(axes).size !== count) fail(`[${order}] is no order of ${count} axes`);
  return axes;
}

/** A border of zeros around rows and columns, which is kept until something needs it. */
export function padded(c: Construction, x: Activation, border: Padding, name: string): Activation {
  const sides = [border.top, border.bottom, border.left, border.right];
  for (const side of sides) {
    if (!(Number.isInteger(side) && side >= 0 && side <= LARGEST)) fail(`its amount ${side} is not supported`);
  }
  if (sides.every((side) => side === 0)) return x;
  const { handle, height, width, channels } = c.image(x, name);
  const all = sumOf(border, x.border);
  const shape = [1, height + all.top + all.bottom, width + all.left + all.right, channels];
  countEntries(shape, 'the result', 1);
  return { ...activation(handle, shape), border: all };
}

/** Joins along an axis. */
export function joined(c: Construction, given: readonly Activation[], asked: number, name: string): Activation {
  if (given.length < 1 || given.length > MOST_INPUTS) fail(`it has ${given.length} inputs`);
  const [first] = given as [Activation];
  const axis = anAxis(asked, first.shape.length);
  const rest = ({ shape }: Activation): string => shape.with(axis, 0).join();
  for (const part of given) {
    if (part.shape.length !== first.shape.length || rest(part) !== rest(first)) {
      fail(`its inputs of shapes [${first.shape}] and [${part.shape}] do not agree outside axis ${axis}`);
    }
  }
  if (given.length === 1) return first;
  const parts = given.map((part) => c.settled(part, name));
  const sizes = parts.map(({ shape }) => shape[axis]!);
  const shape = first.shape.with(
    axis,
    sizes.reduce((sum, size) => sum + size, 0),
  );
  const before = product(shape.slice(0, axis));
  const after = product(shape.slice(axis + 1));
  const image = first.shape.length === 4 && first.shape[0] === 1 && axis > 0;
  const partShape = (size: number): readonly number[] => {
    if (image) return first.shape.with(axis, size).slice(1);
    return [...(before === 1 ? [] : [before]), size, ...(after === 1 ? [] : [after])];
  };
  const handles = parts.map(({ handle }, part) => c.shaped(handle, partShape(sizes[part]!), name));
  return activation(c.target.concat(handles, image ? axis - 1 : before === 1 ? 0 : 1, name), shape);
}
