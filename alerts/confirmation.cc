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

std::optional<ProbeRequest> Confirmation::take(const Sample& sample, SteadyTime now) {
  const auto found = targets_.find(sample.target);
  if (found == targets_.end() || sample.purpose != Purpose::Scheduled) {
    return std::nullopt;
  }
  Entry& entry = found->second;
  ProbeRequest burst{.target = sample.target, .purpose = Purpose::Confirm};
  for (const std::shared_ptr<const Rule>& rule : entry.rules) {
    if (counts_of(*rule, sample).bad > 0) {
      burst.every =
          burst.every == 0s ? rule->confirm_every : std::min(burst.every, rule->confirm_every);
      burst.length = std::max(burst.length, rule->confirm_for);
    }
  }
  const bool is_bad = burst.every > 0s;
  if (!is_bad) {
    entry.armed = entry.armed || sample.result.outcome == Outcome::Ok;
    return std::nullopt;
  }
  if (!std::exchange(entry.armed, false) || !may_start(sample.target, entry, now)) {
    return std::nullopt;
  }
  entry.bursts.push_back(now);
  running_[entry.peer][sample.target] = now + burst.length;
  return burst;
}

bool Confirmation::may_start(const std::string& target, Entry& entry, SteadyTime now) {
  while (!entry.bursts.empty() && now - entry.bursts.front() >= kHour) {
    entry.bursts.pop_front();
  }
  if (entry.bursts.size() >= kMaxBurstsAnHour) {
    return false;
  }
  std::map<std::string, SteadyTime>& running = running_[entry.peer];
  std::erase_if(running,
                [&](const auto& burst) { return burst.second <= now || burst.first == target; });
  return running.size() < kMaxBurstsPerPeer;
}

}  // namespace gatewatch::alerts
