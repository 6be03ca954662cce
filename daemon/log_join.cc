// SPDX-License-Identifier: MIT
#include "daemon/log_join.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "probe/http/url.h"

namespace gatewatch::daemon {

void LogJoin::configure(const std::vector<logs::LogSettings>& logs,
                        const std::vector<Target>& targets) {
  std::unordered_map<std::string, Watched> before = std::exchange(targets_, {});
  logs_.clear();
  for (const logs::LogSettings& log : logs) {
    About& about = logs_[log.name];
    for (const Target& target : targets) {
      const auto url = probe::parse_url(target.url);
      if (!url || !target.enabled || !log.applies_to(target)) {
        continue;
      }
      const auto [place, is_new] = targets_.try_emplace(target.name);
      if (is_new) {
        place->second = std::move(before[target.name]);
        place->second.host = url->host;
        place->second.path = url->target.substr(0, url->target.find('?'));
      }
      about.of_one_host =
          about.of_one_host &&
          (about.targets.empty() || targets_.at(about.targets.front()).host == place->second.host);
      about.targets.push_back(target.name);
    }
  }
}

std::vector<JoinedLine> LogJoin::take(const Sample& sample, SteadyTime now) {
  std::vector<JoinedLine> its;
  const auto found = targets_.find(sample.target);
  if (found == targets_.end() || sample.is_origin || !is_failure(sample.result.outcome)) {
    return its;
  }
  const ProbeResult& result = sample.result;
  if (!result.request_id.empty()) {
    probes_.add(result.request_id, sample.target, now);
  }
  std::deque<BadProbe>& bad = found->second.bad;
  const auto length = std::chrono::ceil<std::chrono::microseconds>(result.latency);
  bad.push_back({.began = sample.at, .ended = sample.at + length});
  if (bad.size() > kMaxBadProbes) {
    bad.pop_front();
  }
  std::erase_if(waiting_, [&](const Waiting& line) {
    const bool tells = tells_of(line.event, sample.target, now);
    if (tells) {
      its.push_back(joined(line.event, sample.target));
    }
    return tells || now - line.since > kLineWaits;
  });
  return its;
}

std::vector<JoinedLine> LogJoin::take(const GatewayEvent& event, SteadyTime now) {
  std::vector<JoinedLine> its;
  if (!event.request_id.empty() && !event.of_probe) {
    return its;  // somebody else's
  }
  for (const std::string& target : targets_of(event.log)) {
    if (tells_of(event, target, now)) {
      its.push_back(joined(event, target));
    }
  }
  if (its.empty()) {
    waiting_.push_back({.since = now, .event = event});
    if (waiting_.size() > kMaxWaitingLines) {
      waiting_.pop_front();
    }
  }
  return its;
}

// Whether it is of a bad probe of the target.
bool LogJoin::tells_of(const GatewayEvent& event, const std::string& target, SteadyTime now) {
  const auto log = logs_.find(event.log);
  const auto found = targets_.find(target);
  if (log == logs_.end() || found == targets_.end() || found->second.bad.empty()) {
    return false;
  }
  const std::vector<std::string>& names = log->second.targets;
  if (std::find(names.begin(), names.end(), target) == names.end()) {
    return false;
  }
  if (!event.request_id.empty()) {
    return probes_.find(event, now) == target;
  }
  const Watched& watched = found->second;
  return (event.host.empty() || event.host == watched.host) &&
         std::any_of(watched.bad.begin(), watched.bad.end(), [&](const BadProbe& probe) {
           return logs::may_tell_of(event, watched.path, probe.began, probe.ended);
         });
}

JoinedLine LogJoin::joined(const GatewayEvent& event, const std::string& target) const {
  JoinedLine line{.target = target, .event = event};
  const bool may_be_anothers =
      event.request_id.empty() && event.host.empty() && !logs_.at(event.log).of_one_host;
  if (may_be_anothers) {
    line.event.causes = {};
  }
  return line;
}

const std::vector<std::string>& LogJoin::targets_of(const std::string& log) const {
  static const std::vector<std::string> kNone;
  const auto found = logs_.find(log);
  return found == logs_.end() ? kNone : found->second.targets;
}

std::set<std::string> LogJoin::targets_of_any(const std::vector<std::string>& logs) const {
  std::set<std::string> any;
  for (const std::string& log : logs) {
    any.insert(targets_of(log).begin(), targets_of(log).end());
  }
  return any;
}

}  // namespace gatewatch::daemon
