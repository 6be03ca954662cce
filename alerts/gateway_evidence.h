// SPDX-License-Identifier: MIT
//
// What gateways say of themselves, held against how the target fails.
//
// Pure.
#pragma once

#include <string>
#include <vector>

#include "alerts/case_file.h"

namespace gatewatch::alerts {

struct GatewayEvidence {
  std::vector<std::string> lines;
  CauseSet causes;              // what they leave of `left`; empty: they decide nothing
  bool blames_gateway = false;  // the gateway is at fault, whatever usually is where `causes` are
};

// `newest`: the target's newest failure; null where there is none. `left`: what everything else
// leaves possible; empty: everything is. They decide
// - why a gateway fails that answers 503, where nobody but HAProxy may have made the answer, all of
//   its backends that count are without a server, and nothing seen before rules that out: a person
//   who took all of them out of service is a fault of the gateway;
// - that a gateway is exhausted whose target ends connections without an answer while the gateway
//   drops some, or does not answer in time while the gateway has as many as it takes; but only
//   where the origin is known to be fine, for else the gateway may only wait for it.
[[nodiscard]] GatewayEvidence gateway_evidence(const CaseFile& file, const Observation* newest,
                                               CauseSet left, bool origin_is_fine);

}  // namespace gatewatch::alerts
