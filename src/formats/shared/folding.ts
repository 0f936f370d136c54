/** Constants computed from constants: where each entry comes from. Whoever asks makes the result, and is charged for it first. */
import { pairedShape, repeatedSteps, stridesOf } from '../../graph/index.js';

/** What a constant is here: row-major entries. */
export interface Entries {
  readonly shape: readonly number[];
  readonly entries: ArrayLike<number>;
}

/** A constant that has not been made yet. */
export interface Folded {
  readonly shape: readonly number[];
  /** The entry at a place of the row-major list. */
  readonly entry: (index: number) => number;
}

/** Where in memory the entry lies whose place in a tensor of that shape is `index`: steps[axis] apart, from `start` on. */
function placeOf(shape: readonly number[], steps: readonly number[], start = 0): (index: number) => number {
  const strides = stridesOf(shape);
  return (index) => {
    let at = start;
    for (let axis = 0; axis < shape.length; axis++) {
      at += (Math.floor(index / strides[axis]!) % shape[axis]!) * steps[axis]!;
    }
    return at;
  };
}

/** Entries `steps[axis]` apart in memory, beginning at `start`: transpositions, slices, repetitions. */
export function gathered(
  from: Pick<Entries, 'entries'>,
  shape: readonly number[],
  steps: readonly number[],
  start = 0,
): Folded {
  const place = placeOf(shape, steps, start);
  return { shape, entry: (index) => from.entries[place(index)]! };
}

/** Two constants entry by entry, each repeated along its axes of size one; null when their shapes do not fit. */
export function combined(a: Entries, b: Entries, operation: (a: number, b: number) => number): Folded | null {
  const shape = pairedShape(a.shape, b.shape);
  if (shape === null) return null;
  const [left, right] = [a, b].map((one) => placeOf(shape, repeatedSteps(one.shape, shape))) as [
    (index: number) => number,
    (index: number) => number,
  ];
  return { shape, entry: (index) => operation(a.entries[left(index)]!, b.entries[right(index)]!) };
}

/** Constants one after the other along an axis; null when the other axes differ, or there is none. */
export function joined(parts: readonly Entries[], axis: number): Folded | null {
  const [first] = parts;
  if (first === undefined) return null;
  const others = (shape: readonly number[]): string => shape.map((size, at) => (at === axis ? '*' : size)).join();
  if (parts.some(({ shape }) => others(shape) !== others(first.shape))) return null;
  const shape = first.shape.with(
    axis,
    parts.reduce((sum, part) => sum + part.shape[axis]!, 0),
  );
  const lengths = parts.map((part) => part.shape[axis]! * stridesOf(part.shape)[axis]!);
  const block = lengths.reduce((sum, length) => sum + length, 0);
  return {
    shape,
    entry(index) {
      let at = index % block;
      let part = 0;
      while (at >= lengths[part]!) at -= lengths[part++]!;
      return parts[part]!.entries[Math.floor(index / block) * lengths[part]! + at]!;
    },
  };
}

/** The places named along one axis, arranged as `places` is; `place` makes a place of what is named, or refuses it. */
export function picked(from: Entries, places: Entries, axis: number, place: (named: number) => number): Folded {
  const size = from.shape[axis]!;
  const inner = stridesOf(from.shape)[axis]!;
  const count = places.entries.length;
  return {
    shape: from.shape.toSpliced(axis, 1, ...places.shape),
    entry(index) {
      const at = place(places.entries[Math.floor(index / inner) % count]!);
      return from.entries[(Math.floor(index / (inner * count)) * size + at) * inner + (index % inner)]!;
    },
  };
}
