// SPDX-License-Identifier: MIT
#include "alerts/investigator.h"

#include <utility>

#include "alerts/verdict.h"
#include "core/diagnosis_conclusions.h"

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
    entry.is_diagnosed = item.target.is_diagnosed;
  }
}

Investigator::Wish Investigator::take(const Sample& sample, SteadyTime now) {
  const auto found = targets_.find(sample.target);
  if (found == targets_.end() || !is_conclusive(sample.result.outcome) ||
      sample.purpose == Purpose::Diagnosis) {
    return {};
  }
  Entry& entry = found->second;
  const bool is_bad = !sample.is_origin && sample.result.outcome != Outcome::Ok;
  if (entry.file != nullptr && now - entry.last_bad > kForget) {
    close_case(entry);
  }
  Wish wish;
  wish.is_new = is_bad && entry.file == nullptr;
  wish.gateways = is_bad;
  if (is_bad) {
    open_case(entry);
    entry.bad = now - entry.last_bad > kSpell ? 1 : entry.bad + 1;
    entry.last_bad = now;
  }
  if (entry.file != nullptr) {
    entry.file->take(sample, now);
  } else if (sample.is_origin) {
    entry.origin_newest = sample;
  } else if (entry.origin_newest) {
    entry.origin_before = std::exchange(entry.origin_newest, std::nullopt);
  }
  if (is_bad && entry.has_origin) {
    wish.origin =
        ProbeRequest{.target = sample.target, .purpose = Purpose::Confirm, .of_origin = true};
  }
  wish.diagnosis = is_bad && entry.is_diagnosed && entry.bad >= kDiagnoseAt &&
                   (!entry.diagnosed || now - *entry.diagnosed > kDiagnoseAgain);
  return wish;
}

void Investigator::note_diagnosis(const std::string& target, SteadyTime now) {
  if (const auto found = targets_.find(target); found != targets_.end()) {
    found->second.diagnosed = now;
    found->second.diagnosis.reset();
  }
}

void Investigator::open_case(Entry& entry) {
  if (entry.file != nullptr) {
    return;
  }
  entry.file = std::make_unique<CaseFile>();
  if (entry.origin_before) {
    entry.file->set_origin_before(*entry.origin_before);
  }
}

void Investigator::close_case(Entry& entry) {
  entry.file.reset();
  entry.diagnosis.reset();
  entry.bad = 0;
}

void Investigator::take_diagnosis(const std::string& target,
                                  std::shared_ptr<const Diagnosis> diagnosis) {
  const auto found = targets_.find(target);
  if (found == targets_.end() || found->second.file == nullptr) {
    return;
  }
  std::vector<std::string> sentences;
  for (const Conclusion& conclusion : conclusions_of(*diagnosis)) {
    sentences.push_back(conclusion.text);
  }
  found->second.file->take_diagnosis(std::move(sentences));
  found->second.diagnosis = std::move(diagnosis);
}

std::shared_ptr<const Diagnosis> Investigator::diagnosis(const std::string& target) const {
  const auto found = targets_.find(target);
  return found == targets_.end() ? nullptr : found->second.diagnosis;
}

void Investigator::take_log(const std::string& target, std::string_view log, CauseSet causes,
                            std::string_view line, SteadyTime now) {
  const auto found = targets_.find(target);
  if (found != targets_.end() && found->second.file != nullptr) {
    found->second.file->take_log(log, causes, line, now);
  }
}

void Investigator::add_masked(const std::string& target, uint32_t requests) {
  const auto found = targets_.find(target);
  if (found != targets_.end() && found->second.file != nullptr) {
    found->second.file->add_masked(requests);
  }
}

void Investigator::take_host(const std::string& target, const HostState& host) {
  const auto found = targets_.find(target);
  if (found != targets_.end() && found->second.file != nullptr) {
    found->second.file->take_host(host);
  }
}

void Investigator::take_gateway(const std::string& target,
                                std::shared_ptr<const GatewayReport> report, SteadyTime now) {
  const auto found = targets_.find(target);
  if (found != targets_.end() && found->second.file != nullptr) {
    found->second.file->take_gateway(std::move(report), now);
  }
}

Verdict Investigator::verdict(const std::string& target) const {
  const auto found = targets_.find(target);
  return found == targets_.end() || found->second.file == nullptr ? Verdict()
                                                                  : judge(*found->second.file);
}

}  // namespace gatewatch::alerts
