// SPDX-License-Identifier: MIT
//
// The sanitizers tell each allocation to hooks. Those note it for the thread that measures; what
// noting itself allocates is left out.
#include "tests/hostile/memory_meter.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define GATEWATCH_HAS_ALLOCATION_HOOKS 1
// GCC's runtime has it, but no header that declares it.
extern "C" int __sanitizer_install_malloc_and_free_hooks(
    void (*on_malloc)(const volatile void* block, size_t bytes),
    void (*on_free)(const volatile void* block));
#else
#include <malloc.h>
#define GATEWATCH_HAS_ALLOCATION_HOOKS 0
#endif

namespace gatewatch::testing {

struct MemoryMeter::Count {
  size_t at_begin = 0;
  size_t now = 0;
  size_t peak = 0;
  std::unordered_map<const volatile void*, size_t> blocks;  // allocated since the beginning

  void set(size_t bytes) {
    now = bytes;
    peak = std::max(peak, now);
  }
};

#if GATEWATCH_HAS_ALLOCATION_HOOKS

namespace {

// What is called for each allocation and each release in the thread that measures.
struct Listener {
  void* count = nullptr;  // a MemoryMeter::Count; null: not now
  void (*allocated)(void* count, const volatile void* block, size_t bytes) = nullptr;
  void (*freed)(void* count, const volatile void* block) = nullptr;
};
thread_local Listener listener;

void on_malloc(const volatile void* block, size_t bytes) {
  if (void* count = std::exchange(listener.count, nullptr)) {
    listener.allocated(count, block, bytes);
    listener.count = count;
  }
}

void on_free(const volatile void* block) {
  if (void* count = std::exchange(listener.count, nullptr)) {
    listener.freed(count, block);
    listener.count = count;
  }
}

}  // namespace

MemoryMeter::MemoryMeter() : count_(std::make_unique<Count>()) {
  [[maybe_unused]] static const int kInstalled =
      __sanitizer_install_malloc_and_free_hooks(&on_malloc, &on_free);
  listener.allocated = [](void* count, const volatile void* block, size_t bytes) {
    auto* noted = static_cast<Count*>(count);
    noted->blocks[block] = bytes;
    noted->set(noted->now + bytes);
  };
  listener.freed = [](void* count, const volatile void* block) {
    auto* noted = static_cast<Count*>(count);
    const auto found = noted->blocks.find(block);
    if (found != noted->blocks.end()) {
      noted->set(noted->now - found->second);
      noted->blocks.erase(found);
    }
  };
  listener.count = count_.get();
}

MemoryMeter::~MemoryMeter() {
  listener.count = nullptr;
}

void MemoryMeter::sample() {}

#else

namespace {

size_t allocated() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

}  // namespace

MemoryMeter::MemoryMeter() : count_(std::make_unique<Count>()) {
  count_->at_begin = allocated();
}

MemoryMeter::~MemoryMeter() = default;

void MemoryMeter::sample() {
  const size_t bytes = allocated();
  count_->set(bytes - std::min(bytes, count_->at_begin));
}

#endif

size_t MemoryMeter::peak_growth() const {
  return count_->peak;
}

}  // namespace gatewatch::testing
