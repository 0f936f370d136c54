/** SPLIT, SPLIT_V and UNPACK: each output is a part of the input; and SLICE, which has one. */
import { type Slice, sliced } from '../../graph/index.js';
import { BuiltinOptions } from './generated/builtin-options.js';
import { TensorType } from './generated/tensor-type.js';
import { UnpackOptions } from './generated/unpack-options.js';
import { moved } from './moved.js';
import type { Activation, Step } from './step.js';
import { batchAxes, finishTaken } from './take.js';

/** An axis of the file, which may count from the end, as one of the network's tensor; never the batch axis. */
function axisOf(step: Step, x: Activation, position: number, given: number): number {
  const batch = batchAxes(step, position, x);
  const axis = (given < 0 ? given + x.tensor.shape.length + batch : given) - batch;
  if (!Number.isInteger(axis) || axis < 0 || axis >= x.tensor.shape.length) {
    step.fail(`its axis ${given} is not one that can be cut`);
  }
  return axis;
}

/** Ends the step with `count` places of that axis. */
function finishPart(step: Step, x: Activation, axis: number, begin: number, count: number): void {
  const { shape } = x.tensor;
  if (!(begin >= 0 && count >= 1 && begin + count <= shape[axis]!)) step.fail('it cuts out what is not there');
  const all = shape.map(
    (size, at): Slice => (at === axis ? { begin, step: 1, count } : { begin: 0, step: 1, count: size }),
  );
  step.graph.charge(all.reduce((sum, slice) => sum + slice.count, 0));
  finishTaken(step, x, moved(step, x), sliced(shape, all));
}

function oneInteger(step: Step, position: number): number {
  const values = step.smallIntegers(step.constant(position, [TensorType.INT32]));
  return values.length === 1 ? values[0]! : step.fail('its axis is not one number');
}

/** SPLIT: axis, x; into equal parts. */
export function importSplit(step: Step): void {
  step.requireInputs(2);
  const x = step.activation(1);
  const axis = axisOf(step, x, 1, oneInteger(step, 0));
  const count = x.tensor.shape[axis]! / step.operator.outputs.length;
  if (!Number.isInteger(count)) step.fail('its parts are not equal');
  finishPart(step, x, axis, step.position * count, count);
}

/** SPLIT_V: x, sizes, axis; one size may be -1. */
export function importSplitSizes(step: Step): void {
  step.requireInputs(3);
  const x = step.activation(0);
  const axis = axisOf(step, x, 0, oneInteger(step, 2));
  const given = step.smallIntegers(step.constant(1, [TensorType.INT32, TensorType.INT64]));
  const rest = x.tensor.shape[axis]! - given.reduce((sum, size) => sum + Math.max(0, size), 0);
  const sizes = given.map((size) => (size === -1 ? rest : size));
  const sum = sizes.reduce((total, size) => total + size, 0);
  if (sizes.length !== step.operator.outputs.length || sum !== x.tensor.shape[axis] || sizes.some((size) => size < 1)) {
    step.fail(`it cuts an axis of ${x.tensor.shape[axis]} entries into [${given}]`);
  }
  const begin = sizes.slice(0, step.position).reduce((total, size) => total + size, 0);
  finishPart(step, x, axis, begin, sizes[step.position]!);
}

/** UNPACK: one place of the axis each, which is dropped. */
export function importUnpack(step: Step): void {
  step.requireInputs(1);
  const x = step.activation(0);
  const axis = axisOf(step, x, 0, step.options(BuiltinOptions.UnpackOptions, UnpackOptions).axis());
  if (step.operator.outputs.length !== x.tensor.shape[axis]) step.fail('it must have one output per place of its axis');
  finishPart(step, x, axis, step.position, 1);
}

/** SLICE: x, where it begins, and how much there is: -1 for all that is left. */
export function importSlice(step: Step): void {
  step.requireInputs(3);
  const x = step.activation(0);
  const { shape } = x.tensor;
  const batch = batchAxes(step, 0, x);
  const types = [TensorType.INT32, TensorType.INT64];
  const [begins, sizes] = [1, 2].map((position) => step.smallIntegers(step.constant(position, types)));
  if (begins!.length !== shape.length + batch || sizes!.length !== begins!.length) {
    step.fail('it must have one place and one size for each axis of its input');
  }
  if (begins!.slice(0, batch).some((begin) => begin !== 0)) step.fail('it cuts the batch axis');
  const all = shape.map((size, axis): Slice => {
    const begin = begins![axis + batch]!;
    const asked = sizes![axis + batch]!;
    const count = asked === -1 ? size - begin : asked;
    if (!(begin >= 0 && count >= 1 && begin + count <= size)) step.fail('it cuts out what is not there');
    return { begin, step: 1, count };
  });
  step.graph.charge(all.reduce((sum, { count }) => sum + count, 0));
  finishTaken(step, x, moved(step, x), sliced(shape, all));
}
