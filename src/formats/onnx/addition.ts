/** Sums, differences, products and quotients of values that depend on the input. */
import { type FloatPair, realFunction } from '../../graph/index.js';
import type { Handle } from '../shared/target.js';
import { affine, broadcast, one } from './channelwise.js';
import { shaped } from './image.js';
import { together } from './moving.js';
import type { Step } from './step.js';
import { type Activation, activation } from './value.js';

/** Both values in one order, the smaller repeated, combined. */
function combined(step: Step, a: Activation, b: Activation, how: (left: Handle, right: Handle) => Handle): Activation {
  const { left, right, layout } = together(step, a, b);
  return activation(how(left, shaped(step, right, step.target.shape(left))), layout);
}

export function added(step: Step, a: Activation, b: Activation, name: string): Activation {
  return combined(step, a, b, (left, right) => step.target.add(left, right, name));
}

export function paired(step: Step, a: Activation, b: Activation, kind: FloatPair['kind'], name: string): Activation {
  return combined(step, a, b, (left, right) => step.target.pair(kind, left, right, name));
}

export function importSum(step: Step): void {
  const count = step.node.inputs.length;
  const values = step.node.inputs.map((_, position) => step.value(position));
  const [first, ...others] = values.flatMap((value) => (value.kind === 'activation' ? [step.settled(value)] : []));
  const constants = values.flatMap((value) => (value.kind === 'constant' ? [value] : []));
  let total = first ?? step.fail('its inputs are all constants');
  let left = count - 1;
  const nextName = (): string => (--left === 0 ? step.name : `${step.name}/sum${left}`);
  for (const other of others) total = added(step, total, other, nextName());
  for (const constant of constants) {
    const { axes, values: offsets } = broadcast(step, total, constant);
    total = affine(step, total, axes, one(1), offsets, nextName());
  }
  step.finish(total);
}

/** Sub and Mul of two values. */
export function importPair(kind: FloatPair['kind']) {
  return (step: Step): void => step.finish(paired(step, step.activation(0), step.activation(1), kind, step.name));
}

/** a / b, as a times the reciprocal of b. */
export function importQuotient(step: Step): void {
  const [a, b] = [step.activation(0), step.activation(1)];
  const inverse = step.target.function(b.handle, realFunction('reciprocal'), `${step.name}/reciprocal`);
  step.finish(paired(step, a, activation(inverse, b.layout), 'multiply', step.name));
}
