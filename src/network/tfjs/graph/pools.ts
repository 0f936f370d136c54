/** MaxPool and AvgPool, and means and maxima over axes. */
import { fail } from '../fail.js';
import { type PoolKind, pooled, reduced } from '../pooling.js';
import { axesOf, paddingOf } from './linear.js';
import type { StepImporter } from './step.js';

export function pool(kind: PoolKind): StepImporter {
  return (step) => {
    step.requireChannelsLast();
    const { y, x } = axesOf(step, 'ksize', null);
    const how = { name: step.name, kind, window: { height: y, width: x }, stride: axesOf(step, 'strides', null) };
    return pooled(step.c, step.bordered(0), { ...how, padding: paddingOf(step) });
  };
}

export function reduce(kind: PoolKind): StepImporter {
  return (step) => {
    const x = step.bordered(0);
    const axes = step.axes(step.integers(1), x.shape.length);
    if (axes.length === 0) fail('it names no axes');
    const { attributes } = step;
    return reduced(step.c, x, kind, axes, attributes.bool('keep_dims') || attributes.bool('keepDims'), step.name);
  };
}
