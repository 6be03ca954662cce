// SPDX-License-Identifier: MIT
//
// Follows the entries of one unit in systemd's journal. Each entry's message is given out once, its
// lines one by one, also across a restart with position(). Where no position is known, or the
// journal does not know it any more, it begins at the end, or at the oldest entry after it.
//
// A journal that is not there, or that may not be read, is no failure: its trouble is told, and
// looked after every kReopenEvery.
//
// Thread: one, the same for all calls of poll() (sd-journal(3)). Limits: kMaxEntriesPerPoll; of a
// line what is over kMaxLine is left out.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "core/time.h"
#include "logs/open_log.h"
#include "logs/tail_position.h"

namespace gatewatch::logs {

inline constexpr size_t kMaxEntriesPerPoll = 5'000;
inline constexpr Duration kReopenEvery = std::chrono::seconds(10);

class TailJournal {
 public:
  // `unit` is a unit's full name, "nginx.service". `directory` holds the journal's files; empty:
  // where the machine has them.
  TailJournal(std::string unit, TailPosition position, std::string directory = {});
  TailJournal(TailJournal&&) noexcept;
  TailJournal& operator=(TailJournal&&) noexcept;
  ~TailJournal();

  // As TailFile's.
  bool poll(SteadyTime now, const TakeLine& take);
  [[nodiscard]] TailPosition position() const;
  [[nodiscard]] const TailCounters& counters() const { return counters_; }
  [[nodiscard]] const std::string& trouble() const { return trouble_; }

 private:
  class Journal;

  void open();
  void give_out(std::string_view message, const TakeLine& take);

  std::string unit_;
  std::string directory_;
  std::string cursor_;  // of the entry that was read last
  std::unique_ptr<Journal> journal_;
  SteadyTime reopen_at_{};
  TailCounters counters_;
  std::string trouble_;
};

}  // namespace gatewatch::logs
