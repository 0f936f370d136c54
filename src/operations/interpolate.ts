/** Bilinear resizing. */
import { descriptor } from '../boundary/array-bytes.js';
import { strictObject } from '../boundary/codecs.js';
import { type ImageShape, rowsColumnsChannels } from '../model/image-shape.js';
import { require } from '../model/requirement.js';
import type { InterpolateOperation } from '../model/trusted-operations.js';
import { unary } from './fields.js';
import { imageOf, type OperationRules } from './rules.js';

const interpolation = strictObject({
  lower: descriptor('i32'),
  upper: descriptor('i32'),
  weights: descriptor('i32'),
});

/** A sum of four is below 2^15 * 2^20 * 4. */
function run(
  { rows, columns }: InterpolateOperation,
  x: Int16Array,
  { width, channels }: ImageShape,
  out: Int16Array,
): void {
  let at = 0;
  for (let row = 0; row < rows.lower.length; row++) {
    const [top, bottom, down] = [rows.lower[row]! * width, rows.upper[row]! * width, rows.weights[row]!];
    for (let column = 0; column < columns.lower.length; column++) {
      const [left, right, across] = [columns.lower[column]!, columns.upper[column]!, columns.weights[column]!];
      for (let channel = 0; channel < channels; channel++) {
        const entry = (start: number, place: number): number => x[(start + place) * channels + channel]!;
        const above = entry(top, left) * (1024 - across) + entry(top, right) * across;
        const below = entry(bottom, left) * (1024 - across) + entry(bottom, right) * across;
        out[at++] = Math.floor((above * (1024 - down) + below * down + 2 ** 19) / 2 ** 20);
      }
    }
  }
}

export const interpolate: OperationRules<InterpolateOperation> = {
  inputs: ({ input }) => [input],
  entries: ({ rows, columns }, [input]) =>
    rows.lower.length * columns.lower.length * rowsColumnsChannels(input!).channels,
  // Between entries, and a rounded value between two integers is between them.
  reach: (_, [x]) => x!,
  check({ rows, columns }, [input], _output, where) {
    const { height, width } = rowsColumnsChannels(input!);
    for (const [{ lower, upper, weights }, size] of [
      [rows, height],
      [columns, width],
    ] as const) {
      const sameLength = upper.length === lower.length && weights.length === lower.length;
      require(sameLength, where, 'there must be two places and a weight each');
      const inside = (place: number): boolean => place >= 0 && place < size;
      require(lower.every(inside) && upper.every(inside), where, 'places lie beyond the input');
      require(weights.every((weight) => weight >= 0 && weight <= 1024), where, 'weights must be from 0 to 1024');
    }
  },
  fields: { ...unary, rows: interpolation, columns: interpolation },
  run(operation, { inputs, tensors, out, images }) {
    const shape = rowsColumnsChannels(tensors[0]!);
    for (let image = 0; image < images; image++)
      run(operation, imageOf(inputs[0]!, image, images), shape, imageOf(out, image, images));
  },
  epilogue: null,
};
