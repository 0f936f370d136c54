/** Which part of an axis a slice takes, by the rules of Python's slices: places may count from the end. */
import type { Slice } from '../../graph/index.js';
import { fail } from './fail.js';

/** @throws ModelError when there is no such place */
export function placeAt(size: number, given: number): number {
  const place = given < 0 ? given + size : given;
  return place >= 0 && place < size ? place : fail(`it takes place ${given} of an axis of size ${size}`);
}

/**
 * What `begin:end:step` takes of an axis; perhaps nothing.
 * @param begin null: from the first place in the step's direction
 * @param end null: to the last one
 * @throws ModelError when the step is zero or no whole number
 */
export function pythonSlice(size: number, begin: number | null, end: number | null, step: number): Slice {
  if (!Number.isInteger(step) || step === 0) fail(`its step is ${step}`);
  // Forward, places run from 0 to size; backward, from size - 1 to -1.
  const [least, most] = step > 0 ? [0, size] : [-1, size - 1];
  const inside = (place: number): number => Math.min(most, Math.max(least, place < 0 ? place + size : place));
  const first = begin === null ? (step > 0 ? least : most) : inside(begin);
  const last = end === null ? (step > 0 ? most : least) : inside(end);
  return { begin: first, step, count: Math.max(0, Math.ceil((last - first) / step)) };
}
