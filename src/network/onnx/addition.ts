/** Sums and differences of values that depend on the input. */

import { affine, broadcast, one, scaled } from './channelwise.js';
import { shaped } from './image.js';
import { LayoutError, shapeOf, signature } from './layout.js';
import type { Step } from './step.js';
import { type Activation, activation } from './value.js';

function sum(step: Step, a: Activation, b: Activation, name: string): Activation {
  const [left, right] = [shapeOf(a.layout), shapeOf(b.layout)];
  if (left.join() !== right.join()) {
    step.fail(`its inputs have shapes [${left}] and [${right}], and only equal shapes are supported`);
  }
  if (signature(a.layout) !== signature(b.layout)) throw new LayoutError('its inputs lie in different orders.');
  const other = shaped(step, b.handle, step.target.shape(a.handle));
  return activation(step.target.add(a.handle, other, name), a.layout);
}

export function importSum(step: Step): void {
  const count = step.node.inputs.length;
  const values = step.node.inputs.map((_, position) => step.value(position));
  const [first, ...others] = values.flatMap((value) => (value.kind === 'activation' ? [step.settled(value)] : []));
  const constants = values.flatMap((value) => (value.kind === 'constant' ? [value] : []));
  let total = first ?? step.fail('its inputs are all constants');
  let left = count - 1;
  const nextName = (): string => (--left === 0 ? step.name : `${step.name}/sum${left}`);
  for (const other of others) total = sum(step, total, other, nextName());
  for (const constant of constants) {
    const { axes, values: offsets } = broadcast(step, total, constant);
    total = affine(step, total, axes, one(1), offsets, nextName());
  }
  step.finish(total);
}

export function importDifference(step: Step): void {
  const negative = scaled(step, step.activation(1), -1, 0, `${step.name}/negative`);
  step.finish(sum(step, step.activation(0), negative, step.name));
}

export function refuseProduct(step: Step): never {
  return step.fail('it multiplies or divides two values that depend on the input, which is not supported');
}
