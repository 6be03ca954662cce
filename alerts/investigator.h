// SPDX-License-Identifier: MIT
//
// Keeps a case file for each target that is in trouble, and has its origin probed beside each bad
// answer.
//
// A case is opened by the first bad conclusive sample and closed kForget after the last one. What
// is inconclusive changes nothing.
//
// Thread: one at a time. No I/O, no clock. Limits: one CaseFile for each target in trouble.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "alerts/case_file.h"
#include "alerts/evaluator.h"
#include "core/incident.h"
#include "core/probe_request.h"
#include "core/sample.h"
#include "core/time.h"

namespace gatewatch::alerts {

inline constexpr Duration kForget = std::chrono::minutes(30);

class Investigator {
 public:
  // Looks after exactly these from now on; what is known of those that stay is kept.
  void configure(const std::vector<Watched>& watched);

  // A live sample of a target or an origin; the probe of the origin that it calls for.
  std::optional<ProbeRequest> take(const Sample& sample, SteadyTime now);
  // As of CaseFile::take_log(). Nothing where the target is in no trouble.
  void take_log(const std::string& target, std::string_view log, CauseSet causes,
                std::string_view line);

  // What is known of the target's trouble; unknown, with nothing said, where it is in none.
  [[nodiscard]] Verdict verdict(const std::string& target) const;

 private:
  struct Entry {
    bool has_origin = false;
    std::optional<Sample> origin_before;  // its newest scheduled probe while there is no case
    std::unique_ptr<CaseFile> file;
    SteadyTime last_bad;
  };

  std::unordered_map<std::string, Entry> targets_;
};

}  // namespace gatewatch::alerts
