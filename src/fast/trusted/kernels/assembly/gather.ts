/** Lays the terms of each output pixel out in one row (im2col), zeros where the window leaves the input. */
import { Geometry } from './geometry';

/**
 * Both may write up to 14 bytes past the run, and read as many: the next run or row overwrites them, and behind the last one
 * every block of memory has room.
 */
function copyRun(to: usize, from: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.load(from + i));
}

function zeroRun(to: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, i32x4.splat(0));
}

/**
 * Rows for output pixels `first` to `first + pixels` of one group: limb l of pixel i at rows + (i * limbs + l) * rowPitch.
 * The int16 limbs of the whole input lie in planes `planePitch` bytes apart.
 */
export function gather(
  geometry: usize,
  planes: usize,
  planePitch: usize,
  limbs: i32,
  group: i32,
  first: i32,
  pixels: i32,
  rows: usize,
  rowPitch: usize,
): void {
  const g = Geometry.at(geometry);
  const channels = g.channels / g.groups;
  const entry = (<usize>channels) << 1;
  const pixelBytes = (<usize>g.channels) << 1;
  const across = g.dilationX === 1 && g.groups === 1;
  const line = entry * <usize>g.kernelWidth;
  planes += <usize>group * entry;
  for (let pixel = first; pixel < first + pixels; pixel++) {
    const y0 = (pixel / g.outputWidth) * g.strideY - g.top;
    const x0 = (pixel % g.outputWidth) * g.strideX - g.left;
    // The taps of a kernel line that are inside the input, when they are neighbours.
    const before = min(max(-x0, 0), g.kernelWidth);
    const after = max(min(g.inputWidth - x0, g.kernelWidth), before);
    for (let limb = 0; limb < limbs; limb++, rows += rowPitch) {
      const plane = planes + <usize>limb * planePitch;
      let to = rows;
      for (let i = 0; i < g.kernelHeight; i++, to += line) {
        const y = y0 + i * g.dilationY;
        if (y < 0 || y >= g.inputHeight) {
          zeroRun(to, line);
          continue;
        }
        const from = plane + <usize>y * <usize>g.inputWidth * pixelBytes;
        if (across) {
          const start = <usize>before * entry;
          const stop = <usize>after * entry;
          zeroRun(to, start);
          if (after > before) copyRun(to + start, from + <usize>(x0 + before) * pixelBytes, stop - start);
          zeroRun(to + stop, line - stop);
        } else {
          for (let j = 0; j < g.kernelWidth; j++) {
            const x = x0 + j * g.dilationX;
            if (x < 0 || x >= g.inputWidth) zeroRun(to + <usize>j * entry, entry);
            else copyRun(to + <usize>j * entry, from + <usize>x * pixelBytes, entry);
          }
        }
      }
    }
  }
}
