// SPDX-License-Identifier: MIT
#include "probe/diagnosis/finding_text.h"

#include <utility>

#include "core/answered_by.h"
#include "core/outcome.h"

namespace gatewatch::probe {
namespace {

std::string maker_of(const AnsweredBy& by) {
  if (by.role == Role::Unknown) {
    return "";
  }
  return ", made by the " + std::string(to_string(by.role)) +
         (by.product.empty() ? "" : ' ' + by.product);
}

std::string cause_of(const AnsweredBy& by) {
  const std::optional<Cause> cause = by.causes.exact();
  return cause && *cause != Cause::Application ? ": " + std::string(explain(*cause)) : "";
}

}  // namespace

FindingResult result_of(Outcome outcome) {
  return outcome == Outcome::Ok   ? FindingResult::Ok
         : is_conclusive(outcome) ? FindingResult::Failed
                                  : FindingResult::Skipped;
}

std::string short_ms(Duration length) {
  const auto tenths = length / std::chrono::microseconds(100);
  return tenths >= 100 ? std::to_string(tenths / 10) + " ms"
                       : std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10) + " ms";
}

Finding judged(Finding planned, const ProbeResult& result) {
  planned.outcome = result.outcome;
  planned.result = result_of(result.outcome);
  planned.status = result.status;
  planned.duration = result.latency;
  if (planned.address.empty()) {
    planned.address = result.address;
  }
  if (result.status != 0) {
    planned.text = std::to_string(result.status) + (result.reason.empty() ? "" : " ") +
                   result.reason + maker_of(result.answered_by) + cause_of(result.answered_by);
  }
  if (!result.error.empty()) {
    planned.text += (planned.text.empty() ? "" : "; ") + result.error;
  }
  return planned;
}

Finding judged_as_any_answer(Finding planned, const ProbeResult& result) {
  Finding finding = judged(std::move(planned), result);
  const bool came_whole = result.outcome == Outcome::Ok || result.outcome == Outcome::HttpError;
  if (came_whole && result.status != 0 && !is_server_error(result.status)) {
    finding.outcome = Outcome::Ok;
    finding.result = FindingResult::Ok;
  }
  return finding;
}

}  // namespace gatewatch::probe
