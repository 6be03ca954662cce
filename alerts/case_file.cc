// SPDX-License-Identifier: MIT
#include "alerts/case_file.h"

#include <algorithm>

namespace gatewatch::alerts {
namespace {

Observation observed(const ProbeResult& result) {
  return {.outcome = result.outcome,
          .status = result.status,
          .latency = result.latency,
          .first_byte = result.phases.first_byte,
          .error = result.error,
          .answered_by = result.answered_by,
          .met = result.met};
}

void keep(std::deque<Observation>& newest, Observation observation, size_t most) {
  newest.push_back(std::move(observation));
  if (newest.size() > most) {
    newest.pop_front();
  }
}

}  // namespace

void CaseFile::take(const Sample& sample) {
  const ProbeResult& result = sample.result;
  if (!is_conclusive(result.outcome)) {
    return;
  }
  if (sample.is_origin) {
    keep(origin_, observed(result), kMaxOrigin);
    return;
  }
  count_address(result);
  if (result.outcome != Outcome::Ok) {
    keep(bad_, observed(result), kMaxBad);
  }
}

void CaseFile::count_address(const ProbeResult& result) {
  if (result.address.empty()) {
    return;
  }
  auto found = std::find_if(addresses_.begin(), addresses_.end(), [&](const AddressTally& known) {
    return known.address == result.address;
  });
  if (found == addresses_.end()) {
    if (addresses_.size() == kMaxAddresses) {
      return;
    }
    found = addresses_.insert(addresses_.end(), {.address = result.address, .tally = {}});
  }
  ++found->tally.all;
  found->tally.bad += result.outcome == Outcome::Ok ? 0 : 1;
}

void CaseFile::take_log(std::string_view log, CauseSet causes, std::string_view line) {
  auto found = std::find_if(log_.begin(), log_.end(), [&](const LogTally& known) {
    return known.log == log && known.causes == causes;
  });
  if (found == log_.end()) {
    if (log_.size() == kMaxLogTallies) {
      return;
    }
    found = log_.insert(log_.end(), {.log = std::string(log), .causes = causes});
  }
  ++found->lines;
  found->line = line;
}

void CaseFile::set_origin_before(const Sample& sample) {
  origin_before_ = observed(sample.result);
}

}  // namespace gatewatch::alerts
