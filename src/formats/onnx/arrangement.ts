/** Operators that only rename or move entries: they change a value's layout, and hardly ever the network. */
import { elementType, isReal } from './element-type.js';
import { LayoutError, reshape, shapeOf, transpose } from './layout.js';
import { reordered } from './moving.js';
import type { Step } from './step.js';
import { activation } from './value.js';

/** The node's result is its input. */
export function importIdentity(step: Step): void {
  step.finish(step.value(0));
}

/** Cast between real types, which are all one here, and of whole sums to real numbers. */
export function importCast(step: Step): void {
  const type = elementType(step.int('to', 0));
  const x = step.activation(0);
  if (type === null || !isReal(type) || !step.target.isReal(x.handle)) {
    step.fail('only a cast to real numbers is supported, of values that are not stored codes');
  }
  step.finish(x);
}

export function importDropout(step: Step): void {
  const training = step.optionalConstant(2);
  const early = step.version < 7 && step.int('is_test', 0) === 0;
  if (early || (training !== null && step.scalar(training) !== 0)) {
    step.fail('it is in training mode; export the model for inference');
  }
  step.finish(step.value(0));
}

function finishReshape(step: Step, shape: readonly number[]): void {
  const x = step.activation(0);
  try {
    step.give(x.handle, reshape(x.layout, shape));
  } catch (error) {
    if (!(error instanceof LayoutError) || !step.graph.mayMove) throw error;
    const plain = reordered(step, x, [...x.layout.axes.keys()]);
    step.give(plain.handle, reshape(plain.layout, shape));
  }
}

/** The shape that a Reshape asks for: 0 keeps an axis, -1 is what is left. */
export function askedShape(step: Step, from: readonly number[], asked: readonly number[]): number[] {
  const shape = asked.map((size, axis) => {
    if (size !== 0 || step.int('allowzero', 0) !== 0) return size;
    return from[axis] ?? step.fail(`it keeps axis ${axis}, which its input does not have`);
  });
  const open = shape.indexOf(-1);
  if (open === -1) return shape;
  const count = (sizes: readonly number[]): number => sizes.reduce((total, size) => total * size, 1);
  const rest = count(from) / count(shape.toSpliced(open, 1));
  if (!Number.isInteger(rest)) step.fail(`it makes [${asked}] of [${from}], which has another number of entries`);
  return shape.with(open, rest);
}

export function importReshape(step: Step): void {
  const asked = step.integersAt('shape', 1) ?? step.fail('its shape is missing');
  finishReshape(step, askedShape(step, shapeOf(step.activation(0).layout), asked));
}

export function importFlatten(step: Step): void {
  const shape = shapeOf(step.activation(0).layout);
  const asked = step.int('axis', 1);
  const axis = asked === shape.length ? asked : step.axis(asked, shape.length);
  const count = (sizes: readonly number[]): number => sizes.reduce((total, size) => total * size, 1);
  finishReshape(step, [count(shape.slice(0, axis)), count(shape.slice(axis))]);
}

/** The shape without the axes named, or without all of size 1. */
export function squeezed(step: Step, shape: readonly number[], given: readonly number[] | null): number[] {
  const axes = given?.map((axis) => step.axis(axis, shape.length));
  for (const axis of axes ?? []) if (shape[axis] !== 1) step.fail(`axis ${axis} of its input is not of size 1`);
  return shape.filter((size, axis) => (axes === undefined ? size !== 1 : !axes.includes(axis)));
}

/** The shape with axes of size 1 at the places named. */
export function unsqueezed(step: Step, shape: readonly number[], given: readonly number[] | null): number[] {
  if (given === null) return step.fail('its axes are missing');
  const count = shape.length + given.length;
  const axes = given.map((axis) => step.axis(axis, count));
  if (new Set(axes).size !== axes.length) step.fail('it names an axis twice');
  const rest = [...shape];
  return Array.from({ length: count }, (_, axis) => (axes.includes(axis) ? 1 : rest.shift()!));
}

export function importSqueeze(step: Step): void {
  finishReshape(step, squeezed(step, shapeOf(step.activation(0).layout), step.integersAt('axes', 1)));
}

export function importUnsqueeze(step: Step): void {
  finishReshape(step, unsqueezed(step, shapeOf(step.activation(0).layout), step.integersAt('axes', 1)));
}

/** The order of axes that a Transpose asks for. */
export function askedOrder(step: Step, count: number): number[] {
  const order = step.ints('perm') ?? Array.from({ length: count }, (_, axis) => count - 1 - axis);
  const axes = order.map((axis) => step.axis(axis, count));
  if (axes.length !== count || new Set(axes).size !== count)
    step.fail(`its perm [${order}] is no order of ${count} axes`);
  return axes;
}

export function importTranspose(step: Step): void {
  const x = step.activation(0);
  step.finish(activation(x.handle, transpose(x.layout, askedOrder(step, x.layout.axes.length))));
}
