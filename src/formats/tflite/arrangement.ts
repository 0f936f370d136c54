/** Operators that put images together or around: CONCATENATION and PAD; and those that only change a shape: RESHAPE, SQUEEZE. */
import { entryCount } from '../../graph/index.js';
import { fail } from '../shared/fail.js';
import { ActivationFunctionType } from './generated/activation-function-type.js';
import { BuiltinOptions } from './generated/builtin-options.js';
import { ConcatenationOptions } from './generated/concatenation-options.js';
import { ReshapeOptions } from './generated/reshape-options.js';
import { TensorType } from './generated/tensor-type.js';
import type { Step } from './step.js';
import { imageAxes } from './window.js';

/** CONCATENATION; inputs of another scale than the output's are rescaled first. */
export function importConcat(step: Step): void {
  const options = step.options([BuiltinOptions.ConcatenationOptions, ConcatenationOptions]);
  if (options.fusedActivationFunction() !== ActivationFunctionType.NONE) fail('it has a fused activation');
  step.requireInputs(1, 1024);
  const axes = step.output().shape.length;
  const parts = step.operator.inputs.map((_, position) => step.activation(position));
  // The file's axis counts the batch axis of tensors that have one, and may count from the end.
  const given = options.axis();
  const axis = given < 0 ? given + axes : given - parts[0]!.batchAxes;
  if (axis < 0 || axis >= axes) fail(`its axis ${given} is not an axis of its output`);
  const others = (shape: readonly number[]): string => shape.map((size, at) => (at === axis ? '*' : size)).join();
  for (const { shape } of parts) {
    if (shape.length !== axes) fail('its inputs have different numbers of axes');
    if (others(shape) !== others(parts[0]!.shape)) fail(`its inputs do not agree outside the axis ${given}`);
  }
  const real = parts.map((part) => step.read(part));
  step.store(step.target.concat(real, axis, `${step.name}/joined`));
}

/** PAD of rows and columns with the zero point. */
export function importPad(step: Step): void {
  step.requireInputs(2);
  const x = step.activation(0);
  imageAxes(x.shape);
  const amounts = step.integers(1, [TensorType.INT32, TensorType.INT64]);
  if (amounts.length !== 8 || amounts.some((amount) => amount < 0 || amount > 2 ** 16)) {
    fail('its amounts of padding are not sensible numbers');
  }
  const [batch0, batch1, top, bottom, left, right, channel0, channel1] = amounts as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (batch0 + batch1 + channel0 + channel1 > 0) fail('only padding of rows and columns is supported');
  step.moved(x);
  step.store(step.target.pad(step.read(x), { top, bottom, left, right }, `${step.name}/padded`));
}

/** RESHAPE: the shape asked for, as a constant or in the options, must be the output's; one axis may be -1. */
export function importReshape(step: Step): void {
  step.requireInputs(1, 2);
  const x = step.activation(0);
  const { shape } = step.moved(x);
  if (entryCount(shape) !== entryCount(x.shape)) fail('its output has another number of entries');
  const options = step.optionalOptions([BuiltinOptions.ReshapeOptions, ReshapeOptions]);
  const asked =
    step.optionalIntegers(1) ??
    Array.from({ length: Math.min(options?.newShapeLength() ?? 0, 64) }, (_, axis) => options!.newShape(axis)!);
  const said = step.outputShape();
  const agrees = asked.length === said.length && asked.every((size, axis) => size === -1 || size === said[axis]);
  if (asked.length > 0 && !agrees) fail(`it asks for another shape than the file says`);
  step.finish(step.target.reshape(x.handle, shape, step.name));
}

/** SQUEEZE: drops axes of size one. */
export function importSqueeze(step: Step): void {
  step.requireInputs(1);
  const x = step.activation(0);
  const { shape } = step.moved(x);
  const long = (sizes: readonly number[]): string => sizes.filter((size) => size !== 1).join();
  if (long(shape) !== long(x.shape)) fail('it drops more than axes of size one');
  step.finish(step.target.reshape(x.handle, shape, step.name));
}
