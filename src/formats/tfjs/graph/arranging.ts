/** Operators that only rename, move, join or cut entries. */

import { fail } from '../../shared/fail.js';
import { scaled } from '../arithmetic.js';
import { askedShape, joined, padded, reshape as reshapeTo } from '../arrangement.js';
import { scalarOf } from '../constant.js';
import { LARGEST } from '../convolution.js';
import { type Activation, activation, type Value } from '../value.js';
import type { Step } from './step.js';

export function identity(step: Step): Value {
  return step.value(0);
}

/** Each input under its own number. */
export function identities(step: Step): readonly Value[] {
  return step.inputs;
}

const REAL = ['DT_FLOAT', '1', 'DT_HALF', '19', 'DT_DOUBLE', '2', 'DT_BFLOAT16', '14'];

/** Between real types, which are all one here; inputs of whole numbers are taken to be given as such. */
export function cast(step: Step): Value {
  const to = step.attributes.type('DstT');
  if (!REAL.includes(to)) fail('only a cast to real numbers is supported');
  return step.value(0);
}

export function reshape(step: Step): Activation {
  const x = step.bordered(0);
  return reshapeTo(step.c, x, askedShape(x.shape, step.integers(1)), step.name);
}

/** The shape without the axes named, or without all of size 1. */
export function squeezedShape(step: Step, shape: readonly number[]): number[] {
  const given = step.attributes.ints('squeeze_dims') ?? step.attributes.ints('axis') ?? [];
  const axes = step.axes(given, shape.length);
  for (const axis of axes) if (shape[axis] !== 1) fail(`axis ${axis} of its input is not of size 1`);
  return shape.filter((size, axis) => (axes.length === 0 ? size !== 1 : !axes.includes(axis)));
}

/** The shape with an axis of size 1 more. */
export function expandedShape(step: Step, shape: readonly number[]): number[] {
  const asked = scalarOf(step.constant(1));
  const [axis] = step.axes([asked], shape.length + 1) as [number];
  return shape.toSpliced(axis, 0, 1);
}

export function squeeze(step: Step): Activation {
  const x = step.bordered(0);
  return reshapeTo(step.c, x, squeezedShape(step, x.shape), step.name);
}

export function expandDims(step: Step): Activation {
  const x = step.bordered(0);
  return reshapeTo(step.c, x, expandedShape(step, x.shape), step.name);
}

/** The values, and the axis behind them. */
export function concat(step: Step): Activation {
  const { c, name, inputs } = step;
  const count = inputs.length - 1;
  const parts = inputs.slice(0, count).map((_, at) => step.activation(at));
  return joined(c, parts, scalarOf(step.constant(count)), name);
}

/** Values of one shape side by side along a new axis. */
export function pack(step: Step): Activation {
  const { c, name, inputs } = step;
  const parts = inputs.map((_, at) => step.activation(at));
  const [first] = parts;
  if (first === undefined) return fail('it has no inputs');
  const [axis] = step.axes([step.attributes.int('axis', 0)], first.shape.length + 1) as [number];
  const wider = parts.map((part) => activation(part.handle, part.shape.toSpliced(axis, 0, 1)));
  return joined(c, wider, axis, name);
}

/** Amounts before and after every axis, for an input with that many. */
export function amountsOf(step: Step, axes: number): [before: number, after: number][] {
  const { shape, entries } = step.constant(1);
  const list = step.integers(1);
  if (shape.length !== 2 || shape[0] !== axes || shape[1] !== 2) fail(`its amounts have shape [${shape}]`);
  for (const amount of entries) if (!(amount >= 0 && amount <= LARGEST)) fail(`its amount ${amount} is not supported`);
  return Array.from({ length: axes }, (_, axis) => [list[2 * axis]!, list[2 * axis + 1]!]);
}

/** Pad and PadV2: a border around rows and columns, of zeros, or of another number by way of zeros. */
export function pad(step: Step): Activation {
  const { c, name } = step;
  const value = step.inputs.length > 2 ? scalarOf(step.constant(2)) : 0;
  const x = step.bordered(0);
  const amounts = amountsOf(step, x.shape.length);
  if (amounts.every(([before, after]) => before + after === 0)) return x;
  const [batch, rows, columns, channels] = amounts;
  if (batch === undefined || rows === undefined || columns === undefined || channels === undefined) {
    return fail(`its input has shape [${x.shape}], and only images can be padded`);
  }
  if (batch[0] + batch[1] + channels[0] + channels[1] > 0) fail('only rows and columns can be padded');
  const border = { top: rows[0], bottom: rows[1], left: columns[0], right: columns[1] };
  if (value === 0) return padded(c, x, border, name);
  const lowered = scaled(c, x, 1, -value, `${name}/lowered`);
  return scaled(c, padded(c, lowered, border, `${name}/padded`), 1, value, name);
}
