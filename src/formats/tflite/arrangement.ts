/** Operators that only move entries: CONCATENATION, PAD, RESHAPE, SQUEEZE. */

import type { ActivationTensor } from '../../model/tensor.js';
import { ActivationFunctionType } from './generated/activation-function-type.js';
import { BuiltinOptions } from './generated/builtin-options.js';
import { ConcatenationOptions } from './generated/concatenation-options.js';
import { ReshapeOptions } from './generated/reshape-options.js';
import { TensorType } from './generated/tensor-type.js';
import { moved } from './moved.js';
import { rescaledLike } from './rescale.js';
import type { Activation, Step } from './step.js';
import { imageAxes } from './window.js';

/** CONCATENATION; inputs of another scale than the output's are rescaled first. */
export function importConcat(step: Step): void {
  const options = step.options(BuiltinOptions.ConcatenationOptions, ConcatenationOptions);
  if (options.fusedActivationFunction() !== ActivationFunctionType.NONE) step.fail('it has a fused activation');
  step.requireInputs(1, 1024);
  const output = step.output();
  const axes = output.shape.length;
  const parts = step.operator.inputs.map((_, position) => step.activation(position));
  // The file's axis counts the batch axis of tensors that have one, and may count from the end.
  const batch = step.graph.fileTensor(step.operator.inputs[0]!).shape.length - axes;
  const given = options.axis();
  const axis = given < 0 ? given + axes : given - batch;
  if (axis < 0 || axis >= axes) step.fail(`its axis ${given} is not an axis of its output`);
  const shape = [...output.shape];
  shape[axis] = 0;
  for (const { tensor } of parts) {
    if (tensor.shape.length !== axes) step.fail('its inputs have different numbers of axes');
    shape[axis]! += tensor.shape[axis]!;
    const agrees = tensor.shape.every((size, index) => index === axis || size === shape[index]);
    if (!agrees) step.fail(`its inputs do not agree outside the axis ${given}`);
  }
  step.requireShape(output, shape);
  const scaled = parts.map((part) => rescaledLike(step, part, output));
  const range = {
    minimum: Math.min(...scaled.map(({ tensor }) => tensor.minimum)),
    maximum: Math.max(...scaled.map(({ tensor }) => tensor.maximum)),
  };
  const inputs = scaled.map(({ id }) => id);
  step.finish({ ...output, ...range }, (id) => ({ kind: 'concat', name: step.name, inputs, output: id, axis }));
}

/** PAD of rows and columns with the zero point. */
export function importPad(step: Step): void {
  step.requireInputs(2);
  const x = step.activation(0);
  const { height, width, channels } = imageAxes(x.tensor.shape, step);
  const amounts = step.smallIntegers(step.constant(1, [TensorType.INT32, TensorType.INT64]));
  if (amounts.length !== 8 || amounts.some((amount) => amount < 0 || amount > 2 ** 16)) {
    step.fail('its amounts of padding are not sensible numbers');
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
  if (batch0 + batch1 + channel0 + channel1 > 0) step.fail('only padding of rows and columns is supported');
  const output = moved(step, x);
  step.requireShape(output, [height + top + bottom, width + left + right, channels]);
  const padding = { top, bottom, left, right };
  step.finish(output, (id) => ({ kind: 'pad', name: step.name, input: x.id, output: id, padding }));
}

function finishReshape(step: Step, x: Activation, output: ActivationTensor): void {
  step.finish(output, (id) => ({ kind: 'reshape', name: step.name, input: x.id, output: id }));
}

/** RESHAPE: the shape asked for, as a constant or in the options, must be the output's; one axis may be -1. */
export function importReshape(step: Step): void {
  step.requireInputs(1, 2);
  const x = step.activation(0);
  const output = moved(step, x);
  const count = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
  if (count(output.shape) !== count(x.tensor.shape)) step.fail('its output has another number of entries');
  const options = step.optionalOptions(BuiltinOptions.ReshapeOptions, ReshapeOptions);
  const constant = step.optionalConstant(1, [TensorType.INT32]);
  const asked =
    constant !== null
      ? step.smallIntegers(constant)
      : Array.from({ length: Math.min(options?.newShapeLength() ?? 0, 64) }, (_, axis) => options!.newShape(axis)!);
  const said = step.graph.fileTensor(step.operator.outputs[0]!).shape;
  const agrees = asked.length === said.length && asked.every((size, axis) => size === -1 || size === said[axis]);
  if (asked.length > 0 && !agrees) step.fail(`it asks for another shape than the file says`);
  finishReshape(step, x, output);
}

/** SQUEEZE: drops axes of size one. */
export function importSqueeze(step: Step): void {
  step.requireInputs(1);
  const x = step.activation(0);
  const output = moved(step, x);
  const long = (shape: readonly number[]): string => shape.filter((size) => size !== 1).join();
  if (long(output.shape) !== long(x.tensor.shape)) step.fail('it drops more than axes of size one');
  finishReshape(step, x, output);
}
