/** Bilinear resizing of floats. */
import type { FloatInterpolate } from './float-network.js';

/** See `FloatInterpolate`; the image is row-major with `width` columns and the channels last. */
export function interpolate(
  x: Float32Array,
  width: number,
  channels: number,
  { rows, columns }: Pick<FloatInterpolate, 'rows' | 'columns'>,
): Float32Array {
  const out = new Float32Array(rows.lower.length * columns.lower.length * channels);
  let at = 0;
  for (const [row, top] of rows.lower.entries()) {
    const [bottom, down] = [rows.upper[row]!, rows.weights[row]!];
    for (const [column, left] of columns.lower.entries()) {
      const [right, across] = [columns.upper[column]!, columns.weights[column]!];
      for (let channel = 0; channel < channels; channel++) {
        const entry = (y: number, z: number): number => x[(y * width + z) * channels + channel]!;
        const above = entry(top, left) * (1 - across) + entry(top, right) * across;
        const below = entry(bottom, left) * (1 - across) + entry(bottom, right) * across;
        out[at++] = above * (1 - down) + below * down;
      }
    }
  }
  return out;
}
