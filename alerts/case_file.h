// SPDX-License-Identifier: MIT
//
// What has been observed of one trouble of a target, for verdict.h to judge: the newest bad
// answers, the newest probes of its origin, how each address fared, what the gateway's log says.
//
// A value. Thread: one at a time. Limits: those named below; about 8 KiB.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/answered_by.h"
#include "core/gateway_report.h"
#include "core/host_state.h"
#include "core/outcome.h"
#include "core/sample.h"
#include "core/statistics.h"
#include "core/time.h"

namespace gatewatch::alerts {

// The part of a sample that a verdict looks at.
struct Observation {
  SteadyTime at;
  Outcome outcome = Outcome::Ok;
  int status = 0;
  Duration latency{};
  std::optional<Duration> first_byte;
  std::string error;
  AnsweredBy answered_by;
  CauseSet met;
};

struct AddressTally {
  std::string address;
  Tally tally;  // of its newest kMaxOfAddress conclusive probes
};

struct LogTally {
  std::string log;  // its name
  CauseSet causes;
  uint32_t lines = 0;
  std::string line;  // the newest, printable
  SteadyTime at;     // when that was read
};

struct GatewayTold {
  std::shared_ptr<const GatewayReport> report;
  SteadyTime at;  // when it was taken
};

class CaseFile {
 public:
  static constexpr Duration kEvidenceAge = std::chrono::minutes(15);
  static constexpr size_t kMaxBad = 12;
  static constexpr size_t kMaxOrigin = 32;
  static constexpr size_t kMaxOfAddress = 16;
  static constexpr size_t kMaxAddresses = 16;
  static constexpr size_t kMaxLogTallies = 8;
  static constexpr size_t kMaxConclusions = 18;

  // A conclusive sample of the target or of its origin; others change nothing.
  void take(const Sample& sample, SteadyTime now);
  // A line of a gateway's log about a failed request, with the causes that it leaves possible.
  void take_log(std::string_view log, CauseSet causes, std::string_view line, SteadyTime now);
  // Requests that failed at one upstream and were answered well by another, which nobody outside
  // sees.
  void add_masked(uint32_t requests) { masked_ += requests; }
  // What the checks of a diagnosis say side by side, in sentences; in the place of an earlier
  // one's.
  void take_diagnosis(std::vector<std::string> conclusions);
  // How the machine was that gatewatch shares with a gateway, when the trouble began.
  void take_host(const HostState& host) { host_ = host; }
  // What a gateway before the target says of itself; in the place of what it said before. Of
  // further gateways nothing is kept. Requires: `report` is not null.
  void take_gateway(std::shared_ptr<const GatewayReport> report, SteadyTime now);
  // How the newest scheduled probe of the origin had ended before the trouble began.
  void set_origin_before(const Sample& sample);

  // Newest last.
  [[nodiscard]] const std::deque<Observation>& bad() const { return bad_; }
  [[nodiscard]] const std::deque<Observation>& origin() const { return origin_; }
  [[nodiscard]] const std::optional<Observation>& origin_before() const { return origin_before_; }
  // Of all addresses that were probed lately.
  [[nodiscard]] std::vector<AddressTally> addresses() const;
  // Those of one log stand side by side.
  [[nodiscard]] const std::vector<LogTally>& log() const { return log_; }
  [[nodiscard]] uint32_t masked() const { return masked_; }
  [[nodiscard]] const std::optional<HostState>& host() const { return host_; }
  [[nodiscard]] const std::vector<std::string>& diagnosis() const { return diagnosis_; }
  [[nodiscard]] const std::vector<GatewayTold>& gateways() const { return gateways_; }

 private:
  struct Fared {
    SteadyTime at;
    bool bad = false;
  };
  struct Address {
    std::string text;  // empty: none was reached
    std::deque<Fared> newest;
  };

  void count_address(const ProbeResult& result, SteadyTime now);
  void forget_before(SteadyTime oldest);

  std::deque<Observation> bad_;
  std::deque<Observation> origin_;
  std::optional<Observation> origin_before_;
  std::vector<Address> addresses_;
  std::vector<LogTally> log_;
  uint32_t masked_ = 0;
  std::vector<std::string> diagnosis_;
  std::optional<HostState> host_;
  std::vector<GatewayTold> gateways_;
};

}  // namespace gatewatch::alerts
