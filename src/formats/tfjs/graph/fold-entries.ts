/** New constants from old ones, charged before they are made. */
import { countEntries } from '../../shared/target/count-entries.js';
import { type Constant, type EntryType, newEntries } from '../constant.js';
import { fail } from '../fail.js';
import type { Step } from './step.js';

/** How far apart in memory neighbours along each axis lie. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}

export function made(
  step: Step,
  type: EntryType,
  shape: readonly number[],
  entry: (index: number) => number,
): Constant {
  const count = countEntries(shape, step.name);
  step.c.charge(count + 1);
  const entries = newEntries(type, count);
  for (let index = 0; index < count; index++) entries[index] = entry(index);
  return { kind: 'constant', name: step.name, type, shape, entries };
}

/** A constant whose entry at each position is one of `from`: steps[axis] apart, beginning at `start`. */
export function gathered(
  step: Step,
  from: Constant,
  shape: readonly number[],
  steps: readonly number[],
  start = 0,
): Constant {
  const strides = stridesOf(shape);
  return made(step, from.type, shape, (index) => {
    let at = start;
    for (let axis = 0; axis < shape.length; axis++) {
      at += (Math.floor(index / strides[axis]!) % shape[axis]!) * steps[axis]!;
    }
    return from.entries[at]!;
  });
}

/** The shape of two values of which the smaller is repeated along axes of size one. */
export function commonShape(a: readonly number[], b: readonly number[]): number[] {
  const axes = Math.max(a.length, b.length);
  const padded = (shape: readonly number[]): number[] => [...Array<number>(axes - shape.length).fill(1), ...shape];
  const right = padded(b);
  return padded(a).map((size, axis) => {
    const other = right[axis]!;
    if (size !== other && size !== 1 && other !== 1) fail(`shapes [${a}] and [${b}] do not fit`);
    return size === 1 ? other : size;
  });
}

/** Steps through memory of a value that is repeated to a larger shape. */
export function repeatedSteps(shape: readonly number[], from: readonly number[]): number[] {
  const missing = shape.length - from.length;
  const strides = stridesOf(from);
  return shape.map((_, axis) => {
    const own = axis - missing;
    return own < 0 || from[own] === 1 ? 0 : strides[own]!;
  });
}
