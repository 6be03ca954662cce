// SPDX-License-Identifier: MIT
#include "core/id.h"

namespace gatewatch {

Rng Rng::from_entropy() {
  std::random_device device;
  return Rng((static_cast<uint64_t>(device()) << 32U) | device());
}

Duration Rng::below(Duration bound) {
  if (bound <= Duration::zero()) {
    return Duration::zero();
  }
  return Duration(static_cast<Duration::rep>(next() % static_cast<uint64_t>(bound.count())));
}

std::string make_ulid(WallTime now, Rng& rng) {
  static constexpr char kAlphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::string id(26, '0');
  auto stamp = static_cast<uint64_t>(
      std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count());
  for (size_t i = 10; i-- > 0; stamp >>= 5U) {
    id[i] = kAlphabet[stamp & 31U];
  }
  uint64_t bits = 0;
  for (size_t i = 10; i < id.size(); ++i) {
    if ((i - 10) % 8 == 0) {
      bits = rng.next();
    }
    id[i] = kAlphabet[bits & 31U];
    bits >>= 5U;
  }
  return id;
}

}  // namespace gatewatch
