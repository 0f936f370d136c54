/** Operators that put entries in other places: TRANSPOSE, SLICE, STRIDED_SLICE, SPLIT, SPLIT_V, UNPACK, DEPTH_TO_SPACE, SPACE_TO_DEPTH. */

import { depthToSpace, type Slice, sliced, spaceToDepth, transposed } from '../../graph/index.js';
import { fail } from '../shared/fail.js';
import { placeAt, pythonSlice } from '../shared/slices.js';
import { BuiltinOptions } from './generated/builtin-options.js';
import { DepthToSpaceOptions } from './generated/depth-to-space-options.js';
import { SpaceToDepthOptions } from './generated/space-to-depth-options.js';
import { StridedSliceOptions } from './generated/strided-slice-options.js';
import { TensorType } from './generated/tensor-type.js';
import { UnpackOptions } from './generated/unpack-options.js';
import type { Activation, Step } from './step.js';
import { imageAxes } from './window.js';

/** A block beyond this is a damaged file, and small enough to multiply safely. */
const LARGEST_BLOCK = 2 ** 12;

/**
 * Ends the step with entries in other places, and a change of shape where the file drops axes.
 * @param counts how many places each axis has, whose lists the file pays for before they are made
 */
export function finishTaken(step: Step, x: Activation, counts: readonly number[], offsets: () => Int32Array[]): void {
  const { shape } = step.moved(x);
  const long = (sizes: readonly number[]): string => sizes.filter((size) => size !== 1).join();
  if (long(counts) !== long(shape)) step.outputOf(counts);
  step.graph.charge(counts.reduce((sum, count) => sum + count, 0));
  step.finish(step.shaped(step.target.take(x.handle, offsets(), step.name), shape));
}

/** TRANSPOSE; the batch axis stays the first. */
export function importTranspose(step: Step): void {
  step.requireInputs(2);
  const x = step.activation(0);
  const { shape, batchAxes } = x;
  const order = step.integers(1);
  const axes = order.slice(batchAxes).map((axis) => axis - batchAxes);
  const fixed = order.slice(0, batchAxes).every((axis, at) => axis === at);
  if (!fixed || [...axes].sort((a, b) => a - b).join() !== [...shape.keys()].join()) {
    fail(`its order of axes [${order}] is not one that leaves the batch axis where it is`);
  }
  const counts = axes.map((axis) => shape[axis]!);
  step.outputOf(counts);
  finishTaken(step, x, counts, () => transposed(shape, axes));
}

/** Ends the step with a part of every axis. */
function finishSliced(step: Step, x: Activation, slices: readonly Slice[]): void {
  slices.forEach(({ begin, step: pace, count }, axis) => {
    const last = begin + (count - 1) * pace;
    const inside = Math.min(begin, last) >= 0 && Math.max(begin, last) < x.shape[axis]!;
    if (!(count >= 1 && inside)) fail(count === 0 ? 'its result is empty' : 'it cuts out what is not there');
  });
  finishTaken(
    step,
    x,
    slices.map(({ count }) => count),
    () => sliced(x.shape, slices),
  );
}

/** STRIDED_SLICE without new axes; axes may be dropped, but for the batch axis. */
export function importStridedSlice(step: Step): void {
  step.requireInputs(4);
  const options = step.options([BuiltinOptions.StridedSliceOptions, StridedSliceOptions]);
  if (options.ellipsisMask() !== 0 || options.newAxisMask() !== 0 || options.offset()) {
    fail('its masks for ellipses, new axes and offsets are not supported');
  }
  const x = step.activation(0);
  const sizes = [...Array<number>(x.batchAxes).fill(1), ...x.shape];
  const [begins, ends, paces] = [step.integers(1), step.integers(2), step.integers(3)];
  if ([begins, ends, paces].some(({ length }) => length !== sizes.length)) {
    fail('it must have one begin, end and step for each axis of its input');
  }
  const has = (mask: number, axis: number): boolean => ((mask >> axis) & 1) === 1;
  const slices = sizes.map((size, axis) => {
    const begin = has(options.beginMask(), axis) ? null : begins[axis]!;
    const slice = pythonSlice(size, begin, has(options.endMask(), axis) ? null : ends[axis]!, paces[axis]!);
    if (has(options.shrinkAxisMask(), axis)) return { begin: placeAt(size, begin ?? 0), step: 1, count: 1 };
    return slice.count > 0 ? slice : fail('its result is empty');
  });
  if (x.batchAxes === 1 && has(options.shrinkAxisMask(), 0)) fail('it drops the batch axis');
  finishSliced(step, x, slices.slice(x.batchAxes));
}

/** SLICE: x, where it begins, and how much there is: -1 for all that is left. */
export function importSlice(step: Step): void {
  step.requireInputs(3);
  const x = step.activation(0);
  const { shape, batchAxes } = x;
  const types = [TensorType.INT32, TensorType.INT64];
  const [begins, sizes] = [step.integers(1, types), step.integers(2, types)];
  if (begins.length !== shape.length + batchAxes || sizes.length !== begins.length) {
    fail('it must have one place and one size for each axis of its input');
  }
  if (begins.slice(0, batchAxes).some((begin) => begin !== 0)) fail('it cuts the batch axis');
  const slices = shape.map((size, axis): Slice => {
    const begin = begins[axis + batchAxes]!;
    const asked = sizes[axis + batchAxes]!;
    return { begin, step: 1, count: asked === -1 ? size - begin : asked };
  });
  finishSliced(step, x, slices);
}

/** An axis of the file, which may count from the end, as one of the network's tensor; never the batch axis. */
function axisOf({ shape, batchAxes }: Activation, given: number): number {
  const axis = (given < 0 ? given + shape.length + batchAxes : given) - batchAxes;
  return Number.isInteger(axis) && axis >= 0 && axis < shape.length
    ? axis
    : fail(`its axis ${given} is not one that can be cut`);
}

/** Ends the step with `count` places of that axis. */
function finishPart(step: Step, x: Activation, axis: number, begin: number, count: number): void {
  const whole = x.shape.map((size): Slice => ({ begin: 0, step: 1, count: size }));
  finishSliced(step, x, whole.with(axis, { begin, step: 1, count }));
}

function oneInteger(step: Step, position: number): number {
  const values = step.integers(position);
  return values.length === 1 ? values[0]! : fail('its axis is not one number');
}

/** SPLIT: axis, x; into equal parts. */
export function importSplit(step: Step): void {
  step.requireInputs(2);
  const x = step.activation(1);
  const axis = axisOf(x, oneInteger(step, 0));
  const count = x.shape[axis]! / step.operator.outputs.length;
  if (!Number.isInteger(count)) fail('its parts are not equal');
  finishPart(step, x, axis, step.position * count, count);
}

/** SPLIT_V: x, sizes, axis; one size may be -1. */
export function importSplitSizes(step: Step): void {
  step.requireInputs(3);
  const x = step.activation(0);
  const axis = axisOf(x, oneInteger(step, 2));
  const given = step.integers(1, [TensorType.INT32, TensorType.INT64]);
  const rest = x.shape[axis]! - given.reduce((sum, size) => sum + Math.max(0, size), 0);
  const sizes = given.map((size) => (size === -1 ? rest : size));
  const sum = sizes.reduce((total, size) => total + size, 0);
  if (sizes.length !== step.operator.outputs.length || sum !== x.shape[axis] || sizes.some((size) => size < 1)) {
    fail(`it cuts an axis of ${x.shape[axis]} entries into [${given}]`);
  }
  const begin = sizes.slice(0, step.position).reduce((total, size) => total + size, 0);
  finishPart(step, x, axis, begin, sizes[step.position]!);
}

/** UNPACK: one place of the axis each, which is dropped. */
export function importUnpack(step: Step): void {
  step.requireInputs(1);
  const x = step.activation(0);
  const axis = axisOf(x, step.options([BuiltinOptions.UnpackOptions, UnpackOptions]).axis());
  if (step.operator.outputs.length !== x.shape[axis]) fail('it must have one output per place of its axis');
  finishPart(step, x, axis, step.position, 1);
}

export function importDepthToSpace(step: Step): void {
  step.requireInputs(1);
  const block = step.options([BuiltinOptions.DepthToSpaceOptions, DepthToSpaceOptions]).blockSize();
  const x = step.activation(0);
  const image = imageAxes(x.shape);
  const { height, width, channels } = image;
  if (block < 1 || block > LARGEST_BLOCK || channels % block ** 2 !== 0) {
    fail(`its ${channels} channels cannot become blocks of ${block} x ${block}`);
  }
  const counts = [height * block, width * block, channels / block ** 2];
  step.outputOf(counts);
  finishTaken(step, x, counts, () => depthToSpace(image, block, true));
}

export function importSpaceToDepth(step: Step): void {
  step.requireInputs(1);
  const block = step.options([BuiltinOptions.SpaceToDepthOptions, SpaceToDepthOptions]).blockSize();
  const x = step.activation(0);
  const image = imageAxes(x.shape);
  const { height, width, channels } = image;
  if (block < 1 || block > LARGEST_BLOCK || height % block !== 0 || width % block !== 0) {
    fail(`its ${height} x ${width} pixels are no blocks of ${block} x ${block}`);
  }
  const counts = [height / block, width / block, channels * block ** 2];
  step.outputOf(counts);
  finishTaken(step, x, counts, () => spaceToDepth(image, block));
}
