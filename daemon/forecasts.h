// SPDX-License-Identifier: MIT
//
// What is foretold of the targets, learnt from the database: read whole at first, and from then on
// only what is new.
//
// Targets with fewer incidents than a back-test needs cost nothing but their incidents; of the
// others each recorded hour is kept (alerts/hazard_features.h), not its probes.
//
// Thread: one at a time, which waits for the disk. Fails: throws StorageError.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "alerts/forecast.h"
#include "alerts/hazard_features.h"
#include "core/time.h"

namespace gatewatch::daemon {

// How old a back-test may get before it is made anew; the hazard is of the last full hour.
inline constexpr Duration kRetestEvery = std::chrono::hours(24);

class Forecasts {
 public:
  explicit Forecasts(std::string database_path) : path_(std::move(database_path)) {}

  // What is foretold of each of `targets`, in their order, from what was recorded up to the last
  // full hour before `now`. Empty where `go_on` said false in between; it is asked for each probe
  // and before each back-test.
  [[nodiscard]] std::vector<alerts::Forecast> make(const std::vector<std::string>& targets,
                                                   WallTime now,
                                                   const std::function<bool()>& go_on);

 private:
  // A fact that is no probe.
  struct Event {
    enum class Kind { Opened, Resolved, Certificate };
    Kind kind = Kind::Opened;
    WallTime at;
    WallTime not_before;  // of a certificate, as the next
    WallTime not_after;
  };
  struct Learnt {
    alerts::HazardHistory history;
    std::vector<Event> events;  // oldest first; those before next_event are in the history
    size_t next_event = 0;
    std::optional<WallTime> tested_at;
    alerts::HazardReport report;

    void take_events(WallTime until);
  };

  void forget();
  void read_events(const std::vector<std::string>& targets, WallTime until);
  [[nodiscard]] std::set<std::string> with_enough_incidents() const;
  bool read_probes(WallTime until, const std::function<bool()>& go_on);

  std::string path_;
  std::map<std::string, Learnt> learnt_;
  std::set<std::string> observed_;      // the targets whose probes are read
  std::optional<WallTime> read_until_;  // what is before is in the histories
};

}  // namespace gatewatch::daemon
