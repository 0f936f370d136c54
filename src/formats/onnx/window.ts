/** Where windows lie on an image: strides, dilations, explicit and automatic padding, rounding up. */

import type { Axes, Size } from '../../graph/index.js';
import type { Padding } from '../../model/shapes.js';
import type { Step } from './step.js';

/** A step or a window beyond this is a damaged file, and small enough to multiply safely. */
const LARGEST = 2 ** 16;

export interface Windows {
  readonly stride: Axes;
  readonly dilation: Axes;
  readonly padding: Padding;
  /** Zeros or nothing beyond `padding` that the last windows reach into when counts are rounded up. */
  readonly beyond: Axes;
  /** How many windows there are. */
  readonly count: Size;
}

interface Span {
  readonly size: number;
  readonly taps: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
}

export function numbersOf(step: Step, name: string, count: number, least: number, otherwise: number): number[] {
  const given = step.ints(name) ?? Array<number>(count).fill(otherwise);
  if (given.length !== count) step.fail(`its attribute "${name}" must have ${count} entries`);
  for (const value of given) {
    if (!(value >= least && value <= LARGEST)) step.fail(`its attribute "${name}" has the entry ${value}`);
  }
  return given;
}

/** Enough padding for ceil(size / stride) windows. */
function same(span: Span, upper: boolean): Span {
  const { size, taps, stride, dilation } = span;
  const windows = Math.ceil(size / stride);
  const total = Math.max(0, (windows - 1) * stride + (taps - 1) * dilation + 1 - size);
  const less = Math.floor(total / 2);
  return { ...span, before: upper ? less : total - less, after: upper ? total - less : less };
}

function counted(step: Step, span: Span, roundUp: boolean): { count: number; beyond: number } {
  const { size, taps, stride, dilation, before, after } = span;
  const reach = (taps - 1) * dilation + 1;
  const room = size + before + after - reach;
  if (room < 0) step.fail('its window is larger than its input');
  let count = Math.floor(room / stride) + 1;
  // A window that would begin behind the input is left out.
  if (roundUp && room % stride !== 0 && count * stride < size + before) count++;
  return { count, beyond: Math.max(0, (count - 1) * stride - room) };
}

/** @param image with its border, if it has one @param axes of the model's value: 4, or 3 when there are only columns */
export function windowsOf(step: Step, image: Size, kernel: Size, axes: number): Windows {
  const directions = axes - 2;
  const pair = (list: readonly number[], otherwise: number): [number, number] =>
    directions === 2 ? [list[0]!, list[1]!] : [otherwise, list[0]!];
  const stride = pair(numbersOf(step, 'strides', directions, 1, 1), 1);
  const dilation = pair(numbersOf(step, 'dilations', directions, 1, 1), 1);
  const pads = numbersOf(step, 'pads', 2 * directions, 0, 0);
  const before = pair(pads.slice(0, directions), 0);
  const after = pair(pads.slice(directions), 0);
  const taps: [number, number] = [kernel.height, kernel.width];
  const sizes: [number, number] = [image.height, image.width];
  const automatic = step.text('auto_pad', 'NOTSET');
  if (!['NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER'].includes(automatic)) step.fail(`its auto_pad is "${automatic}"`);
  const span = (at: 0 | 1): Span => {
    const plain = { size: sizes[at], taps: taps[at], stride: stride[at], dilation: dilation[at] };
    if (automatic === 'NOTSET') return { ...plain, before: before[at], after: after[at] };
    const none = { ...plain, before: 0, after: 0 };
    return automatic === 'VALID' ? none : same(none, automatic === 'SAME_UPPER');
  };
  const [rows, columns] = [span(0), span(1)];
  const roundUp = step.int('ceil_mode', 0) !== 0;
  const [y, x] = [counted(step, rows, roundUp), counted(step, columns, roundUp)];
  return {
    stride: { y: stride[0], x: stride[1] },
    dilation: { y: dilation[0], x: dilation[1] },
    padding: { top: rows.before, bottom: rows.after, left: columns.before, right: columns.after },
    beyond: { y: y.beyond, x: x.beyond },
    count: { height: y.count, width: x.count },
  };
}

/** The sizes of a window that an attribute gives. */
export function kernelOf(step: Step, axes: number): Size {
  const sizes = step.ints('kernel_shape') ?? step.fail('its kernel_shape is missing');
  if (sizes.length !== axes - 2) step.fail(`its kernel_shape must have ${axes - 2} entries`);
  for (const size of sizes) if (!(size >= 1 && size <= LARGEST)) step.fail(`its kernel_shape has the entry ${size}`);
  return axes === 4 ? { height: sizes[0]!, width: sizes[1]! } : { height: 1, width: sizes[0]! };
}
