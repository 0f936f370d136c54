/**
 * Where the entries of a value lie. A model's value has axes in the model's order (batch, channels, rows, columns); the
 * network's tensor has its own (rows, columns, channels). Every axis is split into factors, so that the memory order is a
 * permutation of factors: transposing, reshaping and flattening then change only this description, and no entry moves.
 */
import { ModelError } from '../../model/errors.js';
import { countEntries, MOST_AXES } from '../shared/count-entries.js';

/** A model's value cannot be laid out as the next operation needs it without moving entries. */
export class LayoutError extends ModelError {}

/** A part of an axis. Factors are told apart by identity. */
export interface Factor {
  readonly size: number;
}

export interface Layout {
  /** For every axis of the value its factors, the slowest first; an axis of size 1 has none. */
  readonly axes: readonly (readonly Factor[])[];
  /** All factors in the order of memory, the slowest first. */
  readonly memory: readonly Factor[];
}

/** How many entries factors make together. */
export const product = (factors: readonly Factor[]): number => factors.reduce((total, { size }) => total * size, 1);

export function shapeOf(layout: Layout): number[] {
  return layout.axes.map(product);
}

/** A value of that shape whose axes lie in memory in the given order; in their own unless given. */
export function layoutOf(shape: readonly number[], order: readonly number[] = shape.map((_, axis) => axis)): Layout {
  const axes = shape.map((size) => (size === 1 ? [] : [{ size }]));
  return { axes, memory: order.flatMap((axis) => axes[axis]!) };
}

export function transpose(layout: Layout, order: readonly number[]): Layout {
  return { axes: order.map((axis) => layout.axes[axis]!), memory: layout.memory };
}

/** The same layout in which factors that are neighbours in an axis and in memory are one. */
export function merged(layout: Layout): Layout {
  const axes: Factor[][] = [];
  let { memory } = layout;
  for (const factors of layout.axes) {
    const axis: Factor[] = [];
    for (const factor of factors) {
      const last = axis.at(-1);
      const at = last === undefined ? -1 : memory.indexOf(last);
      if (last === undefined || memory[at + 1] !== factor) {
        axis.push(factor);
        continue;
      }
      const both = { size: last.size * factor.size };
      axis[axis.length - 1] = both;
      memory = [...memory.slice(0, at), both, ...memory.slice(at + 2)];
    }
    axes.push(axis);
  }
  return { axes, memory };
}

/** Cuts the first factors of `rest` that make up `size`; a factor is split where the axis ends inside it. */
function take(rest: Factor[], size: number, memory: Factor[]): Factor[] {
  const taken: Factor[] = [];
  let left = size;
  while (left > 1) {
    const factor = rest.shift()!;
    if (left % factor.size === 0) {
      taken.push(factor);
      left /= factor.size;
      continue;
    }
    if (factor.size % left !== 0) throw new LayoutError('it reshapes a transposed value in a way that moves entries.');
    const [outer, inner] = [{ size: left }, { size: factor.size / left }];
    memory.splice(memory.indexOf(factor), 1, outer, inner);
    taken.push(outer);
    rest.unshift(inner);
    left = 1;
  }
  return taken;
}

/** The same entries, in the value's own order, under another shape. */
export function reshape(layout: Layout, shape: readonly number[]): Layout {
  if (shape.length > MOST_AXES) throw new ModelError(`it makes more than ${MOST_AXES} axes.`);
  if (countEntries(shape, 'the result', 1) !== product(layout.memory)) {
    throw new ModelError(`it makes [${shape}] of [${shapeOf(layout)}], which has another number of entries.`);
  }
  const flat = merged({ axes: [layout.axes.flat()], memory: layout.memory });
  const rest = [...flat.axes[0]!];
  const memory = [...flat.memory];
  const axes = shape.map((size) => take(rest, size, memory));
  return merged({ axes, memory });
}

/** A word that two layouts share exactly when equal positions of both in memory are equal positions of their values. */
export function signature(layout: Layout): string {
  const { axes, memory } = merged(layout);
  return JSON.stringify(axes.map((factors) => factors.map((factor) => [memory.indexOf(factor), factor.size])));
}

/** Entry m is the position, in the value's own order, of what lies at place m of memory; null when they agree. */
function memoryOrder(logical: readonly Factor[], memory: readonly Factor[]): Int32Array | null {
  if (memory.every((factor, index) => factor === logical[index])) return null;
  const strides = new Map<Factor, number>();
  let stride = 1;
  for (const factor of [...logical].reverse()) {
    strides.set(factor, stride);
    stride *= factor.size;
  }
  let order = new Int32Array(1);
  for (const factor of memory) {
    const { size } = factor;
    const step = strides.get(factor)!;
    const longer = new Int32Array(order.length * size);
    for (let index = 0; index < longer.length; index++) {
      longer[index] = order[Math.floor(index / size)]! + (index % size) * step;
    }
    order = longer;
  }
  return order;
}

/** Some axes of a value, seen as the fastest part of memory. */
export interface Channels {
  /** How many entries these axes have together. */
  readonly count: number;
  /** Which of them lies at each place of memory; null when they lie in their own order. As long as `count`. */
  readonly order: () => Int32Array | null;
  /** The factors of these axes, in the order of memory. */
  readonly factors: readonly Factor[];
  /** The factors of the other axes, in the order of memory. */
  readonly others: readonly Factor[];
}

/** @throws LayoutError when the axes are not the last ones in memory */
export function channelsOf(layout: Layout, axes: readonly number[]): Channels {
  const logical = axes.flatMap((axis) => layout.axes[axis]!);
  const from = layout.memory.length - logical.length;
  const last = layout.memory.slice(from);
  if (!last.every((factor) => logical.includes(factor))) {
    throw new LayoutError(`it needs axis ${axes.join(', ')} of a value that lies in another order.`);
  }
  return {
    count: product(logical),
    order: () => memoryOrder(logical, last),
    factors: last,
    others: layout.memory.slice(0, from),
  };
}

/** True when the factors are these axes' in the value's own order. */
export function inOrder(layout: Layout, axes: readonly number[], factors: readonly Factor[]): boolean {
  const logical = axes.flatMap((axis) => layout.axes[axis]!);
  return logical.length === factors.length && logical.every((factor, index) => factor === factors[index]);
}
