/** Concat of values that depend on the input. */
import type { Handle } from '../shared/target.js';
import { shaped } from './image.js';
import { type Factor, type Layout, LayoutError, merged, product, shapeOf, signature } from './layout.js';
import { reordered, usualOrder } from './moving.js';
import type { Step } from './step.js';
import { type Activation, activation } from './value.js';

const MOST_INPUTS = 1024;

/** The layout without the entries of that axis. */
function without(layout: Layout, axis: number): Layout {
  const gone = layout.axes[axis]!;
  return { axes: layout.axes.with(axis, []), memory: layout.memory.filter((factor) => !gone.includes(factor)) };
}

/** Before which of the other factors the axis lies in memory. */
function placeOf(layouts: readonly Layout[], axis: number): number {
  const places = layouts.flatMap(({ axes, memory }) => {
    const factors = axes[axis]!;
    if (factors.length > 1) throw new LayoutError('it joins values whose axis lies in another order.');
    return factors.length === 0 ? [] : [memory.indexOf(factors[0]!)];
  });
  const [first] = places;
  if (places.some((place) => place !== first)) throw new LayoutError('its inputs lie in different orders.');
  if (first !== undefined) return first;
  // All are of size 1 there: channels of images come last, anything else lies where the value has it.
  const [{ axes, memory }] = layouts as [Layout];
  if (axis === 1 && axes.length > 2) return memory.length;
  const before = axes.slice(0, axis).flat();
  if (!before.every((factor, index) => factor === memory[index])) {
    throw new LayoutError('it joins along an axis that does not lie in the order of memory.');
  }
  return before.length;
}

/** The shapes under which the parts are joined, and the axis. */
function shapes(step: Step, handles: readonly Handle[], lengths: readonly number[], before: number, after: number) {
  const own = handles.map((handle) => step.target.shape(handle));
  const [first] = own as [readonly number[]];
  const last = first.length - 1;
  const together =
    after === 1 &&
    own.every(
      (shape, part) =>
        shape.length === first.length &&
        shape.with(last, 0).join() === first.with(last, 0).join() &&
        shape[last] === lengths[part],
    );
  if (together) return { axis: last, shapes: own };
  const shape = (length: number): number[] => [
    ...(before === 1 ? [] : [before]),
    length,
    ...(after === 1 ? [] : [after]),
  ];
  return { axis: before === 1 ? 0 : 1, shapes: lengths.map(shape) };
}

export function importConcat(step: Step): void {
  const count = step.node.inputs.length;
  if (count < 1 || count > MOST_INPUTS) step.fail(`it has ${count} inputs`);
  const parts = step.node.inputs.map((_, position) => step.activation(position));
  const axis = step.axis(step.int('axis', step.version < 4 ? 1 : 0), parts[0]!.layout.axes.length);
  step.finish(joined(step, parts, axis));
}

/** The values one after the other along an axis. */
export function joined(step: Step, parts: readonly Activation[], axis: number): Activation {
  if (parts.length === 1) return parts[0]!;
  try {
    return joinedAsTheyLie(step, parts, axis);
  } catch (error) {
    if (!(error instanceof LayoutError) || !step.graph.mayMove) throw error;
    const order = usualOrder(parts[0]!.layout.axes.length);
    const same = parts.map((part) => reordered(step, part, order));
    return joinedAsTheyLie(step, same, axis);
  }
}

function joinedAsTheyLie(step: Step, parts: readonly Activation[], axis: number): Activation {
  const layouts = parts.map(({ layout }) => merged(layout));
  const rest = layouts.map((layout) => without(layout, axis));
  const [first] = rest as [Layout];
  for (const layout of rest) {
    if (shapeOf(layout).join() !== shapeOf(first).join()) step.fail(`its inputs do not agree outside axis ${axis}`);
    if (signature(layout) !== signature(first)) throw new LayoutError('its inputs lie in different orders.');
  }
  const place = placeOf(layouts, axis);
  const lengths = layouts.map((layout) => product(layout.axes[axis]!));
  const handles = parts.map(({ handle }) => handle);
  const fit = shapes(step, handles, lengths, product(first.memory.slice(0, place)), product(first.memory.slice(place)));
  const same = handles.map((handle, part) => shaped(step, handle, fit.shapes[part]!));
  const added: Factor = { size: lengths.reduce((sum, length) => sum + length, 0) };
  const layout = { axes: first.axes.with(axis, [added]), memory: first.memory.toSpliced(place, 0, added) };
  return activation(step.target.concat(same, fit.axis, step.name), layout);
}
