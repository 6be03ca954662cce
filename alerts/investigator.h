// SPDX-License-Identifier: MIT
//
// Keeps a case file for each target that is in trouble, has its origin probed beside each bad
// answer, and has it diagnosed.
//
// A case is opened by the first bad conclusive sample and closed kForget after the last one. What
// is inconclusive changes nothing, nor do the requests of a diagnosis, which are of other kinds.
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
#include "core/diagnosis.h"
#include "core/incident.h"
#include "core/probe_request.h"
#include "core/sample.h"
#include "core/time.h"

namespace gatewatch::alerts {

inline constexpr Duration kForget = CaseFile::kEvidenceAge;
// Bad samples, none of them kSpell after the one before, that call for a diagnosis: with a
// confirmation burst it is then over before the incident opens.
inline constexpr size_t kDiagnoseAt = 3;
inline constexpr Duration kSpell = std::chrono::minutes(5);
// One at most in this time, and no older one is told.
inline constexpr Duration kDiagnoseAgain = std::chrono::hours(1);

class Investigator {
 public:
  // Looks after exactly these from now on; what is known of those that stay is kept.
  void configure(const std::vector<Watched>& watched);

  // What a sample calls for.
  struct Wish {
    std::optional<ProbeRequest> origin;  // a probe of the origin
    bool diagnosis = false;              // the whole diagnosis of the target
    bool is_new = false;                 // a case was opened
    bool gateways = false;               // what the gateways before it say of themselves
  };
  // A live sample of a target or an origin. A diagnosis is wished for, where the target may be
  // diagnosed, until note_diagnosis() tells that one was begun.
  Wish take(const Sample& sample, SteadyTime now);
  void note_diagnosis(const std::string& target, SteadyTime now);
  // Of a target; nothing where it is in no trouble any more.
  void take_diagnosis(const std::string& target, std::shared_ptr<const Diagnosis> diagnosis);
  // The newest of the target's case; null where none was made.
  [[nodiscard]] std::shared_ptr<const Diagnosis> diagnosis(const std::string& target) const;
  // As of CaseFile::take_log(). Nothing where the target is in no trouble.
  void take_log(const std::string& target, std::string_view log, CauseSet causes,
                std::string_view line, SteadyTime now);

  // As of CaseFile::add_masked().
  void add_masked(const std::string& target, uint32_t requests);

  // As of CaseFile::take_host().
  void take_host(const std::string& target, const HostState& host);

  // As of CaseFile::take_gateway(). Nothing where the target is in no trouble.
  void take_gateway(const std::string& target, std::shared_ptr<const GatewayReport> report,
                    SteadyTime now);

  // What is known of the target's trouble; unknown, with nothing said, where it is in none.
  [[nodiscard]] Verdict verdict(const std::string& target) const;

 private:
  struct Entry {
    bool has_origin = false;
    bool is_diagnosed = false;
    std::optional<Sample> origin_newest;  // its newest probe while there is no case
    std::optional<Sample> origin_before;  // that was so while the target was well
    std::unique_ptr<CaseFile> file;
    std::shared_ptr<const Diagnosis> diagnosis;
    size_t bad = 0;  // samples in the present spell
    SteadyTime last_bad;
    std::optional<SteadyTime> diagnosed;  // when a diagnosis was begun
  };

  static void open_case(Entry& entry);
  static void close_case(Entry& entry);

  std::unordered_map<std::string, Entry> targets_;
};

}  // namespace gatewatch::alerts
