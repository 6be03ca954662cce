// SPDX-License-Identifier: MIT
//
// One continuous trouble of one (target, rule), as it is stored, shown and told.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/answered_by.h"
#include "core/rate_window.h"
#include "core/time.h"

namespace gatewatch {

enum class Severity { Critical, Warning, Info };
enum class IncidentClass { Undetermined, Temporary, Intermittent, Persistent };
enum class Fault { Unknown, Origin, Gateway, Application, Path, Dns, Monitor };

[[nodiscard]] std::string_view to_string(Severity severity);
[[nodiscard]] std::string_view to_string(IncidentClass incident_class);
[[nodiscard]] std::string_view to_string(Fault fault);
[[nodiscard]] std::optional<Severity> parse_severity(std::string_view word);
[[nodiscard]] std::optional<IncidentClass> parse_incident_class(std::string_view word);
[[nodiscard]] std::optional<Fault> parse_fault(std::string_view word);

struct Verdict {
  Fault fault = Fault::Unknown;
  std::string summary;                // one sentence
  std::vector<std::string> evidence;  // the observations it rests on
  CauseSet causes;                    // the possible ones; empty: cannot tell

  bool operator==(const Verdict&) const = default;
};

// The name under which gatewatch's own troubles (storage, …) are incidents.
inline constexpr std::string_view kSelfTarget = "gatewatch";
inline constexpr std::string_view kDetectedBySelf = "self";
inline constexpr std::string_view kDetectedByRate = "rate";
inline constexpr std::string_view kDetectedByConfirm = "confirm";
inline constexpr std::string_view kDetectedByLog = "log";

struct Incident {
  std::string id;  // ULID, given at the first opening
  std::string target;
  std::string url;
  std::vector<std::string> tags;
  std::string rule;
  Severity severity = Severity::Critical;
  IncidentClass incident_class = IncidentClass::Undetermined;
  std::string class_reason = {};     // what the class rests on; empty before the first sample
  std::string detected_by = "rate";  // "confirm"; "self": gatewatch's own trouble
  std::string failing = {};          // how it failed last, as far as told: the word of an outcome
  std::string repair_times = {};     // how long earlier ones took; neither told nor stored
  bool recovering = false;           // open, and clean for a while; shown, neither told nor stored
  Verdict verdict;

  WallTime opened_at;
  std::optional<WallTime> resolved_at;
  std::string reason;  // why it resolved, where that was not recovery: "removed", "disabled", …

  Counts total;            // scheduled probes from the opening window to the resolution
  WallTime counted_until;  // the start of the newest probe in `total`
  int transitions = 0;     // how many state changes there were; numbers the messages

  [[nodiscard]] bool is_open() const { return !resolved_at.has_value(); }
};

}  // namespace gatewatch
