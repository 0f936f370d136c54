/* The rest of the driver: one card, its context, modules and launches. */
#include <dlfcn.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <set>
#include <vector>

#include "emulator.h"

namespace emulator {
static const uint64_t CONTEXT = 0x51a10;
static int cards = 1, capability = 90;
static std::mutex mutex;
static int retained = 0;
static std::set<void *> modules;

struct Kernel {
  void (*run)(const void *, unsigned, unsigned);
  unsigned bytes;
};
static std::map<void *, std::vector<Kernel *>> kernels;

EXPORT int emulator_cards(int count) { return cards = count; }
EXPORT int emulator_capability(int value) { return capability = value; }

EXPORT int cuInit(unsigned flags) {
  int status = enter("cuInit");
  return status != SUCCESS ? status : flags == 0 ? SUCCESS : INVALID_VALUE;
}

EXPORT int cuDriverGetVersion(int *out) {
  *out = 13000;
  return enter("cuDriverGetVersion");
}

EXPORT int cuDeviceGetCount(int *out) {
  *out = cards;
  return enter("cuDeviceGetCount");
}

EXPORT int cuDeviceGet(int *out, int ordinal) {
  int status = enter("cuDeviceGet");
  if (status != SUCCESS) return status;
  if (ordinal < 0 || ordinal >= cards) return INVALID_DEVICE;
  *out = ordinal + 7;
  return SUCCESS;
}

EXPORT int cuDeviceGetName(char *out, int size, int device) {
  strncpy(out, device >= 7 ? "Emulated card" : "no card", size);
  return enter("cuDeviceGetName");
}

EXPORT int cuDeviceGetAttribute(int *out, int attribute, int device) {
  *out = device < 7 ? -1 : attribute == 75 ? capability / 10 : attribute == 76 ? capability % 10 : -1;
  return enter("cuDeviceGetAttribute");
}

EXPORT int cuDeviceTotalMem_v2(size_t *out, int) {
  *out = 80ull << 30;
  return enter("cuDeviceTotalMem");
}

EXPORT int cuDevicePrimaryCtxRetain(uint64_t *out, int device) {
  int status = enter("cuDevicePrimaryCtxRetain");
  if (status != SUCCESS) return status;
  if (device < 7) return INVALID_DEVICE;
  std::lock_guard<std::mutex> lock(mutex);
  retained++;
  live("contexts", 1);
  *out = CONTEXT;
  return SUCCESS;
}

EXPORT int cuDevicePrimaryCtxRelease_v2(int device) {
  std::lock_guard<std::mutex> lock(mutex);
  if (device < 7 || retained == 0) {
    problem("a context was released too often");
    return INVALID_CONTEXT;
  }
  retained--;
  live("contexts", -1);
  return SUCCESS;
}

/* An image is the path of a shared library that the emulated compiler made. */
EXPORT int cuModuleLoadData(void **out, const char *image) {
  int status = enter_context("cuModuleLoadData");
  if (status != SUCCESS) return status;
  if (strncmp(image, "EMULATED:", 9) != 0) return INVALID_IMAGE;
  void *module = dlopen(image + 9, RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) return INVALID_IMAGE;
  std::lock_guard<std::mutex> lock(mutex);
  modules.insert(module);
  live("modules", 1);
  *out = module;
  return SUCCESS;
}

EXPORT int cuModuleUnload(void *module) {
  drain_all();
  live("modules", -1);
  /* Another device may have the same library open; its handle is the same. */
  dlclose(module);
  return SUCCESS;
}

EXPORT int cuModuleGetFunction(void **out, void *module, const char *name) {
  int status = enter_context("cuModuleGetFunction");
  if (status != SUCCESS) return status;
  void *run = dlsym(module, (std::string("run_") + name).c_str());
  void *bytes = dlsym(module, (std::string("bytes_") + name).c_str());
  if (run == nullptr || bytes == nullptr) return NOT_FOUND;
  std::lock_guard<std::mutex> lock(mutex);
  Kernel *kernel = new Kernel{(void (*)(const void *, unsigned, unsigned)) run, *(unsigned *) bytes};
  kernels[module].push_back(kernel);
  *out = kernel;
  return SUCCESS;
}

EXPORT int cuLaunchKernel(Kernel *kernel, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                          unsigned shared, void *stream, void **parameters, void **extra) {
  int status = enter_context("cuLaunchKernel");
  if (status != SUCCESS) return status;
  if (gx == 0 || gx > 0x7fffffffu || gy != 1 || gz != 1 || bx == 0 || bx > 1024 || by != 1 || bz != 1) return INVALID_VALUE;
  if (shared != 0 || extra != nullptr) return INVALID_VALUE;
  std::vector<char> argument((char *) parameters[0], (char *) parameters[0] + kernel->bytes);
  return queue(stream, [=] { kernel->run(argument.data(), gx, bx); }) ? SUCCESS : INVALID_HANDLE;
}

EXPORT int cuGetErrorName(int status, const char **out) {
  *out = status == OUT_OF_MEMORY      ? "CUDA_ERROR_OUT_OF_MEMORY"
         : status == INVALID_VALUE    ? "CUDA_ERROR_INVALID_VALUE"
         : status == INVALID_CONTEXT  ? "CUDA_ERROR_INVALID_CONTEXT"
         : status == INVALID_HANDLE   ? "CUDA_ERROR_INVALID_HANDLE"
         : status == 700              ? "CUDA_ERROR_ILLEGAL_ADDRESS"
         : status == 719              ? "CUDA_ERROR_LAUNCH_FAILED"
                                      : nullptr;
  return *out == nullptr ? INVALID_VALUE : SUCCESS;
}
}  // namespace emulator
