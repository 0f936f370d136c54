/** Which part of a value StridedSlice and Slice take: a start, a step and a count for every axis. */
import { fail } from '../../shared/fail.js';
import { placeAt, pythonSlice } from '../../shared/slices.js';
import type { Step } from './step.js';

export interface Cut {
  readonly starts: readonly number[];
  readonly steps: readonly number[];
  readonly counts: readonly number[];
  /** The shape of the result: axes may be dropped and added. */
  readonly shape: readonly number[];
}

const set = (mask: number, bit: number): boolean => Math.floor(mask / 2 ** bit) % 2 === 1;

/** Begin, end and stride for each axis, and masks that change what they mean. */
export function stridedCut(step: Step, shape: readonly number[]): Cut {
  const { attributes } = step;
  const lists = [1, 2, 3].map((position) => step.integers(position));
  const [begins, ends, strides] = lists as [number[], number[], number[]];
  if (lists.some(({ length }) => length !== begins.length)) fail('its lists differ in length');
  const mask = (name: string): number => attributes.int(`${name}_mask`, 0);
  const [ellipsis, added, dropped] = [mask('ellipsis'), mask('new_axis'), mask('shrink_axis')];
  const [openBegin, openEnd] = [mask('begin'), mask('end')];
  const named = begins.filter((_, at) => !set(ellipsis, at) && !set(added, at)).length;
  if (named > shape.length) fail(`it cuts ${named} axes of [${shape}]`);
  const cut = { starts: [] as number[], steps: [] as number[], counts: [] as number[], shape: [] as number[] };
  const whole = (): void => {
    const size = shape[cut.counts.length]!;
    cut.starts.push(0);
    cut.steps.push(1);
    cut.counts.push(size);
    cut.shape.push(size);
  };
  let seenEllipsis = false;
  begins.forEach((begin, at) => {
    if (set(ellipsis, at)) {
      if (seenEllipsis) fail('it has two ellipses');
      seenEllipsis = true;
      for (let count = shape.length - named; count > 0; count--) whole();
      return;
    }
    if (set(added, at)) {
      cut.shape.push(1);
      return;
    }
    const size = shape[cut.counts.length]!;
    const [from, to] = [set(openBegin, at) ? null : begin, set(openEnd, at) ? null : ends[at]!];
    const { begin: start, step: stride, count } = pythonSlice(size, from, to, strides[at]!);
    if (set(dropped, at)) {
      cut.starts.push(placeAt(size, begin));
      cut.steps.push(1);
      cut.counts.push(1);
      return;
    }
    cut.starts.push(start);
    cut.steps.push(stride);
    cut.counts.push(count);
    cut.shape.push(count);
  });
  while (cut.counts.length < shape.length) whole();
  return cut;
}

/** Slice: where each axis begins and how many entries are taken, -1 for all that are left. */
export function plainCut(step: Step, shape: readonly number[]): Cut {
  const [starts, sizes] = [step.integers(1), step.integers(2)];
  if (starts.length !== shape.length || sizes.length !== shape.length) fail(`it does not fit [${shape}]`);
  const counts = sizes.map((size, axis) => (size === -1 ? shape[axis]! - starts[axis]! : size));
  counts.forEach((count, axis) => {
    const start = starts[axis]!;
    if (!(start >= 0 && count >= 0 && start + count <= shape[axis]!)) fail(`it takes more than [${shape}] has`);
  });
  return { starts, steps: counts.map(() => 1), counts, shape: counts };
}

/** The parts of Split: several of one size, or of the sizes given. */
export function splitCuts(shape: readonly number[], axis: number, sizes: readonly number[]): Cut[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total !== shape[axis] || sizes.some((size) => size < 0))
    fail(`it splits axis ${axis} of [${shape}] into [${sizes}]`);
  let at = 0;
  return sizes.map((size) => {
    const counts = shape.with(axis, size);
    const starts = shape.map((_, other) => (other === axis ? at : 0));
    at += size;
    return { starts, steps: shape.map(() => 1), counts, shape: counts };
  });
}
