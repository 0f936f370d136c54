/** MaxPool and AvgPool, and means and maxima over axes. */

import { fail } from '../../shared/fail.js';
import { scaled } from '../arithmetic.js';
import { type PoolKind, pooled, reduced } from '../pooling.js';
import { type Activation, product } from '../value.js';
import { axesOf, paddingOf } from './linear.js';
import type { Step, StepImporter } from './step.js';

export function pool(kind: PoolKind): StepImporter {
  return (step) => {
    step.requireChannelsLast();
    const { y, x } = axesOf(step, 'ksize', null);
    const how = { name: step.name, kind, window: { height: y, width: x }, stride: axesOf(step, 'strides', null) };
    return pooled(step.c, step.bordered(0), { ...how, padding: paddingOf(step) });
  };
}

/** The axes that a node names and whether they are kept. */
function asked(step: Step): { readonly x: Activation; readonly axes: number[]; readonly keep: boolean } {
  const x = step.bordered(0);
  const axes = step.axes(step.integers(1), x.shape.length);
  if (axes.length === 0) fail('it names no axes');
  const { attributes } = step;
  return { x, axes, keep: attributes.bool('keep_dims') || attributes.bool('keepDims') };
}

export function reduce(kind: PoolKind): StepImporter {
  return (step) => {
    const { x, axes, keep } = asked(step);
    return reduced(step.c, x, kind, axes, keep, step.name);
  };
}

/** The average, times how many there are. */
export function reduceSum(step: Step): Activation {
  const { c, name } = step;
  const { x, axes, keep } = asked(step);
  const count = product(axes.map((axis) => x.shape[axis]!));
  return scaled(c, reduced(c, x, 'averagePool', axes, keep, `${name}/average`), count, 0, name);
}

/** What is largest of the opposites. */
export function reduceMin(step: Step): Activation {
  const { c, name } = step;
  const { x, axes, keep } = asked(step);
  const opposite = scaled(c, x, -1, 0, `${name}/opposite`);
  return scaled(c, reduced(c, opposite, 'maxPool', axes, keep, `${name}/largest`), -1, 0, name);
}
