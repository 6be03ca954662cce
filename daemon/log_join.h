// SPDX-License-Identifier: MIT
//
// Which bad probe of ours a line of a gateway's log is about, found by its request id, or where the
// line tells none by host, path and time. Where the line tells no host, and the log is about
// targets of several, it may be of any of them: it is evidence, and its causes are not taken.
//
// A line may be read before the probe that it tells of has ended: it is kept for kLineWaits.
//
// Thread: one at a time. No I/O, no clock.
#pragma once

#include <deque>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/gateway_event.h"
#include "core/sample.h"
#include "core/target.h"
#include "core/time.h"
#include "logs/log_settings.h"
#include "logs/probe_join.h"

namespace gatewatch::daemon {

inline constexpr Duration kLineWaits = std::chrono::seconds(15);
inline constexpr size_t kMaxWaitingLines = 200;
inline constexpr size_t kMaxBadProbes = 16;  // remembered of a target

// A line, and the target whose probe it tells of.
struct JoinedLine {
  std::string target;
  GatewayEvent event;
};

class LogJoin {
 public:
  // Knows these from now on; probes of targets that stay are kept.
  void configure(const std::vector<logs::LogSettings>& logs, const std::vector<Target>& targets);

  // A probe of a target that has ended; the lines that waited for it.
  [[nodiscard]] std::vector<JoinedLine> take(const Sample& sample, SteadyTime now);
  // A line that tells why a request failed; its probes, or none yet.
  [[nodiscard]] std::vector<JoinedLine> take(const GatewayEvent& event, SteadyTime now);

  // Whether a log is about the target: then gatewatch runs where its gateway does.
  [[nodiscard]] bool has_log(const std::string& target) const { return targets_.contains(target); }
  // The targets that what the log tells concerns.
  [[nodiscard]] const std::vector<std::string>& targets_of(const std::string& log) const;
  [[nodiscard]] std::set<std::string> targets_of_any(const std::vector<std::string>& logs) const;

 private:
  struct BadProbe {
    WallTime began;
    WallTime ended;
  };
  struct Watched {
    std::string host;  // of the url
    std::string path;  // of the url, without query
    std::deque<BadProbe> bad;
  };
  struct Waiting {
    SteadyTime since;
    GatewayEvent event;
  };

  struct About {
    std::vector<std::string> targets;
    bool of_one_host = true;
  };

  [[nodiscard]] bool tells_of(const GatewayEvent& event, const std::string& target, SteadyTime now);
  [[nodiscard]] JoinedLine joined(const GatewayEvent& event, const std::string& target) const;

  std::unordered_map<std::string, About> logs_;
  std::unordered_map<std::string, Watched> targets_;  // that a log is about
  logs::ProbeJoin probes_;
  std::deque<Waiting> waiting_;
};

}  // namespace gatewatch::daemon
