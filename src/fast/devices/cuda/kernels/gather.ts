/** The convolution's im2col, fused with cutting entries into digits: one row for each output pixel. */
import { entryPoints } from './arithmetic.js';
import { Layout } from './layout.js';

/** `x` holds whole images; rows start at output pixel `firstRow` of the first. An entry outside the image is 0. */
export const gatherLayout = new Layout('Gather', {
  x: 'const void *',
  digits: 'i8 *',
  planeStride: 'u64',
  firstRow: 'u32',
  rows: 'u32',
  depth: 'u32',
  offset: 'int',
  height: 'u32',
  width: 'u32',
  strideY: 'u32',
  strideX: 'u32',
  dilationY: 'u32',
  dilationX: 'u32',
  paddingTop: 'u32',
  paddingLeft: 'u32',
  chunks: 'Divisor',
  outputHeight: 'Divisor',
  outputWidth: 'Divisor',
  kernelWidth: 'Divisor',
  channels: 'Divisor',
});

/**
 * A row's entry k is tap k / channels, channel k % channels. If the channels are a multiple of 16, sixteen entries are
 * neighbours in the image too and travel as vectors.
 */
export const gather = `
${gatherLayout.declaration}
struct Pixel { u64 image; int y, x; };
__device__ __forceinline__ Pixel first_pixel(const Gather &a, u32 row) {
  const u32 pixel = a.firstRow + row;
  const u32 line = over(pixel, a.outputWidth);
  const u32 image = over(line, a.outputHeight);
  Pixel p;
  p.image = (u64) image * a.height * a.width;
  p.y = (int) ((line - image * a.outputHeight.divisor) * a.strideY) - (int) a.paddingTop;
  p.x = (int) ((pixel - line * a.outputWidth.divisor) * a.strideX) - (int) a.paddingLeft;
  return p;
}

template <class V> __device__ __forceinline__ void gather(const Gather &a) {
  typedef typename V::Entry Entry;
  const u32 index = thread_index();
  const u32 row = over(index, a.chunks);
  if (row >= a.rows) return;
  const u32 k = 16u * (index - row * a.chunks.divisor);
  const u32 channels = a.channels.divisor;
  const Pixel first = first_pixel(a, row);
  u32 tap = over(k, a.channels);
  u32 channel = k - tap * channels;
  u32 ky = over(tap, a.kernelWidth);
  u32 kx = tap - ky * a.kernelWidth.divisor;
  const Entry *x = (const Entry *) a.x;
  u32 words[16];
  if (channels % 16u == 0) {
    const int y = first.y + (int) (ky * a.dilationY), z = first.x + (int) (kx * a.dilationX);
    Entry entries[16] = {};
    const bool inside = k < a.depth && y >= 0 && y < (int) a.height && z >= 0 && z < (int) a.width;
    if (inside) load16(x + (first.image + (u64) y * a.width + z) * channels + channel, entries);
    #pragma unroll
    for (int i = 0; i < 16; i++) words[i] = k < a.depth ? V::word(entries[i], a.offset) : 0u;
  } else {
    #pragma unroll
    for (int i = 0; i < 16; i++) {
      words[i] = 0u;
      if (k + i < a.depth) {
        const int y = first.y + (int) (ky * a.dilationY), z = first.x + (int) (kx * a.dilationX);
        const bool inside = y >= 0 && y < (int) a.height && z >= 0 && z < (int) a.width;
        const Entry v = inside ? x[(first.image + (u64) y * a.width + z) * channels + channel] : (Entry) 0;
        words[i] = V::word(v, a.offset);
      }
      if (++channel == channels) {
        channel = 0;
        if (++kx == a.kernelWidth.divisor) { kx = 0; ky++; }
      }
    }
  }
  store16<V::digits>(words, a.digits + (u64) row * (16u * a.chunks.divisor) + k, a.planeStride);
}
${entryPoints('gather', 'Gather')}`;
