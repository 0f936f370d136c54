/** Pooling, some output rows of one image a chunk. */
import { fields, type Host } from '../team/host.js';

export const poolFields = fields(
  'x',
  'height',
  'width',
  'channels',
  'windowHeight',
  'windowWidth',
  'strideY',
  'strideX',
  'top',
  'left',
  'outputHeight',
  'outputWidth',
  'average',
  'terms',
  'minimum',
  'maximum',
  'out',
  'rows',
);
const at = poolFields.at;

/** Rows start at `firstRow` when that many rows times the stride are taken off the padding. */
export function pool({ kernels }: Host, args: Int32Array, chunk: number): void {
  const outputHeight = args[at.outputHeight]!;
  const rows = args[at.rows]!;
  const perImage = Math.ceil(outputHeight / rows);
  const image = Math.floor(chunk / perImage);
  const firstRow = (chunk % perImage) * rows;
  const channels = args[at.channels]!;
  const inputEntries = args[at.height]! * args[at.width]! * channels;
  const rowEntries = args[at.outputWidth]! * channels;
  kernels.pool(
    (args[at.x]! >>> 0) + image * inputEntries * 2,
    args[at.height]!,
    args[at.width]!,
    channels,
    args[at.windowHeight]!,
    args[at.windowWidth]!,
    args[at.strideY]!,
    args[at.strideX]!,
    args[at.top]! - firstRow * args[at.strideY]!,
    args[at.left]!,
    Math.min(rows, outputHeight - firstRow),
    args[at.outputWidth]!,
    args[at.average]!,
    args[at.terms]!,
    args[at.minimum]!,
    args[at.maximum]!,
    (args[at.out]! >>> 0) + (image * outputHeight + firstRow) * rowEntries * 2,
  );
}
