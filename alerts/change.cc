// SPDX-License-Identifier: MIT
#include "alerts/change.h"

#include <utility>

namespace gatewatch::alerts {

std::shared_ptr<const Rule> bare_rule(const Incident& incident) {
  Rule rule;
  rule.name = incident.rule;
  rule.severity = incident.severity;
  return std::make_shared<const Rule>(std::move(rule));
}

Change bare_change(Change::Kind kind, Incident& incident) {
  ++incident.transitions;
  return {.kind = kind, .incident = incident, .rule = bare_rule(incident), .window = {}};
}

}  // namespace gatewatch::alerts
