// SPDX-License-Identifier: MIT
//
// Follows the file at a path, whatever becomes of it: renamed and made anew, copied and truncated,
// deleted, reached through a symbolic link that is switched. Each line that was there to be read
// while it was there is given out once, oldest first, also across a restart with position():
//
// - A file that was renamed is read on for as long as it grows, and until it has been still for
//   kQuietBeforeLeft: its writer may learn of the renaming late.
// - A file that was truncated is read from its beginning; what was not read before is looked for in
//   a copy beside it ("access.log.1", "access.log-20261122") that begins with the same bytes.
// - After a restart, the file is looked for under such names too, and under any other in its
// folder;
//   files that were rotated in between are read as well.
// - A line is given out when it has ended. Of one over kMaxLine the rest is left out.
//
// Where no position is known, what stands in the file at the first look is not read; a file that
// comes later is read from its beginning. A path without a readable file is no failure: its
// trouble is told, and looked after at each poll.
//
// Thread: one at a time. Limits: kMaxBytesPerPoll, kMaxRotated, kMaxCatchUp, kMaxNames; memory one
// line for each file that is read on.
#pragma once

#include <string>
#include <vector>

#include "core/time.h"
#include "logs/open_log.h"
#include "logs/tail_position.h"

namespace gatewatch::logs {

inline constexpr size_t kMaxBytesPerPoll = size_t{4} * 1024 * 1024;
inline constexpr size_t kMaxRotated = 8;  // files read on after they were rotated; the oldest go
// What a restart may find unread in all files; the oldest above it is skipped and counted.
inline constexpr uint64_t kMaxCatchUp = uint64_t{64} * 1024 * 1024;
inline constexpr size_t kMaxNames = 10'000;  // looked at in the folder
inline constexpr Duration kQuietBeforeLeft = std::chrono::seconds(30);

class TailFile {
 public:
  // `position` is what position() gave before the restart; empty where there was none. One of
  // another path counts as none.
  TailFile(std::string path, TailPosition position);

  // Looks what has become of the file and gives out the lines that have come. True where there is
  // more to read at once.
  bool poll(SteadyTime now, const TakeLine& take);

  // What was given out up to now is before it. Where no file is left to read: of those that were
  // read last, so that one that comes while nobody looks is known to be new. Before the first poll,
  // empty.
  [[nodiscard]] TailPosition position() const;
  [[nodiscard]] const TailCounters& counters() const { return counters_; }
  // Why nothing is read, fit to show; empty where the file is read, and while it may be about to be
  // rotated: what stood at the path has grown within kQuietBeforeLeft.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }

 private:
  void start();
  void restore();
  void limit_catch_up();
  void look_at_path(SteadyTime now);
  void open_current();
  void look_for_rewriting(SteadyTime now);
  void leave_quiet_ones(SteadyTime now, const TakeLine& take);
  // Files beside the path that have the names of its earlier selves, by when they were written to.
  [[nodiscard]] std::vector<OpenLog> open_rotated() const;
  [[nodiscard]] bool is_read(const OpenLog& file) const;

  std::string path_;
  TailPosition restored_;
  bool is_started_ = false;
  bool begins_at_end_ = true;        // of a file that was there at the first look
  std::vector<OpenLog> files_;       // oldest first
  std::vector<FilePosition> known_;  // of files that are not read now; one may come back
  bool is_at_path_ = false;          // the last of files_ is what stands at the path
  TailCounters counters_;
  std::string trouble_;
};

}  // namespace gatewatch::logs
