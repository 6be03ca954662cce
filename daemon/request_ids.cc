// SPDX-License-Identifier: MIT
#include "daemon/request_ids.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "alerts/signature.h"
#include "core/assert.h"

namespace gatewatch::daemon {
namespace {

constexpr std::string_view kPrefix = "gatewatch-";
constexpr size_t kUlidLength = 26;
constexpr size_t kSealLength = 16;
constexpr size_t kTextLength = kPrefix.size() + kUlidLength;
constexpr size_t kLength = kTextLength + 1 + kSealLength;

}  // namespace

RequestIds::RequestIds(Rng& rng) : rng_(rng) {
  std::array<char, 32> key{};
  if (getrandom(key.data(), key.size(), 0) != static_cast<ssize_t>(key.size())) {
    throw std::runtime_error("the system gives no randomness for the ids of requests");
  }
  key_ = Secret(std::string(key.begin(), key.end()));
}

std::string RequestIds::seal(std::string_view text) const {
  const std::string line = alerts::sign(key_, text, {}, {});
  std::string seal = line.substr(line.find(',') + 1, kSealLength);
  GW_ASSERT(seal.size() == kSealLength);
  std::replace_if(
      seal.begin(), seal.end(), [](char c) { return c == '+' || c == '/'; }, '-');
  return seal;
}

std::string RequestIds::make(WallTime now) {
  const std::string text = std::string(kPrefix) + make_ulid(now, rng_);
  return text + '-' + seal(text);
}

bool RequestIds::is_own(std::string_view id) const {
  if (id.size() != kLength || !id.starts_with(kPrefix) || id[kTextLength] != '-') {
    return false;
  }
  return id.substr(kTextLength + 1) == seal(id.substr(0, kTextLength));
}

}  // namespace gatewatch::daemon
