/** Sums of digit products to answers: recombined, corrected for offsets, and reduced, in one pass. */
import { entryPoints } from './arithmetic.js';
import { Layout } from './layout.js';

/**
 * `sums` has `parts` blocks (one for each part of the depth), in each one row for every input digit and answer row, in
 * each `weightDigits` times `plane` channels. Channel `ones` is the row sum, present when the weights have an offset.
 */
export const finishLayout = new Layout('Finish', {
  sums: 'const int *',
  constants: 'const i64 *',
  y: 'u32 *',
  partStride: 'u64',
  rows: 'u32',
  channels: 'u32',
  parts: 'u32',
  weightDigits: 'u32',
  plane: 'u32',
  ones: 'u32',
  weightOffset: 'int',
  quads: 'Divisor',
});

/** One thread makes four channels of a row. The bounds are proved beside `DIRECT_TERMS` in bounds.ts. */
export const finish = `
${finishLayout.declaration}
template <class V> __device__ __forceinline__ void finish(const Finish &a) {
  const u32 index = thread_index();
  const u32 row = over(index, a.quads);
  if (row >= a.rows) return;
  const u32 n = 4u * (index - row * a.quads.divisor);
  const u32 width = a.weightDigits * a.plane;
  i64 total[4] = { 0, 0, 0, 0 };
  for (u32 j = a.weightDigits; j-- > 0;) {
    #pragma unroll
    for (int e = 0; e < 4; e++) total[e] *= 256;
    for (u32 part = 0; part < a.parts; part++) {
      i64 t[4] = { 0, 0, 0, 0 };
      #pragma unroll
      for (int i = V::digits; i-- > 0;) {
        const int4 c = *(const int4 *) (a.sums + part * a.partStride + ((u64) i * a.rows + row) * width + j * a.plane + n);
        t[0] = t[0] * 256 + c.x; t[1] = t[1] * 256 + c.y; t[2] = t[2] * 256 + c.z; t[3] = t[3] * 256 + c.w;
      }
      #pragma unroll
      for (int e = 0; e < 4; e++) total[e] += V::shrink(t[e]);
    }
  }
  if (a.weightOffset != 0) {
    i64 sum = 0;
    for (u32 part = 0; part < a.parts; part++) {
      i64 t = 0;
      #pragma unroll
      for (int i = V::digits; i-- > 0;) t = t * 256 + a.sums[part * a.partStride + ((u64) i * a.rows + row) * width + a.ones];
      sum += V::shrink(t);
    }
    sum = V::shrink(sum) * a.weightOffset;
    #pragma unroll
    for (int e = 0; e < 4; e++) total[e] += sum;
  }
  u32 *y = a.y + (u64) row * a.channels + n;
  if (a.constants != 0) {
    #pragma unroll
    for (int e = 0; e < 4; e++) if (n + e < a.channels) total[e] += a.constants[n + e];
  }
  if (a.channels % 4u == 0) {
    *(uint4 *) y = make_uint4(V::answer(total[0]), V::answer(total[1]), V::answer(total[2]), V::answer(total[3]));
  } else {
    #pragma unroll
    for (int e = 0; e < 4; e++) if (n + e < a.channels) y[e] = V::answer(total[e]);
  }
}
${entryPoints('finish', 'Finish')}`;
