/** Entries in other places: transpositions, slices, repetitions, nearest-neighbour resizing. */
import { descriptor } from '../boundary/array-bytes.js';
import { list } from '../boundary/codecs.js';
import { require } from '../model/requirement.js';
import { elementCount } from '../model/tensor.js';
import type { TakeOperation } from '../model/trusted-operations.js';
import { unary } from './fields.js';
import { imageOf, type OperationRules } from './rules.js';

/** The places that a list of offsets per axis gives, the last axis fastest; written to `out` as x's entries. */
function run(offsets: readonly Int32Array[], x: Int16Array, out: Int16Array): void {
  const last = offsets.at(-1)!;
  let at = 0;
  const rows = (axis: number, start: number): void => {
    if (axis === offsets.length - 1) {
      for (let index = 0; index < last.length; index++) out[at++] = x[start + last[index]!]!;
      return;
    }
    for (const offset of offsets[axis]!) rows(axis + 1, start + offset);
  };
  rows(0, 0);
}

export const take: OperationRules<TakeOperation> = {
  inputs: ({ input }) => [input],
  entries: ({ offsets }) => offsets.reduce((product, { length }) => product * length, 1),
  reach: (_, [x]) => x!,
  check({ offsets }, [input], output, where) {
    const same = offsets.length === output.shape.length && offsets.every((of, at) => of.length === output.shape[at]);
    require(same, where, 'there must be one offset for each place of each axis of the output');
    let furthest = 0;
    for (const of of offsets) {
      require(of.every((offset) => offset >= 0), where, 'offsets must not be negative');
      furthest += of.reduce((most, offset) => Math.max(most, offset), 0);
    }
    require(furthest < elementCount(input!), where, 'offsets point beyond the input');
  },
  fields: { ...unary, offsets: list(descriptor('i32'), 8) },
  run({ offsets }, { inputs, out, images }) {
    for (let image = 0; image < images; image++)
      run(offsets, imageOf(inputs[0]!, image, images), imageOf(out, image, images));
  },
  epilogue: null,
};
