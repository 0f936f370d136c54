/** AVERAGE_POOL_2D, MAX_POOL_2D, L2_POOL_2D, and MEAN over rows and columns. */
import { realFunction, type Size, VALID } from '../../graph/index.js';
import { lower } from '../../quantizer/index.js';
import { fail } from '../shared/fail.js';
import type { Handle, Pooling } from '../shared/target.js';
import { ActivationFunctionType } from './generated/activation-function-type.js';
import { BuiltinOptions } from './generated/builtin-options.js';
import { Pool2DOptions } from './generated/pool2doptions.js';
import type { Activation, Step } from './step.js';
import { imageAxes, windows } from './window.js';

const LARGEST_INTEGER = 32767;

/** Ends the step with a pooling; `shape` is what the file must say of its result, but for axes of size one. */
function finishPooling(
  step: Step,
  x: Activation,
  how: Pooling,
  activation = ActivationFunctionType.NONE,
  shape?: readonly number[],
): void {
  const { target, name } = step;
  const pooled = target.pool(step.read(x), how, `${name}/pooled`);
  const result = shape === undefined ? pooled : step.shaped(pooled, shape);
  // An average is rounded in the scale of its input, and again when that changes.
  const rounded = how.kind === 'averagePool' && step.output().format.scale !== x.format.scale;
  step.store(rounded ? storedAs(step, result, x.format, 'average') : result, activation);
}

/** The numbers, rounded to a format. */
function storedAs(step: Step, x: Handle, format: Activation['format'], name: string): Handle {
  return step.read({ handle: step.target.store(x, format, `${step.name}/${name}`), format });
}

/** What a pooling with windows has. */
function windowed(step: Step, kind: Pooling['kind']) {
  step.requireInputs(1);
  const options = step.options([BuiltinOptions.Pool2DOptions, Pool2DOptions]);
  const x = step.activation(0);
  const window: Size = { height: options.filterHeight(), width: options.filterWidth() };
  const how: Pooling = { kind, window, ...windows(options, imageAxes(x.shape), window) };
  return { x, how, activation: options.fusedActivationFunction() };
}

/** AVERAGE_POOL_2D and MAX_POOL_2D. */
export function importPool(kind: Pooling['kind']): (step: Step) => void {
  return (step) => {
    const { x, how, activation } = windowed(step, kind);
    finishPooling(step, x, how, activation);
  };
}

/** MEAN over rows and columns of an image: an average pool with one window. */
export function importMean(step: Step): void {
  step.requireInputs(2);
  const x = step.activation(0);
  const { height, width, channels } = imageAxes(x.shape);
  const axes = step.integers(1);
  // Axes count the batch axis, and may count from the end.
  const named = new Set(axes.map((axis) => (axis < 0 ? axis + 4 : axis)));
  if (axes.length !== 2 || !named.has(1) || !named.has(2)) fail('only the mean over rows and columns is supported');
  const how: Pooling = { kind: 'averagePool', window: { height, width }, stride: { y: 1, x: 1 }, padding: VALID };
  const kept = step.output().shape.length === 3;
  finishPooling(step, x, how, ActivationFunctionType.NONE, kept ? [1, 1, channels] : [channels]);
}

/** The square of the largest integer that the network can leave in x, which nothing but the lowering knows. */
function largestSquare(step: Step, x: Activation): number {
  step.graph.charge(64 * (step.operator.index + 1));
  const { tensors, outputs } = lower(step.target.build([x.handle]));
  const tensor = tensors[outputs[0]!]!;
  return tensor.kind === 'activation' ? Math.max(1, -tensor.minimum, tensor.maximum) ** 2 : 1;
}

/** L2_POOL_2D, the root of the mean of squares: squares of 15 bits, an average pool, and a table of roots. */
export function importL2Pool(step: Step): void {
  const { target, name } = step;
  const { x, how, activation } = windowed(step, 'averagePool');
  // The whole of 15 bits, and no more.
  const scale = x.format.scale ** 2 / (LARGEST_INTEGER / largestSquare(step, x));
  const format = { scale, zeroPoint: 0, minimum: 0, maximum: LARGEST_INTEGER };
  const real = step.read(x);
  const squares = storedAs(step, target.pair('multiply', real, real, `${name}/product`), format, 'squares');
  const mean = storedAs(step, target.pool(squares, how, `${name}/pooled`), format, 'mean');
  step.store(target.function(mean, realFunction('squareRoot'), `${name}/root`), activation);
}
