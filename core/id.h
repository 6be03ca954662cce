// SPDX-License-Identifier: MIT
//
// Randomness, and the identifiers made from it.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "core/time.h"

namespace gatewatch {

// The one source of randomness; a simulation gives it a seed and repeats itself. Not for secrets.
// Thread: one at a time.
class Rng {
 public:
  explicit Rng(uint64_t seed) : engine_(seed) {}

  // Seeds from the operating system.
  [[nodiscard]] static Rng from_entropy();

  [[nodiscard]] uint64_t next() { return engine_(); }

  // Uniform in [0, bound); 0 for a bound of 0 or less.
  [[nodiscard]] Duration below(Duration bound);

 private:
  std::mt19937_64 engine_;
};

// A ULID (github.com/ulid/spec): 26 letters of Crockford's base 32, 48 bits of milliseconds and 80
// of randomness; sorts by time.
[[nodiscard]] std::string make_ulid(WallTime now, Rng& rng);

}  // namespace gatewatch
