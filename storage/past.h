// SPDX-License-Identifier: MIT
//
// The whole past of some targets, for what learns from it: read-only, in the order of time, with
// little of it in memory at once.
//
// Thread: any. Fails: throws StorageError; what was told before stays true.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/outcome.h"
#include "core/sample.h"
#include "core/time.h"

namespace gatewatch::storage {

// A scheduled probe, without its words.
struct PastProbe {
  size_t target = 0;  // its place among those asked for
  WallTime at;
  Outcome outcome = Outcome::Inconclusive;
  Phases phases;
};

struct PastIncident {
  std::string target;
  std::string rule;
  std::string detected_by;
  WallTime opened_at;
  std::optional<WallTime> resolved_at;
};

struct PastCertificate {
  std::string target;
  WallTime first_seen;
  WallTime not_before;
  WallTime not_after;
};

inline constexpr int64_t kPastPage = 50'000;     // rows of the table of samples at once
inline constexpr size_t kMaxPastRows = 100'000;  // incidents or certificates: the newest

// All incidents of all targets, oldest first. Nothing for a database that does not exist yet.
[[nodiscard]] std::vector<PastIncident> past_incidents(const std::string& path);

// All certificates, in the order in which they were first seen. Nothing for a database that does
// not exist yet or is of an older schema.
[[nodiscard]] std::vector<PastCertificate> past_certificates(const std::string& path);

// Calls `each` with the probes of `targets` that began at or after `since` and before `until`,
// oldest first. Reads kPastPage rows at a time, each page within kReadDeadline (storage/history.h)
// and in a transaction of its own, so that the writer's log can be emptied in between. Ends after
// the page during which `each` returned false. Nothing for a database that does not exist yet.
void for_each_past_probe(const std::string& path, const std::vector<std::string>& targets,
                         WallTime since, WallTime until,
                         const std::function<bool(const PastProbe&)>& each);

}  // namespace gatewatch::storage
