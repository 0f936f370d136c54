/** Float entries in other places, and nothing computed. */
import type { Padding } from '../model/shapes.js';

/** See `FloatTake`. */
export function take(x: Float32Array, offsets: readonly Int32Array[]): Float32Array {
  const out = new Float32Array(offsets.reduce((count, list) => count * list.length, 1));
  const last = offsets.at(-1)!;
  let at = 0;
  const along = (axis: number, start: number): void => {
    if (axis < offsets.length - 1) for (const offset of offsets[axis]!) along(axis + 1, start + offset);
    else for (const offset of last) out[at++] = x[start + offset]!;
  };
  along(0, 0);
  return out;
}

/** The image with a border of zeros. */
export function pad(x: Float32Array, width: number, channels: number, padding: Padding): Float32Array {
  const row = width * channels;
  const wide = (padding.left + width + padding.right) * channels;
  const rows = x.length / row;
  const out = new Float32Array((padding.top + rows + padding.bottom) * wide);
  for (let y = 0; y < rows; y++) {
    out.set(x.subarray(y * row, (y + 1) * row), (padding.top + y) * wide + padding.left * channels);
  }
  return out;
}
