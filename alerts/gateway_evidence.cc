// SPDX-License-Identifier: MIT
#include "alerts/gateway_evidence.h"

namespace gatewatch::alerts {
namespace {

constexpr int kNoServer = 503;  // what HAProxy answers where it has none

bool may_be_by(const GatewayReport& report, const AnsweredBy& answer) {
  return answer.role != Role::Application &&
         (answer.product.empty() || answer.product == report.product);
}

// Empty where the report does not explain the failure.
CauseSet explained_by(const GatewayReport& report, const Observation& failure) {
  if (failure.status == kNoServer && may_be_by(report, failure.answered_by)) {
    return report.without_server;
  }
  const bool is_dropped = report.drops_clients && failure.outcome == Outcome::Reset;
  const bool is_kept_out = report.is_full && failure.outcome == Outcome::Timeout;
  return failure.status == 0 && (is_dropped || is_kept_out) ? CauseSet{Cause::GatewayExhausted}
                                                            : CauseSet();
}

}  // namespace

GatewayEvidence gateway_evidence(const CaseFile& file, const Observation* newest, CauseSet left,
                                 bool origin_is_fine) {
  GatewayEvidence evidence;
  for (const GatewayTold& told : file.gateways()) {
    const GatewayReport& report = *told.report;
    for (const std::string& line : report.lines) {
      evidence.lines.push_back("gateway " + report.gateway + ", " + report.product + ": " + line);
    }
    if (newest == nullptr || !evidence.causes.empty()) {
      continue;
    }
    const CauseSet why = explained_by(report, *newest);
    const CauseSet common = left.empty() ? why : left.common(why);
    const bool is_exhausted = common.contains(Cause::GatewayExhausted);
    if (!is_exhausted || origin_is_fine) {
      evidence.causes = common;
      evidence.blames_gateway = !common.empty() && (is_exhausted || report.taken_out_by_hand);
    }
  }
  return evidence;
}

}  // namespace gatewatch::alerts
