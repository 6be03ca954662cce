// SPDX-License-Identifier: MIT
//
// Asks gateways how they are when targets behind them fail, and once in a while before that, to
// know how they were. However many targets behind a gateway fail, it is asked once in kAskAgain,
// and never twice at a time.
//
// Thread: the loop's; gateways are read on others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/gateway_report.h"
#include "core/target.h"
#include "core/time.h"
#include "logs/gateway_reader.h"
#include "logs/gateway_settings.h"
#include "probe/loop/loop.h"

namespace gatewatch::daemon {

inline constexpr Duration kAskAgain = std::chrono::seconds(10);     // while targets fail
inline constexpr Duration kAskWhileWell = std::chrono::minutes(5);  // while none does
// A gateway is well again when none of its targets has failed for so long.
inline constexpr Duration kWellAgain = std::chrono::minutes(15);
// How it was when it was well says nothing any more of what is older than this.
inline constexpr Duration kWellLasts = kWellAgain + kAskWhileWell;
inline constexpr size_t kToldAtOnce = 50;  // targets, in a turn of the loop

class GatewayWatch {
 public:
  using Report = std::shared_ptr<const GatewayReport>;
  using OnReport = std::function<void(const std::string& target, Report report)>;
  // Asks the gateway and calls `done` once, on any thread; or returns false.
  using Read = std::function<bool(const logs::GatewaySettings&, logs::GatewayReader::Done done)>;
  struct Reading {
    Read read;
    // As GatewayReader::stop(); may be none.
    std::function<bool(Duration patience)> stop = {};
  };

  // `on_report` is called on the loop, never from within a verb. Requires: `loop` outlives it, and
  // runs no more when it is destroyed.
  GatewayWatch(probe::Loop& loop, OnReport on_report, Reading reading);
  // Reads with a GatewayReader, whose threads start with the first gateway.
  GatewayWatch(probe::Loop& loop, OnReport on_report);
  // stop(logs::kEndReads).
  ~GatewayWatch();
  GatewayWatch(const GatewayWatch&) = delete;
  GatewayWatch& operator=(const GatewayWatch&) = delete;

  // Asks exactly these from now on. Those that stay as they are keep what is known of them; the
  // others are asked at once.
  void configure(const std::vector<logs::GatewaySettings>& gateways,
                 const std::vector<Target>& targets);

  // The target fails. What the gateways before it have said within kAskAgain; the others are asked,
  // and `on_report` gets what they say, or why they do not.
  [[nodiscard]] std::vector<Report> ask(const std::string& target);

  // Asks nobody any more; waits at most `patience` for what is being read. False where that was not
  // enough, and a thread is left behind. Requires: the loop runs no more.
  bool stop(Duration patience);

 private:
  struct Gateway {
    uint64_t id = 0;
    logs::GatewaySettings settings;
    bool is_reading = false;
    std::optional<SteadyTime> asked_at;
    std::optional<SteadyTime> failing_at;  // when a target of it failed last
    struct Known {
      GatewayStatus status;
      SteadyTime at;
    };
    std::optional<Known> well;  // how it was while all was well
    Report newest;
    std::set<std::string> waiting;  // targets
    std::string told_error;
  };

  void start(Gateway& gateway);
  void take(const std::string& name, uint64_t id, logs::GatewayAnswer answer);
  [[nodiscard]] Report report_of(Gateway& gateway, const logs::GatewayAnswer& answer) const;
  [[nodiscard]] bool is_well(const Gateway& gateway) const;
  void ask_all_that_are_well();
  void tell_some();
  void log_error(Gateway& gateway, const std::string& error) const;

  probe::Loop& loop_;
  const OnReport on_report_;
  uint64_t last_id_ = 0;
  std::map<std::string, Gateway> gateways_;                           // by name
  std::unordered_map<std::string, std::vector<std::string>> before_;  // gateways, by target
  std::deque<std::pair<std::string, Report>> untold_;
  probe::Loop::TimerId timer_ = probe::Loop::TimerId::None;
  Reading reading_;
};

}  // namespace gatewatch::daemon
