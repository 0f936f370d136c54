/** Depthwise and grouped convolutions, entry by entry: too few products per output for a matrix. */
import { DIRECT_TERMS } from '../bounds.js';
import { entryPoints } from './arithmetic.js';
import { Layout } from './layout.js';

/** `weights` is [tap][channel of the group][output channel], so that neighbouring threads read neighbours. */
export const directLayout = new Layout('Direct', {
  x: 'const void *',
  weights: 'const short *',
  y: 'u32 *',
  rows: 'u32',
  height: 'u32',
  width: 'u32',
  channels: 'u32',
  groupChannels: 'u32',
  kernelHeight: 'u32',
  kernelWidth: 'u32',
  strideY: 'u32',
  strideX: 'u32',
  dilationY: 'u32',
  dilationX: 'u32',
  paddingTop: 'u32',
  paddingLeft: 'u32',
  outputHeight: 'Divisor',
  outputWidth: 'Divisor',
  outputChannels: 'Divisor',
  groupOutputs: 'Divisor',
});

/** One thread makes one output. */
export const direct = `
${directLayout.declaration}
template <class V> __device__ __forceinline__ void direct(const Direct &a) {
  typedef typename V::Entry Entry;
  const u32 index = thread_index();
  const u32 pixel = over(index, a.outputChannels);
  if (pixel >= a.rows) return;
  const u32 o = index - pixel * a.outputChannels.divisor;
  const u32 line = over(pixel, a.outputWidth);
  const u32 image = over(line, a.outputHeight);
  const int top = (int) ((line - image * a.outputHeight.divisor) * a.strideY) - (int) a.paddingTop;
  const int left = (int) ((pixel - line * a.outputWidth.divisor) * a.strideX) - (int) a.paddingLeft;
  const u32 channel = over(o, a.groupOutputs) * a.groupChannels;
  const Entry *x = (const Entry *) a.x + (u64) image * a.height * a.width * a.channels + channel;
  i64 sum = 0;
  u32 terms = 0;
  for (u32 ky = 0; ky < a.kernelHeight; ky++) {
    const int y = top + (int) (ky * a.dilationY);
    if (y < 0 || y >= (int) a.height) continue;
    for (u32 kx = 0; kx < a.kernelWidth; kx++) {
      const int z = left + (int) (kx * a.dilationX);
      if (z < 0 || z >= (int) a.width) continue;
      const Entry *from = x + ((u64) y * a.width + z) * a.channels;
      const short *w = a.weights + (u64) (ky * a.kernelWidth + kx) * a.groupChannels * a.outputChannels.divisor + o;
      for (u32 k = 0; k < a.groupChannels; k++) {
        sum += (i64) w[(u64) k * a.outputChannels.divisor] * V::lifted(from[k]);
        if (++terms == ${DIRECT_TERMS}u) { sum = V::shrink(sum); terms = 0; }
      }
    }
  }
  a.y[index] = V::answer(sum);
}
${entryPoints('direct', 'Direct')}`;
