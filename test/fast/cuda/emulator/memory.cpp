/* Card memory and page-locked memory. Fresh memory is noise, freed memory is poison, and both ends of a block are watched. */
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "emulator.h"

namespace emulator {
static std::mutex mutex;
static const size_t FENCE = 256;
static const unsigned char FENCE_BYTE = 0xfd, POISON = 0xdb, NOISE = 0x6d;
static std::map<uint64_t, size_t> blocks;
static std::map<uint64_t, size_t> locked;
struct Copy {
  size_t bytes;
  bool written;
  void *stream;
};
static std::multimap<uint64_t, Copy> copying;
struct Freed {
  unsigned char *memory;
  size_t bytes;
};
static std::deque<Freed> quarantine;
static size_t quarantined = 0;

static const std::pair<const uint64_t, size_t> *find(const std::map<uint64_t, size_t> &map, uint64_t address, size_t bytes) {
  auto next = map.upper_bound(address);
  if (next == map.begin()) return nullptr;
  auto &entry = *--next;
  return address + bytes <= entry.first + entry.second ? &entry : nullptr;
}

bool on_card(uint64_t address, size_t bytes) {
  std::lock_guard<std::mutex> lock(mutex);
  return find(blocks, address, bytes) != nullptr;
}

bool registered(const void *address, size_t bytes) {
  std::lock_guard<std::mutex> lock(mutex);
  return find(locked, (uint64_t) address, bytes) != nullptr;
}

static bool all(const unsigned char *from, size_t bytes, unsigned char value) {
  for (size_t i = 0; i < bytes; i++)
    if (from[i] != value) return false;
  return true;
}

static void release(const Freed &freed) {
  if (!all(freed.memory, freed.bytes + 2 * FENCE, POISON)) problem("freed card memory was written to");
  free(freed.memory);
  quarantined -= freed.bytes;
}

EXPORT int cuMemAlloc_v2(uint64_t *out, size_t bytes) {
  int status = enter_context("cuMemAlloc");
  if (status != SUCCESS) return status;
  if (bytes == 0) return INVALID_VALUE;
  size_t whole = (bytes + 2 * FENCE + FENCE - 1) / FENCE * FENCE;
  unsigned char *memory = (unsigned char *) aligned_alloc(FENCE, whole);
  if (memory == nullptr) return OUT_OF_MEMORY;
  memset(memory, FENCE_BYTE, whole);
  memset(memory + FENCE, NOISE, bytes);
  std::lock_guard<std::mutex> lock(mutex);
  *out = (uint64_t) memory + FENCE;
  blocks[*out] = bytes;
  live("blocks of card memory", 1);
  return SUCCESS;
}

EXPORT int cuMemFree_v2(uint64_t address) {
  drain_all();
  std::lock_guard<std::mutex> lock(mutex);
  auto at = blocks.find(address);
  if (at == blocks.end()) {
    problem("card memory was freed twice, or never allocated");
    return INVALID_VALUE;
  }
  Freed freed = {(unsigned char *) address - FENCE, at->second};
  if (!all(freed.memory, FENCE, FENCE_BYTE) || !all((unsigned char *) address + freed.bytes, FENCE, FENCE_BYTE))
    problem("card memory was written outside a block");
  memset(freed.memory, POISON, freed.bytes + 2 * FENCE);
  blocks.erase(at);
  live("blocks of card memory", -1);
  quarantine.push_back(freed);
  quarantined += freed.bytes;
  while (quarantined > (64u << 20)) {
    release(quarantine.front());
    quarantine.pop_front();
  }
  return SUCCESS;
}

/* Looks at everything that was freed. */
EXPORT int emulator_sweep() {
  drain_all();
  std::lock_guard<std::mutex> lock(mutex);
  for (auto &freed : quarantine) release(freed);
  quarantine.clear();
  return (int) blocks.size();
}

EXPORT int cuMemHostRegister_v2(void *p, size_t bytes, unsigned flags) {
  int status = enter_context("cuMemHostRegister");
  if (status != SUCCESS) return status;
  if (flags != 0 || bytes == 0) return INVALID_VALUE;
  uint64_t start = (uint64_t) p & ~4095ull, end = ((uint64_t) p + bytes + 4095) & ~4095ull;
  std::lock_guard<std::mutex> lock(mutex);
  for (auto &entry : locked) {
    uint64_t first = entry.first & ~4095ull, last = (entry.first + entry.second + 4095) & ~4095ull;
    if (first < end && start < last) return ALREADY_REGISTERED;
  }
  /* Memory that is not there would fault here, as it would make the driver fail. */
  volatile unsigned char touched = 0;
  for (size_t i = 0; i < bytes; i += 4096) touched = ((unsigned char *) p)[i];
  (void) touched;
  locked[(uint64_t) p] = bytes;
  live("page-locked ranges", 1);
  return SUCCESS;
}

EXPORT int cuMemHostUnregister(void *p) {
  std::lock_guard<std::mutex> lock(mutex);
  auto at = locked.find((uint64_t) p);
  if (at == locked.end()) {
    problem("memory was unlocked that was not page-locked");
    return NOT_REGISTERED;
  }
  for (auto &copy : copying)
    if (copy.first < at->first + at->second && at->first < copy.first + copy.second.bytes)
      problem("memory was unlocked while the card was using it");
  locked.erase(at);
  live("page-locked ranges", -1);
  return SUCCESS;
}

/* Copies of one stream happen in order; others may happen at the same time. */
static void begin_copy(uint64_t host, size_t bytes, bool written, void *stream) {
  std::lock_guard<std::mutex> lock(mutex);
  for (auto &copy : copying)
    if (copy.first < host + bytes && host < copy.first + copy.second.bytes && (written || copy.second.written) &&
        copy.second.stream != stream)
      problem("host memory is used by two copies at once");
  copying.insert({host, Copy{bytes, written, stream}});
}

static void end_copy(uint64_t host, size_t bytes) {
  std::lock_guard<std::mutex> lock(mutex);
  for (auto at = copying.find(host); at != copying.end() && at->first == host; ++at)
    if (at->second.bytes == bytes) {
      copying.erase(at);
      return;
    }
}

static void checked_copy(void *to, const void *from, uint64_t card, size_t bytes) {
  if (on_card(card, bytes)) memcpy(to, from, bytes);
  else problem("a copy reached outside the card's memory when it ran");
}

EXPORT int cuMemcpyHtoDAsync_v2(uint64_t to, const void *from, size_t bytes, void *stream) {
  int status = enter_context("cuMemcpyHtoDAsync");
  if (status != SUCCESS) return status;
  if (!on_card(to, bytes)) return INVALID_VALUE;
  if (!registered(from, bytes)) {
    std::vector<unsigned char> copy((const unsigned char *) from, (const unsigned char *) from + bytes);
    return queue(stream, [=] { checked_copy((void *) to, copy.data(), to, bytes); }) ? SUCCESS : INVALID_HANDLE;
  }
  begin_copy((uint64_t) from, bytes, false, stream);
  bool queued = queue(stream, [=] {
    checked_copy((void *) to, from, to, bytes);
    end_copy((uint64_t) from, bytes);
  });
  return queued ? SUCCESS : INVALID_HANDLE;
}

EXPORT int cuMemcpyDtoHAsync_v2(void *to, uint64_t from, size_t bytes, void *stream) {
  int status = enter_context("cuMemcpyDtoHAsync");
  if (status != SUCCESS) return status;
  if (!on_card(from, bytes)) return INVALID_VALUE;
  bool direct = registered(to, bytes);
  if (direct) begin_copy((uint64_t) to, bytes, true, stream);
  bool queued = queue(stream, [=] {
    checked_copy(to, (const void *) from, from, bytes);
    if (direct) end_copy((uint64_t) to, bytes);
  });
  if (!direct) drain(stream);
  return queued ? SUCCESS : INVALID_HANDLE;
}

EXPORT int cuMemsetD8Async(uint64_t to, unsigned char value, size_t bytes, void *stream) {
  int status = enter_context("cuMemsetD8Async");
  if (status != SUCCESS) return status;
  if (!on_card(to, bytes)) return INVALID_VALUE;
  return queue(stream, [=] { memset((void *) to, value, bytes); }) ? SUCCESS : INVALID_HANDLE;
}
}  // namespace emulator
