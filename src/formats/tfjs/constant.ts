/** Constants of a model: its weights, and what is computed from them during the import. */
import { countEntries } from '../shared/count-entries.js';
import { fail, shown } from '../shared/fail.js';

/** What the format calls the types of entries. */
export type EntryType = 'float32' | 'int32' | 'bool';

/** A tensor that does not depend on the input. */
export interface Constant {
  readonly kind: 'constant';
  readonly name: string;
  readonly type: EntryType;
  readonly shape: readonly number[];
  readonly entries: Float32Array | Int32Array | Uint8Array;
}

const MOST_SMALL_INTEGERS = 64;

/** An empty array of the kind that holds such entries. */
export function newEntries(type: EntryType, length: number): Constant['entries'] {
  if (type === 'float32') return new Float32Array(length);
  return type === 'int32' ? new Int32Array(length) : new Uint8Array(length);
}

/** A constant of whole numbers that nothing but the import itself uses: a shape, axes. */
export function integers(
  name: string,
  values: readonly number[],
  shape: readonly number[] = [values.length],
): Constant {
  return { kind: 'constant', name, type: 'int32', shape, entries: Int32Array.from(values) };
}

/** The same entries under another shape. */
export function reshaped(constant: Constant, shape: readonly number[]): Constant {
  if (countEntries(shape, constant.name) !== constant.entries.length) {
    fail(`it cannot make [${shape}] of [${constant.shape}]`);
  }
  return { ...constant, shape };
}

/** The entries as real numbers, all finite. */
export function realsOf({ name, type, entries }: Constant): Float32Array {
  if (type !== 'float32') return fail(`the constant ${shown(name)} is of type ${type}, not of real numbers`);
  // A loop: constants can be long.
  for (let at = 0; at < entries.length; at++) {
    if (!Number.isFinite(entries[at]!)) fail(`the constant ${shown(name)} holds numbers that are not finite`);
  }
  return entries as Float32Array;
}

/** The one entry of a constant. */
export function scalarOf({ name, entries }: Constant): number {
  return entries.length === 1 ? entries[0]! : fail(`the constant ${shown(name)} must have one entry`);
}

/** A few whole numbers: axes, a shape, amounts of padding. */
export function integersOf({ name, type, entries }: Constant): number[] {
  if (type !== 'int32') fail(`the constant ${shown(name)} is of type ${type}, not of whole numbers`);
  if (entries.length > MOST_SMALL_INTEGERS) fail(`the constant ${shown(name)} is too long`);
  return Array.from(entries);
}
