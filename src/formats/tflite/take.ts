/** Operators that put entries in other places: TRANSPOSE, STRIDED_SLICE, and the repetition that broadcasting needs. */

import { repeatedSteps, stridesOf } from '../../graph/index.js';
import type { ActivationTensor } from '../../model/tensor.js';
import type { TakeOperation } from '../../model/trusted-operations.js';
import { BuiltinOptions } from './generated/builtin-options.js';
import { StridedSliceOptions } from './generated/strided-slice-options.js';
import { TensorType } from './generated/tensor-type.js';
import { moved } from './moved.js';
import type { Activation, Step } from './step.js';

/** The longest axis that a list of places is made for. */
const LONGEST_AXIS = 2 ** 20;

/** A list of `count` offsets, which the file pays for: a few bytes must not become many lists. */
export function placesOf(step: Step, count: number, place: (at: number) => number): Int32Array {
  if (count < 1 || count > LONGEST_AXIS) step.fail(`an axis of ${count} entries is not supported here`);
  step.graph.charge(count);
  return Int32Array.from({ length: count }, (_, at) => place(at));
}

function takeOf(x: Activation, name: string, offsets: Int32Array[]): (id: number) => TakeOperation {
  return (output) => ({ kind: 'take', name, input: x.id, output, offsets });
}

/** The tensor repeated along its axes of size one until it has the given shape; itself where it has it. */
export function broadcast(step: Step, x: Activation, shape: readonly number[]): Activation {
  const { tensor } = x;
  if (tensor.shape.join() === shape.join()) return x;
  const own = [...Array(Math.max(0, shape.length - tensor.shape.length)).fill(1), ...tensor.shape] as number[];
  if (own.length !== shape.length || own.some((size, axis) => size !== 1 && size !== shape[axis])) {
    step.fail(`its inputs have different shapes`);
  }
  const steps = repeatedSteps(tensor.shape, shape);
  const offsets = shape.map((size, axis) => placesOf(step, size, (at) => at * steps[axis]!));
  const name = `${step.name}/${tensor.name} repeated`;
  return step.insert({ ...tensor, name, shape }, takeOf(x, name, offsets));
}

/** Ends the step with a take, and a change of shape where the file drops axes. */
export function finishTaken(step: Step, x: Activation, output: ActivationTensor, offsets: Int32Array[]): void {
  const shape = offsets.map(({ length }) => length);
  const long = (sizes: readonly number[]): string => sizes.filter((size) => size !== 1).join();
  if (shape.join() === output.shape.join()) {
    step.finish(output, takeOf(x, step.name, offsets));
    return;
  }
  if (long(shape) !== long(output.shape)) step.requireShape(output, shape);
  const name = `${step.name}/taken`;
  const taken = step.insert({ ...output, name, shape }, takeOf(x, name, offsets));
  step.finish(output, (id) => ({ kind: 'reshape', name: step.name, input: taken.id, output: id }));
}

/** How many axes of the file's tensor come before those of the network's: the batch axis, if it has one. */
export function batchAxes(step: Step, position: number, x: Activation): number {
  return step.graph.fileTensor(step.operator.inputs[position]!).shape.length - x.tensor.shape.length;
}

/** TRANSPOSE; the batch axis stays the first. */
export function importTranspose(step: Step): void {
  step.requireInputs(2);
  const x = step.activation(0);
  const { shape } = x.tensor;
  const batch = batchAxes(step, 0, x);
  const order = step.smallIntegers(step.constant(1, [TensorType.INT32]));
  const axes = order.slice(batch).map((axis) => axis - batch);
  const fixed = order.slice(0, batch).every((axis, at) => axis === at);
  if (!fixed || [...axes].sort((a, b) => a - b).join() !== [...shape.keys()].join()) {
    step.fail(`its order of axes [${order}] is not one that leaves the batch axis where it is`);
  }
  const output = moved(step, x);
  step.requireShape(
    output,
    axes.map((axis) => shape[axis]!),
  );
  const steps = stridesOf(shape);
  finishTaken(
    step,
    x,
    output,
    axes.map((axis) => placesOf(step, shape[axis]!, (at) => at * steps[axis]!)),
  );
}

/** First place, step, and number of places along one axis, by the rules of Python's slices. */
function sliceOf(
  step: Step,
  size: number,
  given: { begin: number | null; end: number | null; stride: number; one: boolean },
) {
  const { stride, one } = given;
  if (stride === 0) step.fail('its step is zero');
  const absolute = (place: number): number => (place < 0 ? place + size : place);
  if (one) {
    const begin = absolute(given.begin ?? 0);
    if (begin < 0 || begin >= size) step.fail('it takes an entry that is not there');
    return { begin, stride: 1, count: 1 };
  }
  const [least, most] = stride > 0 ? [0, size] : [-1, size - 1];
  const inside = (place: number): number => Math.max(least, Math.min(most, absolute(place)));
  const begin = given.begin === null ? (stride > 0 ? 0 : size - 1) : inside(given.begin);
  const end = given.end === null ? (stride > 0 ? size : -1) : inside(given.end);
  const count = Math.max(0, Math.ceil((end - begin) / stride));
  if (count === 0) step.fail('its result is empty');
  return { begin, stride, count };
}

/** STRIDED_SLICE without new axes; axes may be dropped, but for the batch axis. */
export function importStridedSlice(step: Step): void {
  step.requireInputs(4);
  const options = step.options(BuiltinOptions.StridedSliceOptions, StridedSliceOptions);
  if (options.ellipsisMask() !== 0 || options.newAxisMask() !== 0 || options.offset()) {
    step.fail('its masks for ellipses, new axes and offsets are not supported');
  }
  const x = step.activation(0);
  const batch = batchAxes(step, 0, x);
  const sizes = [...Array(batch).fill(1), ...x.tensor.shape] as number[];
  const [begins, ends, paces] = [1, 2, 3].map((position) =>
    step.smallIntegers(step.constant(position, [TensorType.INT32])),
  );
  if ([begins, ends, paces].some((list) => list!.length !== sizes.length)) {
    step.fail('it must have one begin, end and step for each axis of its input');
  }
  const has = (mask: number, axis: number): boolean => ((mask >> axis) & 1) === 1;
  const slices = sizes.map((size, axis) =>
    sliceOf(step, size, {
      begin: has(options.beginMask(), axis) ? null : begins![axis]!,
      end: has(options.endMask(), axis) ? null : ends![axis]!,
      stride: paces![axis]!,
      one: has(options.shrinkAxisMask(), axis),
    }),
  );
  if (batch === 1 && has(options.shrinkAxisMask(), 0)) step.fail('it drops the batch axis');
  const steps = stridesOf(x.tensor.shape);
  const offsets = slices
    .slice(batch)
    .map(({ begin, stride, count }, axis) => placesOf(step, count, (at) => (begin + at * stride) * steps[axis]!));
  finishTaken(step, x, moved(step, x), offsets);
}
