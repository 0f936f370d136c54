/* Counting, injected failures, and what is alive. */
#include <cstdlib>
#include <cstring>
#include <map>
#include <vector>

#include "emulator.h"

namespace emulator {
static std::mutex mutex;
static std::map<std::string, long> alive;
static std::vector<std::string> problems;
static long calls = 0, fail_at = 0;
static int fail_code = 0, fail_forever = 0;
static std::string failed;
static thread_local uint64_t current = 0;

int enter(const char *function) {
  std::lock_guard<std::mutex> lock(mutex);
  calls++;
  if (fail_at == 0 || calls < fail_at || (calls > fail_at && !fail_forever)) return SUCCESS;
  if (failed.empty()) failed = function;
  return fail_code;
}

int enter_context(const char *function) {
  if (current == 0) {
    problem(std::string(function) + " without a current context");
    return INVALID_CONTEXT;
  }
  return enter(function);
}

void problem(const std::string &text) {
  std::lock_guard<std::mutex> lock(mutex);
  problems.push_back(text);
}

void live(const char *kind, int change) {
  std::lock_guard<std::mutex> lock(mutex);
  alive[kind] += change;
}

static int give(const std::string &text, char *out, int size) {
  if (size > 0) {
    strncpy(out, text.c_str(), size - 1);
    out[size - 1] = 0;
  }
  return (int) text.size();
}

/* The n-th call from now on fails with this code, or from there all do; n = 0 turns it off. */
EXPORT int emulator_fail(uint32_t n, int code, int forever) {
  std::lock_guard<std::mutex> lock(mutex);
  fail_at = n == 0 ? 0 : calls + n;
  fail_code = code;
  fail_forever = forever;
  failed.clear();
  return 0;
}

EXPORT int emulator_calls() {
  std::lock_guard<std::mutex> lock(mutex);
  return (int) calls;
}

EXPORT int emulator_failed(char *out, int size) {
  std::lock_guard<std::mutex> lock(mutex);
  return give(failed, out, size);
}

EXPORT int emulator_live(char *out, int size) {
  std::lock_guard<std::mutex> lock(mutex);
  std::string text;
  for (auto &entry : alive)
    if (entry.second != 0) text += std::to_string(entry.second) + " " + entry.first + "; ";
  return give(text, out, size);
}

EXPORT int emulator_problems(char *out, int size) {
  std::lock_guard<std::mutex> lock(mutex);
  std::string text;
  for (auto &entry : problems) text += entry + "; ";
  problems.clear();
  return give(text, out, size);
}

EXPORT int cuCtxSetCurrent(uint64_t context) {
  /* Not counted when it changes nothing, so that the number of calls does not depend on how often somebody waits. */
  if (context == current) return SUCCESS;
  int status = enter("cuCtxSetCurrent");
  if (status == SUCCESS) current = context;
  return status;
}
}  // namespace emulator
