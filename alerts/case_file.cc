// SPDX-License-Identifier: MIT
#include "alerts/case_file.h"

#include <algorithm>
#include <utility>

namespace gatewatch::alerts {
namespace {

Observation observed(const ProbeResult& result, SteadyTime at) {
  return {.at = at,
          .outcome = result.outcome,
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

void CaseFile::take(const Sample& sample, SteadyTime now) {
  const ProbeResult& result = sample.result;
  if (!is_conclusive(result.outcome)) {
    return;
  }
  forget_before(now - kEvidenceAge);
  if (sample.is_origin) {
    keep(origin_, observed(result, now), kMaxOrigin);
    return;
  }
  count_address(result, now);
  if (result.outcome != Outcome::Ok) {
    keep(bad_, observed(result, now), kMaxBad);
  }
}

void CaseFile::forget_before(SteadyTime oldest) {
  const auto is_old = [oldest](const auto& one) { return one.at < oldest; };
  std::erase_if(bad_, is_old);
  std::erase_if(origin_, is_old);
  std::erase_if(log_, is_old);
  std::erase_if(gateways_, is_old);
  for (Address& address : addresses_) {
    std::erase_if(address.newest, is_old);
  }
  std::erase_if(addresses_, [](const Address& address) { return address.newest.empty(); });
}

void CaseFile::count_address(const ProbeResult& result, SteadyTime now) {
  auto found = std::find_if(addresses_.begin(), addresses_.end(),
                            [&](const Address& known) { return known.text == result.address; });
  if (found == addresses_.end()) {
    if (addresses_.size() == kMaxAddresses) {
      return;
    }
    found = addresses_.insert(addresses_.end(), {.text = result.address, .newest = {}});
  }
  found->newest.push_back({.at = now, .bad = result.outcome != Outcome::Ok});
  if (found->newest.size() > kMaxOfAddress) {
    found->newest.pop_front();
  }
}

std::vector<AddressTally> CaseFile::addresses() const {
  std::vector<AddressTally> tallies;
  for (const Address& address : addresses_) {
    const auto bad = std::count_if(address.newest.begin(), address.newest.end(),
                                   [](const Fared& fared) { return fared.bad; });
    tallies.push_back({.address = address.text,
                       .tally = {.bad = static_cast<uint32_t>(bad),
                                 .all = static_cast<uint32_t>(address.newest.size())}});
  }
  return tallies;
}

void CaseFile::take_log(std::string_view log, CauseSet causes, std::string_view line,
                        SteadyTime now) {
  auto found = std::find_if(log_.begin(), log_.end(), [&](const LogTally& known) {
    return known.log == log && known.causes == causes;
  });
  if (found == log_.end()) {
    if (log_.size() == kMaxLogTallies) {
      return;
    }
    const auto place = std::find_if(log_.rbegin(), log_.rend(), [&](const LogTally& known) {
                         return known.log == log;
                       }).base();
    found = log_.insert(place == log_.begin() ? log_.end() : place,
                        {.log = std::string(log), .causes = causes, .line = {}, .at = now});
  }
  ++found->lines;
  found->line = line;
  found->at = now;
}

void CaseFile::take_diagnosis(std::vector<std::string> conclusions) {
  conclusions.resize(std::min(conclusions.size(), kMaxConclusions));
  diagnosis_ = std::move(conclusions);
}

void CaseFile::take_gateway(std::shared_ptr<const GatewayReport> report, SteadyTime now) {
  const auto known = std::find_if(gateways_.begin(), gateways_.end(), [&](const GatewayTold& told) {
    return told.report->gateway == report->gateway;
  });
  if (known != gateways_.end()) {
    *known = {.report = std::move(report), .at = now};
  } else if (gateways_.size() < kMaxGatewaysOfTarget) {
    gateways_.push_back({.report = std::move(report), .at = now});
  }
}

void CaseFile::set_origin_before(const Sample& sample) {
  origin_before_ = observed(sample.result, {});
}

}  // namespace gatewatch::alerts
