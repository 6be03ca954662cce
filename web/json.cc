// SPDX-License-Identifier: MIT
#include "web/json.h"

#include <nlohmann/json.hpp>

namespace gatewatch::web {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const std::optional<Duration>& length) {
  return length ? Json(to_ms(*length)) : Json(nullptr);
}

std::string_view state_of(const Incident& incident) {
  if (!incident.is_open()) {
    return "resolved";
  }
  return incident.recovering ? "recovering" : "open";
}

Json json_of(const Incident& incident) {
  return {
      {"id", incident.id},
      {"target", incident.target},
      {"url", incident.url},
      {"rule", incident.rule},
      {"severity", to_string(incident.severity)},
      {"opened_at", format_utc(incident.opened_at)},
      {"resolved_at",
       incident.resolved_at ? Json(format_utc(*incident.resolved_at)) : Json(nullptr)},
      {"state", state_of(incident)},
      {"detected_by", incident.detected_by},
      {"failing", incident.failing.empty() ? Json(nullptr) : Json(incident.failing)},
      {"class", to_string(incident.incident_class)},
      {"class_reason", incident.class_reason},
      {"repair_times", incident.repair_times},
      {"fault", to_string(incident.verdict.fault)},
      {"summary", incident.verdict.summary},
      {"evidence", incident.verdict.evidence},
      {"causes", incident.verdict.causes.words()},
      {"bad", incident.total.bad},
      {"probes", incident.total.probes},
  };
}

Json json_of(const AnsweredBy& answered_by) {
  return {
      {"role", to_string(answered_by.role)},
      {"product", answered_by.product.empty() ? Json(nullptr) : Json(answered_by.product)},
      {"rule", answered_by.rule.empty() ? Json(nullptr) : Json(answered_by.rule)},
  };
}

Json json_of(const Sample& sample) {
  const ProbeResult& result = sample.result;
  return {
      {"at", format_utc(sample.at)},
      {"outcome", to_string(result.outcome)},
      {"status", result.status == 0 ? Json(nullptr) : Json(result.status)},
      {"reason", result.reason},
      {"latency_ms", to_ms(result.latency)},
      {"phases_ms",
       {{"dns", json_of(result.phases.dns)},
        {"connect", json_of(result.phases.connect)},
        {"tls", json_of(result.phases.tls)},
        {"first_byte", json_of(result.phases.first_byte)}}},
      {"address", result.address},
      {"tls_resumed", result.tls_resumed},
      {"dns_stale", result.dns_stale},
      {"certificate_not_after", result.certificate != nullptr
                                    ? Json(format_utc(result.certificate->not_after))
                                    : Json(nullptr)},
      {"error", result.error},
      {"answered_by", json_of(result.answered_by)},
      {"causes", result.answered_by.causes.words()},
  };
}

Json json_of(const TargetStatus& status) {
  uint64_t probes = 0;
  for (const auto& [key, count] : status.probes) {
    probes += count;
  }
  return {
      {"name", status.target.name},
      {"url", status.target.url},
      {"enabled", status.target.enabled},
      {"control", status.target.is_control},
      {"interval_seconds", to_seconds(status.target.interval)},
      {"probes", probes},
      {"skipped", status.skipped},
      {"last", status.last ? json_of(*status.last) : Json(nullptr)},
      {"origin", status.origin ? json_of(*status.origin) : Json(nullptr)},
  };
}

std::string text_of(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string to_json(const Snapshot& snapshot) {
  Json json = {
      {"at", format_utc(snapshot.at)},
      {"version", snapshot.version},
      {"started_at", format_utc(snapshot.started_at)},
      {"targets", Json::array()},
      {"incidents", Json::array()},
      {"storage",
       {{"ok", snapshot.health.storage_ok},
        {"error", snapshot.health.storage_error},
        {"waiting", snapshot.health.samples_waiting},
        {"dropped", snapshot.health.samples_dropped}}},
      {"notifications",
       {{"pending", snapshot.health.notifications_pending},
        {"delivered", snapshot.health.notifications_delivered},
        {"dead_letters", snapshot.health.dead_letters}}},
  };
  json["logs"] = Json::array();
  for (const LogStatus& status : snapshot.logs) {
    json["logs"].push_back({{"name", status.log},
                            {"trouble", status.trouble},
                            {"requests", status.requests},
                            {"bad_502", status.bad_502},
                            {"gateway", status.gateway},
                            {"masked", status.masked},
                            {"failures", status.failures},
                            {"lines_cut", status.lines_cut}});
  }
  for (const TargetStatus& status : snapshot.targets) {
    json["targets"].push_back(json_of(status));
  }
  for (const Incident& incident : snapshot.open_incidents) {
    json["incidents"].push_back(json_of(incident));
  }
  return text_of(json);
}

std::string to_json(std::span<const Incident> incidents) {
  Json json = Json::array();
  for (const Incident& incident : incidents) {
    json.push_back(json_of(incident));
  }
  return text_of(json);
}

std::string to_json(const Incident& incident, const std::string& diagnosis) {
  Json json = json_of(incident);
  json["diagnosis"] = diagnosis.empty() ? Json(nullptr) : Json::parse(diagnosis, nullptr, false);
  return text_of(json);
}

}  // namespace gatewatch::web
