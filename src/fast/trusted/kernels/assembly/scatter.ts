/** Adds each output pixel's terms back to the input entries they came from (col2im), mod q: gather's transpose. */
import { Geometry } from './geometry';
import { M31 } from './modular';

/** to[i] = (to[i] + from[i]) mod q for `count` residues. */
function addRun(to: usize, from: usize, count: i32): void {
  const q = i32x4.splat(i32(M31));
  let i = 0;
  for (; i <= count - 4; i += 4, to += 16, from += 16) {
    const sum = i32x4.add(v128.load(to), v128.load(from));
    v128.store(to, i32x4.sub(sum, v128.and(i32x4.ge_u(sum, q), q)));
  }
  for (; i < count; i++, to += 4, from += 4) {
    const sum = <i64>load<u32>(to) + <i64>load<u32>(from) - M31;
    store<u32>(to, <u32>(sum + (M31 & (sum >> 63))));
  }
}

/** The terms of output pixels `first` to `first + pixels` of one group lie at rows, `rowPitch` bytes a pixel. */
export function scatter(
  geometry: usize,
  rows: usize,
  rowPitch: usize,
  group: i32,
  first: i32,
  pixels: i32,
  out: usize,
): void {
  const g = Geometry.at(geometry);
  const channels = g.channels / g.groups;
  const across = g.dilationX === 1 && g.groups === 1;
  out += (<usize>(group * channels)) << 2;
  for (let pixel = first; pixel < first + pixels; pixel++, rows += rowPitch) {
    const y0 = (pixel / g.outputWidth) * g.strideY - g.top;
    const x0 = (pixel % g.outputWidth) * g.strideX - g.left;
    const before = min(max(-x0, 0), g.kernelWidth);
    const after = max(min(g.inputWidth - x0, g.kernelWidth), before);
    for (let i = 0; i < g.kernelHeight; i++) {
      const y = y0 + i * g.dilationY;
      if (y < 0 || y >= g.inputHeight) continue;
      const from = rows + ((<usize>(i * g.kernelWidth) * <usize>channels) << 2);
      const to = out + ((<usize>y * <usize>g.inputWidth * <usize>g.channels) << 2);
      if (across) {
        if (after > before) {
          addRun(
            to + ((<usize>(x0 + before) * <usize>channels) << 2),
            from + ((<usize>before * <usize>channels) << 2),
            (after - before) * channels,
          );
        }
        continue;
      }
      for (let j = 0; j < g.kernelWidth; j++) {
        const x = x0 + j * g.dilationX;
        if (x < 0 || x >= g.inputWidth) continue;
        addRun(to + ((<usize>x * <usize>g.channels) << 2), from + ((<usize>j * <usize>channels) << 2), channels);
      }
    }
  }
}
