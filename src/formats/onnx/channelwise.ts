/** Operators that scale and shift channel by channel: BatchNormalization, and arithmetic with constants. */
import { realFunction } from '../../graph/index.js';
import type { Constant } from './constant.js';
import { inMemoryOrder, withAxesLast, withLastAxis } from './image.js';
import { channelsOf, shapeOf } from './layout.js';
import type { Step } from './step.js';
import { type Activation, activation } from './value.js';

/** factor[c] * x + offset[c] along these axes; arrays of length 1 hold for all. */
export function affine(
  step: Step,
  given: Activation,
  axes: readonly number[],
  factors: Float64Array,
  offsets: Float64Array,
  name = step.name,
): Activation {
  const x = withAxesLast(step, given, axes);
  const channels = channelsOf(x.layout, axes);
  for (const { length } of [factors, offsets]) {
    if (length !== 1 && length !== channels.count) {
      step.fail(`it has ${length} numbers for the ${channels.count} channels of its input`);
    }
    step.graph.charge(length);
  }
  const single = factors.length === 1 && offsets.length === 1;
  const handle = single ? x.handle : withLastAxis(step, x, channels);
  const [factor, offset] = [inMemoryOrder(factors, channels), inMemoryOrder(offsets, channels)];
  return activation(step.target.affine(handle, factor, offset, name), x.layout);
}

export const one = (value: number): Float64Array => Float64Array.of(value);

/** factor * x + offset everywhere. */
export function scaled(step: Step, x: Activation, factor: number, offset: number, name = step.name): Activation {
  if (factor === 1 && offset === 0) return x;
  return affine(step, x, [], one(factor), one(offset), name);
}

/** Which axis of the input the constant's first one is: axes agree from the last, but early versions could say otherwise. */
function firstAxis(step: Step, shape: readonly number[], constant: Constant): number {
  const missing = shape.length - constant.shape.length;
  if (missing < 0) step.fail(`the constant "${constant.name}" has more axes than its input`);
  const early = step.version < 7 && constant.entries.length > 1;
  if (early && step.node.kind === 'PRelu' && constant.shape.length === 1) return Math.min(1, missing);
  if (!early || !step.node.attributes.has('axis')) return missing;
  const first = step.axis(step.int('axis', 0), shape.length);
  return first <= missing ? first : step.fail(`the constant "${constant.name}" has more axes than its input`);
}

/** The constant's values, and the axes of `x` that they run along; none when they are all equal. */
export function broadcast(step: Step, x: Activation, constant: Constant): { axes: number[]; values: Float64Array } {
  const shape = shapeOf(x.layout);
  const missing = firstAxis(step, shape, constant);
  const values = step.reals(constant);
  const axes = constant.shape.flatMap((size, axis) => (size === 1 ? [] : [axis + missing]));
  for (const axis of axes) {
    if (constant.shape[axis - missing] !== shape[axis]) {
      step.fail(
        `the constant "${constant.name}" of shape [${constant.shape}] does not fit an input of shape [${shape}]`,
      );
    }
  }
  if (values.length > 0 && values.every((value) => value === values[0]))
    return { axes: [], values: values.slice(0, 1) };
  return { axes, values };
}

type Affine = (values: Float64Array) => readonly [factors: Float64Array, offsets: Float64Array];

const MINUS_ONE = one(-1);

/** x op constant, as an affine map. */
const RIGHT: Record<string, Affine> = {
  Add: (c) => [one(1), c],
  Sub: (c) => [one(1), c.map((value) => -value)],
  Mul: (c) => [c, one(0)],
  Div: (c) => [c.map((value) => 1 / value), one(0)],
};

/** constant op x. */
const LEFT: Record<string, Affine | undefined> = {
  Add: RIGHT.Add,
  Sub: (c) => [MINUS_ONE, c],
  Mul: RIGHT.Mul,
};

function withConstant(step: Step, x: Activation, constant: Constant, map: Affine): void {
  const { axes, values } = broadcast(step, x, constant);
  const [factors, offsets] = map(values);
  if (![...factors, ...offsets].every(Number.isFinite)) step.fail(`the constant "${constant.name}" is not usable`);
  step.finish(affine(step, x, axes, factors, offsets));
}

/** constant / x: of reciprocals. */
function dividedBy(step: Step, constant: Constant): void {
  const x = step.activation(1);
  const { axes, values } = broadcast(step, x, constant);
  const [first] = values;
  if (axes.length === 0 && values.length > 0) {
    step.give(step.target.function(x.handle, realFunction('reciprocal', first!), step.name), x.layout);
    return;
  }
  const handle = step.target.function(x.handle, realFunction('reciprocal'), `${step.name}/reciprocal`);
  step.finish(affine(step, activation(handle, x.layout), axes, values, one(0)));
}

/** Add, Sub, Mul and Div of an input and a constant; `both` has two inputs that are computed. */
export function importArithmetic(operator: 'Add' | 'Sub' | 'Mul' | 'Div', both: (step: Step) => void) {
  return (step: Step): void => {
    const [a, b] = [step.value(0), step.value(1)];
    if (a.kind === 'activation' && b.kind === 'activation') {
      both(step);
      return;
    }
    if (b.kind === 'constant') {
      withConstant(step, step.activation(0), b, RIGHT[operator]!);
      return;
    }
    const map = LEFT[operator];
    if (map !== undefined) withConstant(step, step.activation(1), a as Constant, map);
    else dividedBy(step, a as Constant);
  };
}

export function importNegation(step: Step): void {
  step.finish(scaled(step, step.activation(0), -1, 0));
}

/** BatchNormalization with fixed statistics, along axis 1. */
export function importBatchNorm(step: Step): void {
  const x = step.activation(0);
  if (step.int('training_mode', 0) !== 0) step.fail('it is in training mode; export the model for inference');
  if (step.version < 7 && step.int('is_test', 0) === 0)
    step.fail('it is in training mode; export the model for inference');
  if (step.version < 9 && step.int('spatial', 1) === 0) step.fail('its attribute "spatial" is 0');
  if (step.node.outputs.length > 1 && step.node.outputs.slice(1).some((name) => name !== '')) {
    step.fail('it gives running statistics, so it is in training mode; export the model for inference');
  }
  if (x.layout.axes.length < 2) step.fail('its input needs a batch axis and a channel axis');
  const parameters = [1, 2, 3, 4].map((position) => step.reals(step.constant(position)));
  const [scale, offset, mean, variance] = parameters as [Float64Array, Float64Array, Float64Array, Float64Array];
  if (parameters.some(({ length }) => length !== scale.length)) step.fail('its parameters differ in length');
  const epsilon = step.float('epsilon', 1e-5);
  const factors = scale.map((value, c) => value / Math.sqrt(variance[c]! + epsilon));
  if (!factors.every(Number.isFinite)) step.fail('its variance is not positive');
  const offsets = offset.map((value, c) => value - mean[c]! * factors[c]!);
  step.finish(affine(step, x, [1], factors, offsets));
}
