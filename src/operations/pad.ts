/** A border of zeros. */
import { type ImageShape, rowsColumnsChannels } from '../model/image-shape.js';
import { require } from '../model/requirement.js';
import type { PadOperation } from '../model/trusted-operations.js';
import { padding, unary } from './fields.js';
import { hull } from './ranges.js';
import { imageOf, type OperationRules } from './rules.js';

function run({ padding: { top, left, right } }: PadOperation, x: Int16Array, shape: ImageShape, out: Int16Array): void {
  const row = shape.width * shape.channels;
  const paddedRow = (left + shape.width + right) * shape.channels;
  out.fill(0);
  for (let line = 0; line < shape.height; line++) {
    out.set(x.subarray(line * row, (line + 1) * row), (top + line) * paddedRow + left * shape.channels);
  }
}

export const pad: OperationRules<PadOperation> = {
  inputs: ({ input }) => [input],
  entries({ padding: { top, bottom, left, right } }, [input], where) {
    const { height, width, channels } = rowsColumnsChannels(input!);
    require(Math.min(top, bottom, left, right) >= 0, where, 'padding must not be negative');
    return (height + top + bottom) * (width + left + right) * channels;
  },
  reach: (_, [x]) => hull([x!, { minimum: 0, maximum: 0 }]),
  check: () => {},
  fields: { ...unary, padding },
  run(operation, { inputs, tensors, out, images }) {
    const shape = rowsColumnsChannels(tensors[0]!);
    for (let image = 0; image < images; image++)
      run(operation, imageOf(inputs[0]!, image, images), shape, imageOf(out, image, images));
  },
  epilogue: null,
};
