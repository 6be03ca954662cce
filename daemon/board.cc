// SPDX-License-Identifier: MIT
#include "daemon/board.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace gatewatch::daemon {

void Board::set_targets(std::vector<Target> targets) {
  std::vector<Entry> entries;
  std::unordered_map<std::string, size_t> index;
  for (Target& target : targets) {
    Entry entry;
    if (const auto old = index_.find(target.name); old != index_.end()) {
      entry = std::move(entries_[old->second]);
    }
    entry.status.target = std::move(target);
    index[entry.status.target.name] = entries.size();
    entries.push_back(std::move(entry));
  }
  entries_ = std::move(entries);
  index_ = std::move(index);
}

void Board::take(const Sample& sample) {
  const auto found = index_.find(sample.target);
  if (found == index_.end()) {
    return;
  }
  Entry& entry = entries_[found->second];
  if (sample.is_origin) {
    entry.status.origin = sample;
    std::string().swap(entry.status.origin->result.head);  // the database has them
    std::string().swap(entry.status.origin->result.body);
    return;
  }
  if (sample.purpose == Purpose::Confirm) {
    ++entry.status.confirm_probes[sample.result.outcome];
  }
  if (sample.purpose != Purpose::Scheduled) {
    return;
  }
  ++entry.status.probes[{sample.result.outcome, sample.result.status}];
  keep_worst(entry, sample);
  const double late = to_seconds(sample.lateness);
  const auto* bucket = std::lower_bound(kLatenessSeconds.begin(), kLatenessSeconds.end(), late);
  if (bucket != kLatenessSeconds.end()) {
    ++lateness_.at(static_cast<size_t>(bucket - kLatenessSeconds.begin()));
  }
  ++lateness_count_;
  lateness_sum_ += late;
}

void Board::keep_worst(Entry& entry, const Sample& sample) {
  const bool is_worst =
      entry.worst == nullptr || is_worse(sample.result.outcome, entry.worst->result.outcome);
  if (sample.more_follow && is_worst) {
    entry.worst = std::make_unique<Sample>(sample);
  }
  if (sample.more_follow) {
    return;
  }
  if (is_worst) {
    entry.status.last = sample;
  } else {
    entry.status.last = std::move(*entry.worst);
  }
  entry.worst.reset();
  std::string().swap(entry.status.last->result.head);  // the database has them
  std::string().swap(entry.status.last->result.body);
}

void Board::skip(const std::string& target, uint64_t turns) {
  if (const auto found = index_.find(target); found != index_.end()) {
    entries_[found->second].status.skipped += turns;
  }
}

void Board::fill(Snapshot& snapshot) const {
  std::transform(entries_.begin(), entries_.end(), std::back_inserter(snapshot.targets),
                 [](const Entry& entry) { return entry.status; });
  uint64_t cumulative = 0;
  for (size_t i = 0; i < lateness_.size(); ++i) {
    cumulative += lateness_.at(i);
    snapshot.health.lateness.emplace_back(kLatenessSeconds.at(i), cumulative);
  }
  snapshot.health.lateness_count = lateness_count_;
  snapshot.health.lateness_sum_seconds = lateness_sum_;
}

}  // namespace gatewatch::daemon
