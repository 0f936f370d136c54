/** Sixteen entries at a time: loading them as vectors, and storing one vector for each digit. */

/** Shared by the kernels that make digit matrices. */
export const words = `
/* Entries are 16-byte aligned here: sixteen of them are two vectors of int16 or four of u32. */
__device__ __forceinline__ void load16(const short *from, short *to) {
  #pragma unroll
  for (int half = 0; half < 2; half++) {
    const uint4 v = ((const uint4 *) from)[half];
    const u32 pairs[4] = { v.x, v.y, v.z, v.w };
    #pragma unroll
    for (int i = 0; i < 4; i++) {
      to[8 * half + 2 * i] = (short) (pairs[i] & 0xffffu);
      to[8 * half + 2 * i + 1] = (short) (pairs[i] >> 16);
    }
  }
}
__device__ __forceinline__ void load16(const u32 *from, u32 *to) {
  #pragma unroll
  for (int i = 0; i < 4; i++) {
    const uint4 v = ((const uint4 *) from)[i];
    to[4 * i] = v.x; to[4 * i + 1] = v.y; to[4 * i + 2] = v.z; to[4 * i + 3] = v.w;
  }
}

/* words[i] holds the digits of entry i, a byte each; plane j gets digit j of all sixteen. Four words are a 4 x 4 matrix of
   bytes that is transposed in eight permutations. */
template <int digits> __device__ __forceinline__ void store16(const u32 *words, i8 *to, u64 planeStride) {
  u32 out[4][4];
  #pragma unroll
  for (int g = 0; g < 4; g++) {
    const u32 *w = words + 4 * g;
    const u32 a = __byte_perm(w[0], w[1], 0x5140), b = __byte_perm(w[2], w[3], 0x5140);
    const u32 c = __byte_perm(w[0], w[1], 0x7362), d = __byte_perm(w[2], w[3], 0x7362);
    out[0][g] = __byte_perm(a, b, 0x5410);
    out[1][g] = __byte_perm(a, b, 0x7632);
    out[2][g] = __byte_perm(c, d, 0x5410);
    out[3][g] = __byte_perm(c, d, 0x7632);
  }
  #pragma unroll
  for (int j = 0; j < digits; j++) {
    *(uint4 *) (to + j * planeStride) = make_uint4(out[j][0], out[j][1], out[j][2], out[j][3]);
  }
}
`;
