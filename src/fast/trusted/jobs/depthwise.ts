/** A convolution with one filter per channel, some output rows of one input a chunk. */
import { fields, type Host } from '../team/host.js';

export const depthwiseFields = fields(
  'geometry',
  'x',
  'inputBytes',
  'filters',
  'tapPitch',
  'modulus',
  'scratch',
  'scratchPitch',
  'out',
  'rows',
);
const at = depthwiseFields.at;

/** How many numbers a geometry has, and which of them change when only some rows are wanted. */
export const GEOMETRY_LENGTH = 14;
const [CHANNELS, STRIDE_Y, TOP, OUTPUT_HEIGHT, OUTPUT_WIDTH] = [2, 5, 9, 12, 13] as const;

/** Rows start at `firstRow` when that many rows times the stride are taken off the padding. */
export function applyDepthwise({ kernels, buffer }: Host, args: Int32Array, chunk: number, thread: number): void {
  const scratch = (args[at.scratch]! >>> 0) + thread * args[at.scratchPitch]!;
  const whole = new Int32Array(buffer, args[at.geometry]! >>> 0, GEOMETRY_LENGTH);
  const part = new Int32Array(buffer, scratch, GEOMETRY_LENGTH);
  const outputHeight = whole[OUTPUT_HEIGHT]!;
  const rows = args[at.rows]!;
  const perInput = Math.ceil(outputHeight / rows);
  const input = Math.floor(chunk / perInput);
  const firstRow = (chunk % perInput) * rows;
  part.set(whole);
  part[TOP] = whole[TOP]! - firstRow * whole[STRIDE_Y]!;
  part[OUTPUT_HEIGHT] = Math.min(rows, outputHeight - firstRow);
  const rowEntries = whole[OUTPUT_WIDTH]! * whole[CHANNELS]!;
  kernels.depthwise(
    scratch,
    (args[at.x]! >>> 0) + input * args[at.inputBytes]!,
    args[at.filters]!,
    args[at.tapPitch]!,
    args[at.modulus]!,
    scratch + GEOMETRY_LENGTH * 4 + 8,
    (args[at.out]! >>> 0) + (input * outputHeight + firstRow) * rowEntries * 4,
  );
}
