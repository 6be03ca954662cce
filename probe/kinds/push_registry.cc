// SPDX-License-Identifier: MIT
#include "probe/kinds/push_registry.h"

#include <openssl/sha.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

namespace gatewatch::probe {
namespace {

constexpr std::string_view kFailed = "the job reported a failure";

// The message within the error of a failed_result().
std::string message_of(const std::string& error) {
  const size_t begin = kFailed.size() + std::string_view(": ").size();
  return error.starts_with(kFailed) && error.size() > begin ? error.substr(begin) : "";
}

}  // namespace

TokenDigest digest_of(const std::string& token) {
  TokenDigest digest{};
  SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(), digest.data());
  return digest;
}

size_t PushRegistry::HashDigest::operator()(const TokenDigest& digest) const {
  size_t hash = 0;  // any part of a digest is as good as the whole
  std::memcpy(&hash, digest.data(), sizeof hash);
  return hash;
}

PushRegistry::PushRegistry(Loop& loop, std::function<void(Sample)> on_report)
    : loop_(loop), on_report_(std::move(on_report)) {}

std::shared_ptr<const PushWatch> PushRegistry::watch(const std::string& target, const Secret& token,
                                                     Duration limit) {
  std::erase_if(watches_, [](const auto& known) { return known.second.expired(); });
  auto watch = std::make_shared<PushWatch>();
  watch->target = target;
  watch->digest = digest_of(token.reveal());
  watch->silent_since = loop_.now();
  const auto [first, last] = watches_.equal_range(watch->digest);
  for (auto known = first; known != last; ++known) {
    const std::shared_ptr<PushWatch> other = known->second.lock();
    if (other->target == target) {
      *watch = *other;
    }
  }
  watch->limit = limit;
  watches_.emplace(watch->digest, watch);
  return watch;
}

PushAnswer PushRegistry::take(const PushReport& report) {
  const auto [first, last] = watches_.equal_range(digest_of(report.token));
  std::vector<std::shared_ptr<PushWatch>> heard;
  for (auto known = first; known != last; ++known) {
    if (std::shared_ptr<PushWatch> watch = known->second.lock()) {
      heard.push_back(std::move(watch));
    }
  }
  if (heard.empty()) {
    return PushAnswer::Unknown;
  }
  if (is_over_limit()) {
    return PushAnswer::TooMany;
  }
  std::vector<Sample> samples;
  for (const std::shared_ptr<PushWatch>& watch : heard) {
    watch->silent_since = loop_.now();
    watch->heard = true;
    watch->failed = report.failed;
    watch->message = report.message;
    const bool is_told = std::any_of(samples.begin(), samples.end(), [&](const Sample& sample) {
      return sample.target == watch->target;
    });
    if (!is_told) {  // a replaced prober's watch may still be there
      Sample sample;
      sample.target = watch->target;
      sample.at = loop_.wall_now();
      sample.purpose = Purpose::Manual;
      sample.result.outcome = Outcome::Ok;
      if (report.failed) {
        sample.result = failed_result(report.message);
      }
      samples.push_back(std::move(sample));
    }
  }
  for (Sample& sample : samples) {
    on_report_(std::move(sample));
  }
  return PushAnswer::Taken;
}

std::set<std::string> PushRegistry::targets() const {
  std::set<std::string> names;
  for (const auto& [digest, known] : watches_) {
    if (const std::shared_ptr<PushWatch> watch = known.lock()) {
      names.insert(watch->target);
    }
  }
  return names;
}

Duration PushRegistry::longest_limit() const {
  Duration longest{};
  for (const auto& [digest, known] : watches_) {
    if (const std::shared_ptr<PushWatch> watch = known.lock()) {
      longest = std::max(longest, watch->limit);
    }
  }
  return longest;
}

void PushRegistry::restore(const std::string& target, const std::optional<Sample>& turn,
                           const std::optional<Sample>& report) {
  for (const auto& [digest, known] : watches_) {
    const std::shared_ptr<PushWatch> watch = known.lock();
    if (watch == nullptr || watch->target != target || watch->heard || !turn) {
      continue;
    }
    const bool was_silent = turn->result.outcome == Outcome::Timeout;
    Duration silence{};
    if (report) {
      silence = std::max(turn->at - report->at, WallTime::duration::zero());
      watch->heard = true;
      watch->failed = report->result.outcome != Outcome::Ok;
      watch->message = watch->failed ? message_of(report->result.error) : "";
    }
    if (was_silent && !(report && report->at > turn->at)) {
      silence = std::max(silence, watch->limit + Duration(1));  // until the next report
    }
    watch->silent_since = loop_.now() - silence;
  }
}

bool PushRegistry::is_over_limit() {
  const SteadyTime now = loop_.now();
  if (now - second_began_ >= std::chrono::seconds(1)) {
    second_began_ = now;
    in_this_second_ = 0;
  }
  return ++in_this_second_ > kMaxReportsPerSecond;
}

ProbeResult failed_result(const std::string& message) {
  ProbeResult result;
  result.outcome = Outcome::Body;
  result.error = std::string(kFailed) + (message.empty() ? "" : ": " + message);
  return result;
}

}  // namespace gatewatch::probe
