// SPDX-License-Identifier: MIT
//
// How much memory a piece of code has allocated at its worst moment.
//
// Under AddressSanitizer and ThreadSanitizer: exactly what the measuring thread allocates and has
// not freed again, in C and C++. Without: what the whole process has more than at the beginning, as
// seen at each sample().
//
// Thread: the one that made it. Limits: one at a time in each thread.
#pragma once

#include <cstddef>
#include <memory>

namespace gatewatch::testing {

class MemoryMeter {
 public:
  MemoryMeter();
  ~MemoryMeter();
  MemoryMeter(const MemoryMeter&) = delete;
  MemoryMeter& operator=(const MemoryMeter&) = delete;

  void sample();
  // Bytes; only what was allocated since the beginning counts.
  [[nodiscard]] size_t peak_growth() const;

 private:
  struct Count;
  std::unique_ptr<Count> count_;
};

}  // namespace gatewatch::testing
