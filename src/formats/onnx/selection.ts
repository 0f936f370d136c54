/** Operators that leave entries out or repeat them: Slice, Split, Gather with constant indices, Expand, Tile. */
import type { Slice } from '../../graph/index.js';
import { pythonSlice } from '../shared/slices.js';
import { isReal } from './element-type.js';
import { layoutOf, reshape, shapeOf } from './layout.js';
import { arranged, picked, usualOrder } from './moving.js';
import type { Step } from './step.js';
import { type Activation, activation } from './value.js';

interface AxisSlice extends Slice {
  readonly axis: number;
}

/** What a Slice asks for, by the rules of Python's slices. */
export function askedSlices(step: Step, shape: readonly number[]): AxisSlice[] {
  const starts = step.integersAt('starts', 1) ?? step.fail('its starts are missing');
  const ends = step.integersAt('ends', 2) ?? step.fail('its ends are missing');
  const axes = step.integersAt('axes', 3) ?? starts.map((_, axis) => axis);
  const steps = step.integersAt('steps', 4) ?? starts.map(() => 1);
  if ([ends, axes, steps].some(({ length }) => length !== starts.length)) step.fail('its lists differ in length');
  return starts.map((begin, index) => {
    const axis = step.axis(axes[index]!, shape.length);
    return { axis, ...pythonSlice(shape[axis]!, begin, ends[index]!, steps[index]!) };
  });
}

function places({ begin, step, count }: Slice): number[] {
  return Array.from({ length: count }, (_, at) => begin + at * step);
}

export function importSlice(step: Step): void {
  let x = step.activation(0);
  const slices = askedSlices(step, shapeOf(x.layout)).filter(({ axis, begin, step: by, count }) => {
    return begin !== 0 || by !== 1 || count !== shapeOf(x.layout)[axis];
  });
  for (const [index, slice] of slices.entries()) {
    step.graph.charge(slice.count);
    const name = index === slices.length - 1 ? step.name : `${step.name}/axis${slice.axis}`;
    x = picked(step, x, slice.axis, places(slice), name);
  }
  step.finish(x);
}

/** Split: the sizes are an attribute or, later, an input; or the axis is cut into equal parts. */
export function importSplit(step: Step): void {
  const x = step.activation(0);
  const shape = shapeOf(x.layout);
  const axis = step.axis(step.int('axis', 0), shape.length);
  const { outputs } = step.node;
  const each = Math.ceil(shape[axis]! / outputs.length);
  const sizes =
    step.integersAt('split', 1) ?? outputs.map((_, part) => Math.min(each, Math.max(0, shape[axis]! - part * each)));
  const sum = sizes.reduce((total, size) => total + size, 0);
  if (sizes.length !== outputs.length || sum !== shape[axis] || sizes.some((size) => !(size >= 1))) {
    step.fail(`it cuts an axis of ${shape[axis]} entries into [${sizes}]`);
  }
  let begin = 0;
  for (const [part, count] of sizes.entries()) {
    const name = outputs[part]!;
    if (name !== '') step.graph.bind(name, picked(step, x, axis, places({ begin, step: 1, count }), name));
    begin += count;
  }
}

export function importGather(step: Step): void {
  const x = step.activation(0);
  const shape = shapeOf(x.layout);
  const axis = step.axis(step.int('axis', 0), shape.length);
  const { entries, shape: asked, type } = step.constant(1);
  if (isReal(type)) step.fail('its indices are not whole numbers');
  const wanted = Array.from(entries, (place) => step.axis(place, shape[axis]!));
  const taken = picked(step, x, axis, wanted, step.name);
  const size = asked.length === 1 ? taken.layout : reshape(taken.layout, shape.toSpliced(axis, 1, ...asked));
  step.finish(activation(taken.handle, size));
}

/** The value repeated to that shape, along axes of size 1 and new ones before the first. */
function expanded(step: Step, x: Activation, asked: readonly number[]): Activation {
  const own = shapeOf(x.layout);
  const count = Math.max(own.length, asked.length);
  const wide = [...Array<number>(count - own.length).fill(1), ...own];
  const shape = wide.map((size, axis) => {
    const other = asked[axis - count + asked.length] ?? 1;
    if (size !== other && size !== 1 && other !== 1) step.fail(`it cannot make [${asked}] of [${own}]`);
    return size === 1 ? other : size;
  });
  if (shape.join() === own.join()) return x;
  const from = {
    axes: [...Array.from({ length: count - own.length }, () => []), ...x.layout.axes],
    memory: x.layout.memory,
  };
  return arranged(step, activation(x.handle, from), layoutOf(shape, usualOrder(count)), step.name);
}

export function importExpand(step: Step): void {
  step.finish(expanded(step, step.activation(0), step.integers(step.constant(1))));
}

export function importTile(step: Step): void {
  let x = step.activation(0);
  const shape = shapeOf(x.layout);
  const repeats = step.integers(step.constant(1));
  if (repeats.length !== shape.length || repeats.some((count) => !(count >= 1 && count <= 2 ** 16))) {
    step.fail(`it repeats a value of shape [${shape}] [${repeats}] times`);
  }
  repeats.forEach((count, axis) => {
    if (count === 1) return;
    step.graph.charge(count * shape[axis]!);
    const all = Array.from({ length: count * shape[axis]! }, (_, at) => at % shape[axis]!);
    x = picked(step, x, axis, all, `${step.name}/axis${axis}`);
  });
  step.finish(x);
}
