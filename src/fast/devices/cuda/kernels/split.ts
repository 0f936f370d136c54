/** Rows of entries to rows of digits: dense maps, pointwise convolutions, and every matrix of weights. */
import { entryPoints } from './arithmetic.js';
import { Layout } from './layout.js';

/** `x` has `rows` rows of `depth` entries; each digit plane has as many rows of 16 * `chunks` int8, zero filled. */
export const splitLayout = new Layout('Split', {
  x: 'const void *',
  digits: 'i8 *',
  planeStride: 'u64',
  rows: 'u32',
  depth: 'u32',
  offset: 'int',
  chunks: 'Divisor',
});

/** One thread makes sixteen entries of a row; neighbours write neighbouring vectors. */
export const split = `
${splitLayout.declaration}
template <class V> __device__ __forceinline__ void split(const Split &a) {
  const u32 index = thread_index();
  const u32 row = over(index, a.chunks);
  if (row >= a.rows) return;
  const u32 k = 16u * (index - row * a.chunks.divisor);
  const typename V::Entry *from = (const typename V::Entry *) a.x + (u64) row * a.depth + k;
  u32 words[16];
  if (a.depth % 16u == 0) {
    typename V::Entry entries[16] = {};
    if (k < a.depth) load16(from, entries);
    #pragma unroll
    for (int i = 0; i < 16; i++) words[i] = k < a.depth ? V::word(entries[i], a.offset) : 0u;
  } else {
    #pragma unroll
    for (int i = 0; i < 16; i++) words[i] = k + i < a.depth ? V::word(from[i], a.offset) : 0u;
  }
  store16<V::digits>(words, a.digits + (u64) row * (16u * a.chunks.divisor) + k, a.planeStride);
}
${entryPoints('split', 'Split')}`;
