// SPDX-License-Identifier: MIT
//
// One log: its tail, its reader, and what both tell.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "core/gateway_event.h"
#include "core/time.h"
#include "logs/log_counts.h"
#include "logs/log_reader.h"
#include "logs/log_settings.h"
#include "logs/tail_file.h"
#include "logs/tail_journal.h"

namespace gatewatch::logs {

// The most events of a batch: of probes, and of all others.
inline constexpr size_t kMaxEvents = 200;

// What the lines of one second told; `at` is its beginning, by the lines' own times.
struct LogSecond {
  SteadyTime at;
  LogCounts counts;
};

// What the lines that one poll has read told.
struct LogBatch {
  std::string log;
  std::vector<LogSecond> seconds;    // in order of time; of all lines
  std::vector<GatewayEvent> events;  // that tell trouble, or are of a probe; the first kMaxEvents
  uint64_t events_left_out = 0;
  TailPosition position;  // to be stored once the rest of the batch was taken in
  TailCounters counters;  // since the start
  std::string trouble;    // why the log is not read; empty where it is
  bool is_more = false;   // there is more to read at once

  // Whether it tells anything that the one before did not.
  bool is_news = false;
};

// Thread: the one of poll().
class LogFollower {
 public:
  LogFollower(const LogSettings& settings, const TailPosition& position);

  // Reads what has come, at most kMaxBytesPerPoll or kMaxEntriesPerPoll. Always on one thread.
  [[nodiscard]] LogBatch poll(const Clock& clock);

 private:
  std::string name_;
  LogReader reader_;
  std::variant<TailFile, TailJournal> tail_;
  std::string told_trouble_;
  TailPosition told_position_;
};

}  // namespace gatewatch::logs
