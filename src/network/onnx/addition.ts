/** Sums and differences of values that depend on the input. */

import { scaled } from './channelwise.js';
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
  let total = step.activation(0);
  for (let position = 1; position < count; position++) {
    const name = position === count - 1 ? step.name : `${step.name}/sum${position}`;
    total = sum(step, total, step.activation(position), name);
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
