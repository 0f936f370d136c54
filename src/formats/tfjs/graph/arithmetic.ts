/** Arithmetic of values and constants, limits, and batch normalization. */
import { type FunctionName, realFunction } from '../../../graph/index.js';
import { fail } from '../../shared/fail.js';
import { applied, clamped, leaky as leakyOf, named, softmax as softmaxOf, withSlopes } from '../activations.js';
import { type Arithmetic, affine, combined, scaled, withConstant } from '../arithmetic.js';
import { realsOf, scalarOf } from '../constant.js';
import type { Activation } from '../value.js';
import { throughBlocks } from './blocks.js';
import type { Step, StepImporter } from './step.js';

/** Of the two inputs, one of which may be a constant. */
function between(step: Step, how: Arithmetic, name = step.name): Activation {
  const { c } = step;
  const [a, b] = [step.value(0), step.value(1)];
  if (b.kind === 'constant') return withConstant(c, step.bordered(0), b, how, false, name);
  if (a.kind === 'constant') return withConstant(c, step.bordered(1), a, how, true, name);
  return combined(c, step.bordered(0), step.bordered(1), how, name);
}

export function arithmetic(how: Arithmetic): StepImporter {
  return (step) => between(step, how);
}

export function sum(step: Step): Activation {
  const { c, name, inputs } = step;
  const parts = inputs.map((_, at) => step.bordered(at));
  const [first, ...others] = parts;
  if (first === undefined) return fail('it has no inputs');
  return others.reduce((total, part, at) => {
    return combined(c, total, part, 'add', at === others.length - 1 ? name : `${name}/part${at + 1}`);
  }, first);
}

/** A bias along the last axis. */
export const biasAdd: StepImporter = throughBlocks((step) => {
  step.requireChannelsLast();
  return withConstant(step.c, step.bordered(0), step.constant(1), 'add', false, step.name);
});

export function clipByValue(step: Step): Activation {
  return clamped(step.c, step.bordered(0), scalarOf(step.constant(1)), scalarOf(step.constant(2)), step.name);
}

/** An activation by its name. */
export function activationOf(kind: string): StepImporter {
  return throughBlocks((step) => named(step.c, step.bordered(0), kind, step.name));
}

/** A function of every entry. */
export function functionOf(kind: FunctionName, ...parameters: number[]): StepImporter {
  return (step) => applied(step.c, step.bordered(0), realFunction(kind, ...parameters), step.name);
}

/** A power that is known. */
export function power(step: Step): Activation {
  return applied(step.c, step.bordered(0), realFunction('power', scalarOf(step.constant(1))), step.name);
}

export function squaredDifference(step: Step): Activation {
  const difference = between(step, 'subtract', `${step.name}/difference`);
  return applied(step.c, difference, realFunction('power', 2), step.name);
}

export function leakyRelu(step: Step): Activation {
  return leakyOf(step.c, step.bordered(0), step.attributes.float('alpha', 0.2), step.name);
}

export function prelu(step: Step): Activation {
  return withSlopes(step.c, step.bordered(0), step.constant(1), step.name);
}

export function softmax(step: Step): Activation {
  return softmaxOf(step.c, step.bordered(0), step.name);
}

export function negative(step: Step): Activation {
  return scaled(step.c, step.bordered(0), -1, 0, step.name);
}

/** FusedBatchNorm with fixed statistics: scale, offset, mean, variance. */
export function batchNorm(step: Step): Activation {
  step.requireChannelsLast();
  const { c, name, attributes } = step;
  if (attributes.bool('is_training')) fail('it is in training mode; export the model for inference');
  const x = step.bordered(0);
  const parameters = [1, 2, 3, 4].map((position) => realsOf(step.constant(position)));
  const [scale, offset, mean, variance] = parameters as [Float32Array, Float32Array, Float32Array, Float32Array];
  const channels = x.shape.at(-1);
  for (const { length } of parameters)
    if (length !== channels) fail(`it has ${length} parameters for ${channels} channels`);
  const epsilon = attributes.float('epsilon', 1e-4);
  c.charge(2 * scale.length);
  const factors = Float64Array.from(scale, (value, at) => value / Math.sqrt(variance[at]! + epsilon));
  if (!factors.every(Number.isFinite)) fail('its variance is not positive');
  const offsets = factors.map((factor, at) => offset[at]! - mean[at]! * factor);
  return affine(c, x, factors, offsets, name);
}
