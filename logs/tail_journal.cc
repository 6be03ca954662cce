// SPDX-License-Identifier: MIT
//
// sd-journal(3) opens even where there is nothing to read, or nothing that may be read: that is
// found out by asking for the first entry of all. New files are noticed by its inotify descriptor,
// which sd_journal_process() looks at.
#include "logs/tail_journal.h"

#include <systemd/sd-journal.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>

namespace gatewatch::logs {

class TailJournal::Journal {
 public:
  static std::unique_ptr<Journal> open(const std::string& directory, std::string& error) {
    auto made = std::unique_ptr<Journal>(new Journal);
    const int result = directory.empty()
                           ? sd_journal_open(&made->journal_, SD_JOURNAL_LOCAL_ONLY)
                           : sd_journal_open_directory(&made->journal_, directory.c_str(), 0);
    if (result < 0) {
      error = std::strerror(-result);
      return nullptr;
    }
    if (sd_journal_seek_head(made->journal_) < 0 || sd_journal_next(made->journal_) <= 0) {
      error = "there is no journal here, or it may not be read (group systemd-journal)";
      return nullptr;
    }
    (void)sd_journal_get_fd(made->journal_);
    (void)sd_journal_set_data_threshold(made->journal_, kMaxLine);
    return made;
  }
  ~Journal() { sd_journal_close(journal_); }
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // Goes to just behind the entry at `cursor`, or behind the last one. False where neither is
  // possible.
  bool go_to(const std::string& unit, const std::string& cursor) {
    const std::string match = "_SYSTEMD_UNIT=" + unit;
    if (sd_journal_add_match(journal_, match.data(), match.size()) < 0) {
      return false;
    }
    if (!cursor.empty() && sd_journal_seek_cursor(journal_, cursor.c_str()) >= 0) {
      skipped_ = cursor;
      return true;
    }
    if (sd_journal_seek_tail(journal_) < 0) {
      return false;
    }
    const int found = sd_journal_previous(journal_);
    // Where the unit has no entry yet, each that comes is new.
    return found > 0 || (found == 0 && sd_journal_seek_head(journal_) >= 0);
  }

  void look_for_new_files() { (void)sd_journal_process(journal_); }

  // Goes to the next entry that was not read.
  bool next() {
    while (sd_journal_next(journal_) > 0) {
      const std::string skipped = std::exchange(skipped_, {});
      if (skipped.empty() || sd_journal_test_cursor(journal_, skipped.c_str()) <= 0) {
        return true;
      }
    }
    return false;
  }

  [[nodiscard]] std::string_view message() const {
    constexpr std::string_view kName = "MESSAGE=";
    const void* data = nullptr;
    size_t length = 0;
    if (sd_journal_get_data(journal_, "MESSAGE", &data, &length) < 0 || length < kName.size()) {
      return {};
    }
    return std::string_view(static_cast<const char*>(data), length).substr(kName.size());
  }

  // Of the entry it is at; empty where there is none.
  [[nodiscard]] std::string cursor() const {
    char* text = nullptr;
    if (sd_journal_get_cursor(journal_, &text) < 0) {
      return {};
    }
    const std::unique_ptr<char, decltype(&std::free)> owned(text, &std::free);
    return owned.get();
  }

 private:
  Journal() = default;
  sd_journal* journal_ = nullptr;
  std::string skipped_;  // the cursor of an entry that was read before
};

TailJournal::TailJournal(std::string unit, TailPosition position, std::string directory)
    : unit_(std::move(unit)),
      directory_(std::move(directory)),
      cursor_(position.place == unit_ ? std::move(position.cursor) : std::string()) {}
TailJournal::TailJournal(TailJournal&&) noexcept = default;
TailJournal& TailJournal::operator=(TailJournal&&) noexcept = default;
TailJournal::~TailJournal() = default;

TailPosition TailJournal::position() const {
  return {.place = unit_, .files = {}, .cursor = cursor_};
}

void TailJournal::open() {
  std::string error;
  journal_ = Journal::open(directory_, error);
  if (journal_ && !journal_->go_to(unit_, cursor_)) {
    journal_.reset();
    error = "no place to begin at";
  }
  if (journal_ && cursor_.empty()) {
    cursor_ = journal_->cursor();
  }
  trouble_ = error;
}

void TailJournal::give_out(std::string_view message, const TakeLine& take) {
  counters_.bytes += message.size();
  while (!message.empty()) {
    const size_t end = std::min(message.find('\n'), message.size());
    ++counters_.lines;
    counters_.cut_lines += end > kMaxLine ? 1U : 0U;
    take(message.substr(0, std::min(end, kMaxLine)));
    message.remove_prefix(std::min(end + 1, message.size()));
  }
}

bool TailJournal::poll(SteadyTime now, const TakeLine& take) {
  if (!journal_) {
    if (now < reopen_at_) {
      return false;
    }
    reopen_at_ = now + kReopenEvery;
    open();
  }
  if (!journal_) {
    return false;
  }
  journal_->look_for_new_files();
  size_t entries = 0;
  while (entries < kMaxEntriesPerPoll && journal_->next()) {
    ++entries;
    give_out(journal_->message(), take);
  }
  if (entries > 0) {
    cursor_ = journal_->cursor();
  }
  return entries == kMaxEntriesPerPoll;
}

}  // namespace gatewatch::logs
