/** Pooling over windows cut at the border; vectors run over channels. */
import { averageBlocks, averageSquares, reciprocal, SMALL_WINDOW } from './averages';
import { largestBlocks, largestOne } from './maxima';
import { averageEight, averageOne } from './wide-averages';

/** out[r, c, k] over the part of the window that is inside; every window must have such a part. */
export function pool(
  x: usize,
  height: i32,
  width: i32,
  channels: i32,
  windowHeight: i32,
  windowWidth: i32,
  strideY: i32,
  strideX: i32,
  top: i32,
  left: i32,
  outputHeight: i32,
  outputWidth: i32,
  average: i32,
  terms: i32,
  minimum: i32,
  maximum: i32,
  out: usize,
): void {
  const pixelBytes = (<usize>channels) << 1;
  const rowBytes = pixelBytes * <usize>width;
  const blocks = channels >> 3;
  let size = 0;
  let factor: u32 = 0;
  for (let r = 0; r < outputHeight; r++) {
    const y0 = max(r * strideY - top, 0);
    const rows = min(r * strideY - top + windowHeight, height) - y0;
    for (let c = 0; c < outputWidth; c++, out += pixelBytes) {
      const x0 = max(c * strideX - left, 0);
      const columns = min(c * strideX - left + windowWidth, width) - x0;
      const from = x + <usize>y0 * rowBytes + <usize>x0 * pixelBytes;
      // The mean of one entry is its maximum. No window has 2^31 entries: no memory does.
      const averaged = average && rows * columns > 1;
      if (averaged && rows * columns !== size) {
        size = rows * columns;
        factor = reciprocal(size);
      }
      let at: usize = 0;
      if (blocks > 0 && !(averaged && size > SMALL_WINDOW)) {
        if (averaged && rows === 2 && columns === 2) {
          averageSquares(from, rowBytes, pixelBytes, blocks, minimum, maximum, out);
        } else if (averaged) {
          averageBlocks(from, rows, columns, rowBytes, pixelBytes, blocks, factor, minimum, maximum, out);
        } else {
          largestBlocks(from, rows, columns, rowBytes, pixelBytes, blocks, minimum, maximum, out);
        }
        at = (<usize>blocks) << 4;
      }
      for (; at + 16 <= pixelBytes; at += 16) {
        averageEight(from + at, rows, columns, rowBytes, pixelBytes, terms, minimum, maximum, out + at);
      }
      for (; at < pixelBytes; at += 2) {
        if (averaged) averageOne(from + at, rows, columns, rowBytes, pixelBytes, minimum, maximum, out + at);
        else largestOne(from + at, rows, columns, rowBytes, pixelBytes, minimum, maximum, out + at);
      }
    }
  }
}
