/* What CUDA C++ has and C++ has not, as far as the kernels use it. */
extern "C" {
extern const char kernel_prologue[];
const char kernel_prologue[] = R"(
#define __global__
#define __device__
#define __forceinline__ inline
struct alignas(16) uint4 { unsigned x, y, z, w; };
struct alignas(16) int4 { int x, y, z, w; };
static inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return uint4{x, y, z, w}; }
struct Index { unsigned x; };
static thread_local Index threadIdx, blockIdx, blockDim, gridDim;
static inline unsigned __byte_perm(unsigned x, unsigned y, unsigned selector) {
  const unsigned long long bytes = (unsigned long long) y << 32 | x;
  unsigned result = 0;
  for (int i = 0; i < 4; i++) result |= (unsigned) (bytes >> 8 * (selector >> 4 * i & 7) & 255) << 8 * i;
  return result;
}
)";
}
