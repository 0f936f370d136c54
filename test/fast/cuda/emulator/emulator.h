/*
 * A stand-in for CUDA's libraries over host memory, for tests on machines without a card. It runs the very kernels and the
 * very host code, checks every rule it knows, and computes exactly. It says nothing about speed and nothing about a real
 * card, driver or library: what passes here may still be refused there.
 */
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

#define EXPORT extern "C" __attribute__((visibility("default")))

namespace emulator {

enum Status {
  SUCCESS = 0,
  INVALID_VALUE = 1,
  OUT_OF_MEMORY = 2,
  INVALID_DEVICE = 101,
  INVALID_IMAGE = 200,
  INVALID_CONTEXT = 201,
  INVALID_HANDLE = 400,
  NOT_FOUND = 500,
  NOT_READY = 600,
  ALREADY_REGISTERED = 712,
  NOT_REGISTERED = 713,
};

/* Counts a call that a test may make fail; the status to return at once, or SUCCESS. */
int enter(const char *function);
/* The same for a call that needs a current context. */
int enter_context(const char *function);
/* Remembers that a rule was broken; tests read it at the end. */
void problem(const std::string &text);
/* Counts things that must be given back. */
void live(const char *kind, int change);

/* Memory: true if [address, address + bytes) lies in one block of card memory. */
bool on_card(uint64_t address, size_t bytes);
bool registered(const void *address, size_t bytes);

/* Queues work; it runs later, on the stream's own thread, in order. */
bool queue(void *stream, std::function<void()> work);
void drain(void *stream);
void drain_all();

}  // namespace emulator
