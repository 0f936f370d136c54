/** Entries that do change places: broadcasting, slices, and values that the next operation needs in another order. */

import { compacted, crossed } from '../shared/offsets.js';
import type { Handle } from '../shared/target.js';
import { type Factor, type Layout, LayoutError, layoutOf, product, shapeOf } from './layout.js';
import type { Step } from './step.js';
import { type Activation, activation } from './value.js';

/** What moving needs of a step. */
export type Mover = Pick<Step, 'graph' | 'target' | 'name'>;

const charging =
  ({ graph }: Mover) =>
  (entries: number) =>
    graph.charge(entries);

/** How far apart in memory the places of each factor lie. */
function stridesOf({ memory }: Layout): ReadonlyMap<Factor, number> {
  const strides = new Map<Factor, number>();
  let stride = 1;
  for (const factor of memory.toReversed()) {
    strides.set(factor, stride);
    stride *= factor.size;
  }
  return strides;
}

/** Where in memory each place of the axis lies, relative to its first. */
function axisOffsets(step: Mover, layout: Layout, axis: number): Int32Array {
  const strides = stridesOf(layout);
  let offsets = Int32Array.of(0);
  for (const factor of layout.axes[axis]!) {
    const { size } = factor;
    const stride = strides.get(factor)!;
    step.graph.charge(offsets.length * size);
    const longer = new Int32Array(offsets.length * size);
    for (let at = 0; at < longer.length; at++) longer[at] = offsets[Math.floor(at / size)]! + (at % size) * stride;
    offsets = longer;
  }
  return offsets;
}

/** Whether the lists, one after the other, give every entry in its place. */
function isIdentity(lists: readonly Int32Array[], count: number): boolean {
  if (lists.reduce((total, { length }) => total * length, 1) !== count) return false;
  let stride = 1;
  for (const list of lists.toReversed()) {
    if (!list.every((offset, at) => offset === at * stride)) return false;
    stride *= list.length;
  }
  return true;
}

/** The value with the memory of `layout`, whose factors' places come from those offsets. */
function gathered(step: Mover, x: Activation, lists: readonly Int32Array[], layout: Layout, name: string): Activation {
  const some = compacted(charging(step), lists);
  const handle = isIdentity(some, product(x.layout.memory)) ? x.handle : step.target.take(x.handle, some, name);
  return activation(handle, layout);
}

/**
 * The value in the order of memory of `to`, repeated along the axes that it has of size 1 and `to` has not.
 * @throws LayoutError when an axis of both is split in ways that do not fit
 */
export function arranged(step: Mover, x: Activation, to: Layout, name: string): Activation {
  const lists = new Map<Factor, Int32Array>();
  to.axes.forEach((factors, axis) => {
    const own = axisOffsets(step, x.layout, axis);
    let inner = product(factors);
    for (const factor of factors) {
      inner /= factor.size;
      step.graph.charge(factor.size);
      const places = Int32Array.from({ length: factor.size }, (_, at) => own[own.length === 1 ? 0 : at * inner]!);
      lists.set(factor, places);
    }
    // Offsets of factors must add up to those of the axis.
    const sum = factors.reduce<Int32Array>(
      (all, factor) => crossed(charging(step), all, lists.get(factor)!),
      Int32Array.of(0),
    );
    if (own.length !== 1 && !sum.every((offset, at) => offset === own[at])) {
      throw new LayoutError('its input has an axis that is split in another way.');
    }
  });
  const all = to.memory.map((factor) => lists.get(factor)!);
  return gathered(step, x, all, to, name);
}

/** How values lie where nothing says otherwise: images with their channels last. */
export function usualOrder(axes: number): number[] {
  const all = Array.from({ length: axes }, (_, axis) => axis);
  return axes > 2 ? [0, ...all.slice(2), 1] : all;
}

/** The value with its axes in that order of memory, if that is allowed in this attempt; itself where it has it. */
export function reordered(step: Mover, x: Activation, order: readonly number[]): Activation {
  const shape = shapeOf(x.layout);
  const to = layoutOf(shape, order);
  if (!step.graph.mayMove) throw new LayoutError('it needs a value whose entries lie in another order.');
  return arranged(step, x, to, `${step.name}/ordered`);
}

/** Which places of memory the axis takes: before which of the others. */
function placeInMemory({ axes, memory }: Layout, axis: number): number {
  const [first] = axes[axis]!;
  if (first !== undefined) return memory.indexOf(first);
  // Channels of images come last; anything else lies where the value has it.
  if (axis === 1 && axes.length > 2) return memory.length;
  const before = new Set(axes.slice(0, axis).flat());
  return memory.findLastIndex((factor) => before.has(factor)) + 1;
}

/** The value with these places of one axis, in that order. */
export function picked(step: Step, x: Activation, axis: number, places: ArrayLike<number>, name: string): Activation {
  const { layout } = x;
  const own = axisOffsets(step, layout, axis);
  step.graph.charge(places.length);
  const offsets = Int32Array.from(places, (place) => own[place]!);
  if (offsets.length === 0) step.fail('its result is empty');
  const gone = new Set(layout.axes[axis]!);
  const added: Factor[] = offsets.length === 1 ? [] : [{ size: offsets.length }];
  const at = placeInMemory(layout, axis);
  const strides = stridesOf(layout);
  const lists: Int32Array[] = [];
  const memory: Factor[] = [];
  const take = (): void => {
    lists.push(offsets);
    memory.push(...added);
  };
  layout.memory.forEach((factor, index) => {
    if (index === at) take();
    if (gone.has(factor)) return;
    step.graph.charge(factor.size);
    lists.push(Int32Array.from({ length: factor.size }, (_, place) => place * strides.get(factor)!));
    memory.push(factor);
  });
  if (at === layout.memory.length) take();
  return gathered(step, x, lists, { axes: layout.axes.with(axis, added), memory }, name);
}

/** Both values in one order of memory and one shape, the smaller repeated. */
export function together(
  step: Step,
  a: Activation,
  b: Activation,
): { readonly left: Handle; readonly right: Handle; readonly layout: Layout } {
  const count = Math.max(a.layout.axes.length, b.layout.axes.length);
  const wide = ({ axes, memory }: Layout): Layout => ({
    axes: [...Array.from({ length: count - axes.length }, () => []), ...axes],
    memory,
  });
  const values = [a, b].map((x) => activation(x.handle, wide(x.layout))) as [Activation, Activation];
  const shapes = values.map(({ layout }) => shapeOf(layout)) as [number[], number[]];
  const shape = shapes[0].map((size, axis) => {
    const other = shapes[1][axis]!;
    if (size !== other && size !== 1 && other !== 1) {
      step.fail(`its inputs have shapes [${shapeOf(a.layout)}] and [${shapeOf(b.layout)}], which do not fit`);
    }
    return size === 1 ? other : size;
  });
  const whole = shapes.findIndex((own) => own.join() === shape.join());
  const layout = whole === -1 ? layoutOf(shape, usualOrder(count)) : values[whole]!.layout;
  const [left, right] = values.map((x, side) => {
    if (side === whole) return x.handle;
    const repeats = shapes[side]!.join() !== shape.join();
    const name = `${step.name}/${side === 0 ? 'left' : 'right'}`;
    const result = arranged(step, x, layout, name);
    if (!repeats && result.handle !== x.handle && !step.graph.mayMove) {
      throw new LayoutError('its inputs lie in different orders.');
    }
    return result.handle;
  }) as [Handle, Handle];
  return { left, right, layout };
}
