// SPDX-License-Identifier: MIT
#include "logs/log_follower.h"

#include <utility>

namespace gatewatch::logs {
namespace {

// Sorts events into a batch.
class Collector {
 public:
  Collector(LogBatch& batch, SteadyTime now, WallTime wall)
      : batch_(batch), now_(now), wall_(wall) {}

  void take(GatewayEvent event) {
    const auto second = std::chrono::floor<std::chrono::seconds>(now_ - Duration(wall_ - event.at));
    counts_[second].add(event);
    const bool is_probe = event.of_probe;
    if (!is_probe && !tells_trouble(event)) {
      return;
    }
    size_t& count = is_probe ? probes_ : others_;
    if (count == kMaxEvents) {
      ++batch_.events_left_out;
      return;
    }
    ++count;
    batch_.events.push_back(std::move(event));
  }

  void finish() {
    for (auto& [second, counts] : counts_) {
      if (!counts.empty()) {
        batch_.seconds.push_back({second, std::move(counts)});
      }
    }
  }

 private:
  LogBatch& batch_;
  SteadyTime now_;
  WallTime wall_;
  std::map<SteadyTime, LogCounts> counts_;
  size_t probes_ = 0;
  size_t others_ = 0;
};

std::variant<TailFile, TailJournal> make_tail(const LogSettings& settings,
                                              const TailPosition& position) {
  if (settings.journal_unit.empty()) {
    return TailFile(settings.path, position);
  }
  return TailJournal(settings.journal_unit, position);
}

}  // namespace

LogFollower::LogFollower(const LogSettings& settings, const TailPosition& position,
                         IsOwnRequestId is_own)
    : name_(settings.name),
      reader_(settings.name, settings.kind, settings.pattern, std::move(is_own)),
      tail_(make_tail(settings, position)),
      told_position_(position) {}

LogBatch LogFollower::poll(const Clock& clock) {
  LogBatch batch;
  batch.log = name_;
  const SteadyTime now = clock.steady();
  const WallTime wall = clock.wall();
  Collector collector(batch, now, wall);
  const TakeLine take = [&](std::string_view line) {
    if (auto event = reader_.read(line, wall)) {
      collector.take(std::move(*event));
    }
  };
  std::visit(
      [&](auto& tail) {
        batch.is_more = tail.poll(now, take);
        batch.position = tail.position();
        batch.cut_lines = tail.counters().cut_lines - told_counters_.cut_lines;
        batch.skipped_bytes = tail.counters().skipped_bytes - told_counters_.skipped_bytes;
        told_counters_ = tail.counters();
        batch.trouble = tail.trouble();
      },
      tail_);
  collector.finish();
  batch.is_news = !std::exchange(has_told_, true) || !batch.seconds.empty() ||
                  !batch.events.empty() || batch.cut_lines > 0 || batch.skipped_bytes > 0 ||
                  batch.trouble != told_trouble_ || batch.position != told_position_;
  told_trouble_ = batch.trouble;
  told_position_ = batch.position;
  return batch;
}

}  // namespace gatewatch::logs
