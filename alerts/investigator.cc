// SPDX-License-Identifier: MIT
#include "alerts/investigator.h"

#include <utility>

#include "alerts/verdict.h"

namespace gatewatch::alerts {

void Investigator::configure(const std::vector<Watched>& watched) {
  std::unordered_map<std::string, Entry> before = std::exchange(targets_, {});
  for (const Watched& item : watched) {
    if (!item.target.enabled) {
      continue;
    }
    Entry& entry = targets_[item.target.name];
    entry = std::move(before[item.target.name]);
    entry.has_origin = !item.target.origin_url.empty();
  }
}

std::optional<ProbeRequest> Investigator::take(const Sample& sample, SteadyTime now) {
  const auto found = targets_.find(sample.target);
  if (found == targets_.end() || !is_conclusive(sample.result.outcome)) {
    return std::nullopt;
  }
  Entry& entry = found->second;
  if (entry.file != nullptr && now - entry.last_bad > kForget) {
    entry.file.reset();
  }
  const bool is_bad = !sample.is_origin && sample.result.outcome != Outcome::Ok;
  if (is_bad) {
    entry.last_bad = now;
  }
  if (is_bad && entry.file == nullptr) {
    entry.file = std::make_unique<CaseFile>();
    if (entry.origin_before) {
      entry.file->set_origin_before(*entry.origin_before);
    }
  }
  if (entry.file != nullptr) {
    entry.file->take(sample);
  } else if (sample.is_origin && sample.purpose == Purpose::Scheduled) {
    entry.origin_before = sample;
  }
  if (!is_bad || !entry.has_origin) {
    return std::nullopt;
  }
  return ProbeRequest{.target = sample.target, .purpose = Purpose::Confirm, .of_origin = true};
}

void Investigator::take_log(const std::string& target, std::string_view log, CauseSet causes,
                            std::string_view line) {
  const auto found = targets_.find(target);
  if (found != targets_.end() && found->second.file != nullptr) {
    found->second.file->take_log(log, causes, line);
  }
}

Verdict Investigator::verdict(const std::string& target) const {
  const auto found = targets_.find(target);
  return found == targets_.end() || found->second.file == nullptr ? Verdict()
                                                                  : judge(*found->second.file);
}

}  // namespace gatewatch::alerts
