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
  // Since the batch before.
  uint64_t cut_lines = 0;
  uint64_t skipped_bytes = 0;
  std::string trouble;   // why the log is not read; empty where it is
  bool is_more = false;  // there is more to read at once

  // Whether it is the first, or tells anything that the one before did not. What is no news may be
  // left out.
  bool is_news = false;
};

// Thread: the one of poll().
class LogFollower {
 public:
  // `is_own` as of LogReader.
  LogFollower(const LogSettings& settings, const TailPosition& position,
              IsOwnRequestId is_own = {});

  // Reads what has come, at most kMaxBytesPerPoll or kMaxEntriesPerPoll. Always on one thread.
  [[nodiscard]] LogBatch poll(const Clock& clock);

  [[nodiscard]] const std::string& name() const { return name_; }
  // Of the newest batch; before the first, what it was made with.
  [[nodiscard]] const TailPosition& position() const { return told_position_; }

 private:
  std::string name_;
  LogReader reader_;
  std::variant<TailFile, TailJournal> tail_;
  bool has_told_ = false;
  TailCounters told_counters_;
  std::string told_trouble_;
  TailPosition told_position_;
};

}  // namespace gatewatch::logs
