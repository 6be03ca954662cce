// SPDX-License-Identifier: MIT
#include "probe/kinds/push_registry.h"

#include <openssl/sha.h>

#include <chrono>
#include <cstring>
#include <string_view>
#include <tuple>
#include <utility>

namespace gatewatch::probe {
namespace {

constexpr std::string_view kFailed = "the job reported a failure";

// The wall clock is corrected by little all the time; more than this makes a state untrue.
constexpr WallTime::duration kDrift = std::chrono::seconds(1);

std::string bytes_of(const TokenDigest& digest) {
  return {digest.begin(), digest.end()};
}

Sample sample_of(const std::string& target, const PushReport& report, WallTime at) {
  Sample sample;
  sample.target = target;
  sample.at = at;
  sample.purpose = Purpose::Manual;
  sample.result.outcome = Outcome::Ok;
  if (report.failed) {
    sample.result = failed_result(report.message);
  }
  return sample;
}

// Whether `state` says the same of the job as `other`, whenever it was noted.
bool agree(const PushState& state, const PushState& other) {
  return std::tie(state.token_digest, state.watched_since, state.reported_at, state.failure,
                  state.untold) == std::tie(other.token_digest, other.watched_since,
                                            other.reported_at, other.failure, other.untold) &&
         std::chrono::abs(state.silent_since - other.silent_since) <= kDrift;
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

PushRegistry::PushRegistry(Loop& loop, std::function<void(Sample)> on_report,
                           std::function<void(PushState)> on_state)
    : loop_(loop), on_report_(std::move(on_report)), on_state_(std::move(on_state)) {}

void PushRegistry::remember(std::vector<PushState> states) {
  for (PushState& state : states) {
    std::string target = state.target;
    remembered_.insert_or_assign(std::move(target), std::move(state));
  }
}

std::shared_ptr<const PushWatch> PushRegistry::watch(const std::string& target,
                                                     const Secret& token) {
  const TokenDigest digest = digest_of(token.reveal());
  const auto [known, is_new] = jobs_.try_emplace(target);
  Job& job = known->second;
  if (!is_new) {
    std::shared_ptr<PushWatch> held = job.watch.lock();
    if (held != nullptr && job.digest == digest) {
      return held;
    }
    forget_token(target, job.digest);
  }
  auto watch = std::make_shared<PushWatch>(begin(target, digest));
  job.digest = digest;
  job.watch = watch;
  targets_[digest].insert(target);
  return watch;
}

// Goes on with what is remembered of the target under this token.
PushWatch PushRegistry::begin(const std::string& target, const TokenDigest& digest) {
  PushWatch watch;
  watch.silent_since = loop_.now();
  watch.watched_since = loop_.wall_now();
  const auto remembered = remembered_.find(target);
  if (remembered == remembered_.end()) {
    return watch;
  }
  const PushState state = std::move(remembered->second);
  remembered_.erase(remembered);
  if (state.token_digest == bytes_of(digest)) {
    watch.silent_since -= state.noted_at - state.silent_since;
    watch.watched_since = state.watched_since;
    watch.reported_at = state.reported_at;
    watch.failure = state.failure;
    watch.untold = state.untold;
  }
  return watch;
}

void PushRegistry::forget_token(const std::string& target, const TokenDigest& digest) {
  const auto found = targets_.find(digest);
  found->second.erase(target);
  if (found->second.empty()) {
    targets_.erase(found);
  }
}

PushAnswer PushRegistry::take(const PushReport& report) {
  const auto found = targets_.find(digest_of(report.token));
  if (found == targets_.end()) {
    return PushAnswer::Unknown;
  }
  if (is_over_limit()) {
    return PushAnswer::TooMany;
  }
  std::vector<Sample> samples;
  for (const std::string& target : found->second) {
    Job& job = jobs_.at(target);
    const std::shared_ptr<PushWatch> watch = job.watch.lock();
    if (watch == nullptr) {
      continue;
    }
    watch->silent_since = loop_.now();
    watch->reported_at = loop_.wall_now();
    watch->failure = report.failed ? std::optional(report.message) : std::nullopt;
    if (report.failed) {
      watch->untold = report.message;
    }
    hand_over(job, state_of(target, job, *watch));
    samples.push_back(sample_of(target, report, loop_.wall_now()));
  }
  const PushAnswer answer = samples.empty() ? PushAnswer::Unknown : PushAnswer::Taken;
  for (Sample& sample : samples) {
    on_report_(std::move(sample));
  }
  return answer;
}

void PushRegistry::note_turn(const Sample& sample) {
  if (sample.purpose != Purpose::Scheduled || !is_conclusive(sample.result.outcome)) {
    return;
  }
  const auto job = jobs_.find(sample.target);
  if (job == jobs_.end()) {
    return;
  }
  if (const std::shared_ptr<PushWatch> watch = job->second.watch.lock()) {
    watch->untold.reset();
  }
}

PushState PushRegistry::state_of(const std::string& target, const Job& job,
                                 const PushWatch& watch) const {
  PushState state;
  state.target = target;
  state.token_digest = bytes_of(job.digest);
  state.watched_since = watch.watched_since;
  state.noted_at = loop_.wall_now();
  state.silent_since = state.noted_at - std::chrono::floor<std::chrono::microseconds>(
                                            loop_.now() - watch.silent_since);
  state.reported_at = watch.reported_at;
  state.failure = watch.failure;
  state.untold = watch.untold;
  return state;
}

void PushRegistry::hand_over(Job& job, PushState state) {
  job.saved = state;
  on_state_(std::move(state));
}

void PushRegistry::save(Duration renew_after) {
  for (auto known = jobs_.begin(); known != jobs_.end();) {
    auto& [target, job] = *known;
    if (const std::shared_ptr<PushWatch> watch = job.watch.lock()) {
      PushState state = state_of(target, job, *watch);
      if (!job.saved || !agree(state, *job.saved) ||
          state.noted_at - job.saved->noted_at >= renew_after) {
        hand_over(job, std::move(state));
      }
      ++known;
      continue;
    }
    PushState gone;
    gone.target = target;
    gone.is_gone = true;
    on_state_(std::move(gone));
    forget_token(target, job.digest);
    known = jobs_.erase(known);
  }
  for (auto& [target, state] : remembered_) {
    state.is_gone = true;
    on_state_(std::move(state));
  }
  remembered_.clear();
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
