// SPDX-License-Identifier: MIT
#include "daemon/board.h"

#include <algorithm>
#include <utility>

namespace gatewatch::daemon {

void Board::set_targets(std::vector<Target> targets) {
  std::vector<TargetStatus> statuses;
  std::unordered_map<std::string, size_t> index;
  for (Target& target : targets) {
    TargetStatus status;
    if (const auto old = index_.find(target.name); old != index_.end()) {
      status = std::move(statuses_[old->second]);
    }
    status.target = std::move(target);
    index[status.target.name] = statuses.size();
    statuses.push_back(std::move(status));
  }
  statuses_ = std::move(statuses);
  index_ = std::move(index);
}

void Board::take(const Sample& sample) {
  const auto found = index_.find(sample.target);
  if (found == index_.end()) {
    return;
  }
  TargetStatus& status = statuses_[found->second];
  if (sample.purpose == Purpose::Confirm) {
    ++status.confirm_probes[sample.result.outcome];
  }
  if (sample.purpose != Purpose::Scheduled) {
    return;
  }
  ++status.probes[{sample.result.outcome, sample.result.status}];
  status.last = sample;
  std::string().swap(status.last->result.head);  // the database has them
  std::string().swap(status.last->result.body);
  const double late = to_seconds(sample.lateness);
  const auto* bucket = std::lower_bound(kLatenessSeconds.begin(), kLatenessSeconds.end(), late);
  if (bucket != kLatenessSeconds.end()) {
    ++lateness_.at(static_cast<size_t>(bucket - kLatenessSeconds.begin()));
  }
  ++lateness_count_;
  lateness_sum_ += late;
}

void Board::skip(const std::string& target, uint64_t turns) {
  if (const auto found = index_.find(target); found != index_.end()) {
    statuses_[found->second].skipped += turns;
  }
}

void Board::fill(Snapshot& snapshot) const {
  snapshot.targets = statuses_;
  uint64_t cumulative = 0;
  for (size_t i = 0; i < lateness_.size(); ++i) {
    cumulative += lateness_.at(i);
    snapshot.health.lateness.emplace_back(kLatenessSeconds.at(i), cumulative);
  }
  snapshot.health.lateness_count = lateness_count_;
  snapshot.health.lateness_sum_seconds = lateness_sum_;
}

}  // namespace gatewatch::daemon
