/* The int8 matrix product, exact, and as particular about layouts as the strictest library. */
#include <set>

#include "emulator.h"

namespace emulator {
struct Handle {
  void *stream;
};

enum { ALLOC_FAILED = 3, BLAS_INVALID_VALUE = 7, NOT_SUPPORTED = 15 };
static std::mutex mutex;
static std::set<Handle *> handles;

static bool known(Handle *handle) {
  std::lock_guard<std::mutex> lock(mutex);
  return handles.count(handle) > 0;
}

EXPORT const char *cublasGetStatusString(int status) {
  return status == NOT_SUPPORTED ? "the functionality is not supported" : "an error of the library";
}

EXPORT int cublasCreate_v2(Handle **out) {
  int status = enter_context("cublasCreate");
  if (status != 0) return status;
  std::lock_guard<std::mutex> lock(mutex);
  handles.insert(*out = new Handle{nullptr});
  live("cuBLAS handles", 1);
  return 0;
}

EXPORT int cublasDestroy_v2(Handle *handle) {
  if (!known(handle)) {
    problem("a cuBLAS handle was destroyed twice, or never created");
    return 1;
  }
  std::lock_guard<std::mutex> lock(mutex);
  handles.erase(handle);
  delete handle;
  live("cuBLAS handles", -1);
  return 0;
}

EXPORT int cublasSetStream_v2(Handle *handle, void *stream) {
  int status = enter_context("cublasSetStream");
  if (status != 0) return status;
  handle->stream = stream;
  return 0;
}

EXPORT int cublasGetVersion_v2(Handle *, int *out) {
  *out = 130000;
  return 0;
}

static void multiply(int m, int n, int k, const int8_t *a, int lda, const int8_t *b, int ldb, int32_t *c, int ldc) {
  for (int j = 0; j < n; j++)
    for (int i = 0; i < m; i++) {
      const int8_t *x = a + (size_t) i * lda, *y = b + (size_t) j * ldb;
      int64_t sum = 0;
      for (int first = 0; first < k; first += 65536) {
        int32_t part = 0;
        const int last = first + 65536 < k ? first + 65536 : k;
        for (int t = first; t < last; t++) part += (int32_t) x[t] * y[t];
        sum += part;
      }
      if (sum != (int32_t) sum) problem("a sum of products does not fit int32");
      c[(size_t) j * ldc + i] = (int32_t) sum;
    }
}

EXPORT int cublasGemmEx(Handle *handle, int transa, int transb, int m, int n, int k, const int32_t *alpha, const void *a,
                        int typea, int lda, const void *b, int typeb, int ldb, const int32_t *beta, void *c, int typec,
                        int ldc, int compute, int algorithm) {
  int status = enter_context("cublasGemmEx");
  if (status != 0) return status;
  if (!known(handle) || handle->stream == nullptr) return 1;
  if (m <= 0 || n <= 0 || k <= 0 || lda < k || ldb < k || ldc < m || *alpha != 1 || *beta != 0) return BLAS_INVALID_VALUE;
  bool types = typea == 3 && typeb == 3 && typec == 10 && compute == 72 && algorithm == -1;
  bool layout = transa == 1 && transb == 0 && m % 16 == 0 && k % 16 == 0 && lda % 16 == 0 && ldb % 16 == 0 && ldc % 4 == 0;
  bool aligned = ((uint64_t) a | (uint64_t) b | (uint64_t) c) % 16 == 0;
  if (!types || !layout || !aligned || n <= 16) return NOT_SUPPORTED;
  bool inside = on_card((uint64_t) a, (size_t) (m - 1) * lda + k) && on_card((uint64_t) b, (size_t) (n - 1) * ldb + k) &&
                on_card((uint64_t) c, ((size_t) (n - 1) * ldc + m) * 4);
  if (!inside) {
    problem("a matrix reaches outside the card's memory");
    return BLAS_INVALID_VALUE;
  }
  bool queued = queue(handle->stream, [=] {
    multiply(m, n, k, (const int8_t *) a, lda, (const int8_t *) b, ldb, (int32_t *) c, ldc);
  });
  return queued ? 0 : 13;
}
}  // namespace emulator
