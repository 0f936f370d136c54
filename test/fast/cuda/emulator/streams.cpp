/* Streams are threads that take their time, so that missing waits show. Events are marks in a stream. */
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <set>
#include <thread>

#include "emulator.h"

namespace emulator {
struct Stream {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::function<void()>> work;
  bool busy = false, ending = false;
  unsigned state;
  std::thread thread;
};

struct Event {
  std::atomic<int> pending{0};
  std::atomic<bool> recorded{false};
  std::atomic<double> ms{0};
  bool timing;
};

static std::mutex mutex;
static std::atomic<int> slow_us{0};
static std::set<Stream *> streams;
static std::set<Event *> events;

/* Everything on the card takes this much longer. */
EXPORT int emulator_slow(int us) { return slow_us = us; }

static void run(Stream *stream) {
  std::unique_lock<std::mutex> lock(stream->mutex);
  for (;;) {
    stream->changed.wait(lock, [=] { return stream->ending || !stream->work.empty(); });
    if (stream->work.empty()) return;
    auto work = std::move(stream->work.front());
    stream->work.pop_front();
    stream->busy = true;
    lock.unlock();
    stream->state = stream->state * 1664525u + 1013904223u;
    if ((stream->state >> 24) % 8 == 0) std::this_thread::sleep_for(std::chrono::microseconds((stream->state >> 16) % 100));
    if (slow_us > 0) std::this_thread::sleep_for(std::chrono::microseconds(slow_us));
    work();
    lock.lock();
    stream->busy = false;
    stream->changed.notify_all();
  }
}

template <class T> static bool known(const std::set<T *> &set, void *which) {
  std::lock_guard<std::mutex> lock(mutex);
  return set.count((T *) which) > 0;
}

bool queue(void *which, std::function<void()> work) {
  if (!known(streams, which)) {
    problem("work for a stream that does not exist");
    return false;
  }
  Stream *stream = (Stream *) which;
  std::lock_guard<std::mutex> lock(stream->mutex);
  stream->work.push_back(std::move(work));
  stream->changed.notify_all();
  return true;
}

void drain(void *which) {
  if (!known(streams, which)) return;
  Stream *stream = (Stream *) which;
  std::unique_lock<std::mutex> lock(stream->mutex);
  stream->changed.wait(lock, [=] { return stream->work.empty() && !stream->busy; });
}

void drain_all() {
  std::set<Stream *> all;
  {
    std::lock_guard<std::mutex> lock(mutex);
    all = streams;
  }
  for (Stream *stream : all) drain(stream);
}

EXPORT int cuStreamCreate(void **out, unsigned flags) {
  int status = enter_context("cuStreamCreate");
  if (status != SUCCESS) return status;
  if (flags != 1) return INVALID_VALUE;
  Stream *stream = new Stream();
  std::lock_guard<std::mutex> lock(mutex);
  stream->state = (unsigned) streams.size() * 77u + 5u;
  stream->thread = std::thread(run, stream);
  streams.insert(stream);
  live("streams", 1);
  *out = stream;
  return SUCCESS;
}

EXPORT int cuStreamDestroy_v2(void *which) {
  if (!known(streams, which)) {
    problem("a stream was destroyed twice, or never created");
    return INVALID_HANDLE;
  }
  drain(which);
  Stream *stream = (Stream *) which;
  {
    std::lock_guard<std::mutex> lock(stream->mutex);
    stream->ending = true;
    stream->changed.notify_all();
  }
  stream->thread.join();
  std::lock_guard<std::mutex> lock(mutex);
  streams.erase(stream);
  delete stream;
  live("streams", -1);
  return SUCCESS;
}

EXPORT int cuStreamSynchronize(void *which) {
  int status = enter_context("cuStreamSynchronize");
  drain(which);
  return status;
}

EXPORT int cuEventCreate(void **out, unsigned flags) {
  int status = enter_context("cuEventCreate");
  if (status != SUCCESS) return status;
  Event *event = new Event();
  event->timing = flags == 0;
  std::lock_guard<std::mutex> lock(mutex);
  events.insert(event);
  live("events", 1);
  *out = event;
  return SUCCESS;
}

EXPORT int cuEventDestroy_v2(void *which) {
  if (!known(events, which)) {
    problem("an event was destroyed twice, or never created");
    return INVALID_HANDLE;
  }
  drain_all();
  std::lock_guard<std::mutex> lock(mutex);
  events.erase((Event *) which);
  delete (Event *) which;
  live("events", -1);
  return SUCCESS;
}

EXPORT int cuEventRecord(void *which, void *stream) {
  int status = enter_context("cuEventRecord");
  if (status != SUCCESS) return status;
  if (!known(events, which)) return INVALID_HANDLE;
  Event *event = (Event *) which;
  event->recorded = true;
  event->pending++;
  bool queued = queue(stream, [=] {
    auto now = std::chrono::steady_clock::now().time_since_epoch();
    event->ms = std::chrono::duration<double, std::milli>(now).count();
    event->pending--;
  });
  return queued ? SUCCESS : INVALID_HANDLE;
}

EXPORT int cuEventQuery(void *which) {
  if (!known(events, which)) return INVALID_HANDLE;
  /* Only the question that is answered with yes is counted. */
  return ((Event *) which)->pending == 0 ? enter_context("cuEventQuery") : NOT_READY;
}

EXPORT int cuEventElapsedTime(float *ms, void *start, void *end) {
  int status = enter_context("cuEventElapsedTime");
  if (status != SUCCESS) return status;
  if (!known(events, start) || !known(events, end)) return INVALID_HANDLE;
  Event *a = (Event *) start, *b = (Event *) end;
  if (!a->timing || !b->timing || !a->recorded || !b->recorded) return INVALID_HANDLE;
  if (a->pending > 0 || b->pending > 0) return NOT_READY;
  *ms = (float) (b->ms - a->ms);
  return SUCCESS;
}
}  // namespace emulator
