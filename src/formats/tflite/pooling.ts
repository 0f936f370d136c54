/** AVERAGE_POOL_2D, MAX_POOL_2D, and MEAN over rows and columns. */
import type { Padding } from '../../model/shapes.js';
import type { ActivationTensor, TensorId } from '../../model/tensor.js';
import type { PoolOperation } from '../../model/trusted-operations.js';
import { BuiltinOptions } from './generated/builtin-options.js';
import { Pool2DOptions } from './generated/pool2doptions.js';
import { TensorType } from './generated/tensor-type.js';
import { activationRange, type Range } from './quantization.js';
import { finishRescaled } from './rescale.js';
import type { Activation, Step } from './step.js';
import { imageAxes, windows } from './window.js';

interface Pooling {
  readonly kind: PoolOperation['kind'];
  readonly window: { readonly height: number; readonly width: number };
  readonly stride: { readonly y: number; readonly x: number };
  readonly padding: Padding;
}

/**
 * Ends the step with a pooling of `x` to `pooled` (rows, columns, channels), then a change of scale where the output's is
 * another, then a change of shape where the file drops the axes of size one.
 */
function finishPooling(
  step: Step,
  x: Activation,
  how: Pooling,
  pooled: readonly number[],
  output: ActivationTensor,
  limit: Range,
): void {
  const sameScale = x.tensor.scale === output.scale;
  const range: Range = sameScale
    ? { minimum: Math.max(limit.minimum, x.tensor.minimum), maximum: Math.min(limit.maximum, x.tensor.maximum) }
    : { minimum: x.tensor.minimum, maximum: x.tensor.maximum };
  const operation = (id: TensorId): PoolOperation => ({
    ...how,
    name: step.name,
    input: x.id,
    output: id,
    minimum: range.minimum,
    maximum: range.maximum,
  });
  const sameShape = pooled.join() === output.shape.join();
  if (sameScale && sameShape) {
    step.finish({ ...output, ...range }, operation);
    return;
  }
  const name = `${step.name}/pooled`;
  const middle = sameScale ? output : x.tensor;
  const inserted = step.insert({ ...middle, ...range, name, shape: pooled }, operation);
  if (!sameScale && sameShape) {
    finishRescaled(step, inserted, output, limit);
    return;
  }
  const flat = step.insert({ ...inserted.tensor, name: `${name}/reshaped`, shape: output.shape }, (id) => ({
    kind: 'reshape',
    name: `${step.name}/reshaped`,
    input: inserted.id,
    output: id,
  }));
  if (sameScale) step.passOn(flat.id);
  else finishRescaled(step, flat, output, limit);
}

/** What every pooling with windows has: its input, its windows, and its output, whose shape was checked. */
export function pooledWindows(step: Step) {
  step.requireInputs(1);
  const options = step.options(BuiltinOptions.Pool2DOptions, Pool2DOptions);
  const x = step.activation(0);
  const { height, width, channels } = imageAxes(x.tensor.shape, step);
  const window = { height: options.filterHeight(), width: options.filterWidth() };
  const stride = { y: options.strideH(), x: options.strideW() };
  const result = windows(
    { size: height, taps: window.height, stride: stride.y, dilation: 1 },
    { size: width, taps: window.width, stride: stride.x, dilation: 1 },
    options.padding(),
    step,
  );
  const output = step.output();
  const pooled = [result.height, result.width, channels];
  step.requireShape(output, pooled);
  const limit = activationRange(options.fusedActivationFunction(), output, step.fail);
  return { x, window, stride, padding: result.padding, pooled, output, limit };
}

/** AVERAGE_POOL_2D and MAX_POOL_2D. */
export function importPool(kind: PoolOperation['kind']): (step: Step) => void {
  return (step) => {
    const { x, window, stride, padding, pooled, output, limit } = pooledWindows(step);
    finishPooling(step, x, { kind, window, stride, padding }, pooled, output, limit);
  };
}

/** MEAN over rows and columns of an image: an average pool with one window. */
export function importMean(step: Step): void {
  step.requireInputs(2);
  const x = step.activation(0);
  const { height, width, channels } = imageAxes(x.tensor.shape, step);
  const axes = step.smallIntegers(step.constant(1, [TensorType.INT32]));
  // Axes count the batch axis, and may count from the end.
  const named = new Set(axes.map((axis) => (axis < 0 ? axis + 4 : axis)));
  if (axes.length !== 2 || !named.has(1) || !named.has(2))
    step.fail('only the mean over rows and columns is supported');
  const output = step.output();
  const kept = output.shape.length === 3;
  step.requireShape(output, kept ? [1, 1, channels] : [channels]);
  const how: Pooling = {
    kind: 'averagePool',
    window: { height, width },
    stride: { y: 1, x: 1 },
    padding: { top: 0, bottom: 0, left: 0, right: 0 },
  };
  finishPooling(step, x, how, [1, 1, channels], output, output);
}
