// SPDX-License-Identifier: MIT
#include "alerts/confirmation.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace gatewatch::alerts {
namespace {

using namespace std::chrono_literals;

constexpr Duration kHour = 1h;
constexpr int kFewestAdded = 3;  // probes, at once, to a burst that goes on

}  // namespace

void Confirmation::configure(const std::vector<Watched>& watched) {
  std::unordered_map<std::string, Entry> before = std::exchange(targets_, {});
  std::set<std::string> peers;
  for (const auto& [target, rules] : watched) {
    std::vector<std::shared_ptr<const Rule>> confirming;
    std::copy_if(rules.begin(), rules.end(), std::back_inserter(confirming),
                 [](const auto& rule) { return rule->confirm; });
    if (!target.enabled || confirming.empty()) {
      continue;
    }
    Entry& entry = targets_[target.name];
    if (const auto known = before.find(target.name); known != before.end()) {
      entry = std::move(known->second);
    }
    entry.peer = target.peer;
    entry.rules = std::move(confirming);
    peers.insert(target.peer);
  }
  std::erase_if(running_, [&](const auto& peer) { return !peers.contains(peer.first); });
}

std::optional<ProbeRequest> Confirmation::take(const Sample& sample, SteadyTime now, Need need) {
  const auto found = targets_.find(sample.target);
  if (found == targets_.end()) {
    return std::nullopt;
  }
  Entry& entry = found->second;
  if (sample.purpose == Purpose::Scheduled) {
    const bool is_bad_one =
        std::any_of(entry.rules.begin(), entry.rules.end(),
                    [&](const auto& rule) { return is_bad(*rule, sample.result); });
    if (!is_bad_one) {
      entry.armed = entry.armed || sample.result.outcome == Outcome::Ok;
    } else if (std::exchange(entry.armed, false) && need != Need::None) {
      return start(sample.target, entry, now, sample.result);
    }
  }
  return need == Need::More ? go_on(sample.target, entry, now) : std::nullopt;
}

std::optional<ProbeRequest> Confirmation::start(const std::string& target, Entry& entry,
                                                SteadyTime now, const ProbeResult& result) {
  ProbeRequest request{.target = target, .purpose = Purpose::Confirm};
  Duration at_most{};
  Duration step = Duration::max();
  for (const std::shared_ptr<const Rule>& rule : entry.rules) {
    if (is_bad(*rule, result)) {
      request.every =
          request.every == 0s ? rule->confirm_every : std::min(request.every, rule->confirm_every);
      request.length = std::max(request.length, rule->confirm_for);
      at_most = std::max(at_most, rule->confirm_at_most);
      step = std::min(step, rule->confirm_recent);
    }
  }
  std::map<std::string, Burst>& running = running_[entry.peer];
  std::erase_if(running, [&](const auto& burst) { return burst.second.until <= now; });
  const auto others = std::count_if(running.begin(), running.end(), [&](const auto& burst) {
    return burst.first != target && burst.second.first_until > now;
  });
  if (!may_start(entry, now) || static_cast<size_t>(others) >= kMaxBurstsPerPeer) {
    return std::nullopt;
  }
  entry.bursts.push_back(now);
  running[target] = {.first_until = now + request.length,
                     .until = now + request.length,
                     .at_most = now + at_most,
                     .every = request.every,
                     .step = std::max(step, kFewestAdded * request.every)};
  return request;
}

// The next probe of the burst is its last, or it is over by less than one.
std::optional<ProbeRequest> Confirmation::go_on(const std::string& target, const Entry& entry,
                                                SteadyTime now) {
  std::map<std::string, Burst>& running = running_[entry.peer];
  const auto found = running.find(target);
  if (found == running.end()) {
    return std::nullopt;
  }
  Burst& burst = found->second;
  const bool is_ending = burst.until - now < burst.every && now - burst.until < burst.every;
  const auto others = std::count_if(running.begin(), running.end(), [&](const auto& other) {
    return other.first != target && other.second.until > now;
  });
  const SteadyTime until = std::min(now + burst.step, burst.at_most);
  if (!is_ending || until - now < burst.every || static_cast<size_t>(others) >= kMaxBurstsPerPeer) {
    return std::nullopt;
  }
  burst.until = until;
  return ProbeRequest{
      .target = target, .purpose = Purpose::Confirm, .every = burst.every, .length = until - now};
}

bool Confirmation::may_start(Entry& entry, SteadyTime now) {
  while (!entry.bursts.empty() && now - entry.bursts.front() >= kHour) {
    entry.bursts.pop_front();
  }
  return entry.bursts.size() < kMaxBurstsAnHour;
}

}  // namespace gatewatch::alerts
