// SPDX-License-Identifier: MIT
#include "daemon/control_messages.h"

#include <nlohmann/json.hpp>

#include "core/text.h"

namespace gatewatch::daemon {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kWarning = "warning";
constexpr size_t kMaxAnswerPart = size_t{8} * 1024;  // bytes of head or body that are taken

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json parse(const std::string& text) {
  Json json = Json::parse(text, nullptr, false);
  return json.is_object() ? json : Json::object();
}

template <typename Value>
Value get(const Json& json, const char* key, Value fallback) {
  const auto found = json.find(key);
  if (found == json.end()) {
    return fallback;
  }
  try {
    return found->get<Value>();
  } catch (const Json::exception&) {
    return fallback;
  }
}

int64_t nanoseconds(Duration length) {
  return length.count();
}

void put(Json& json, const char* key, const std::optional<Duration>& length) {
  if (length) {
    json[key] = nanoseconds(*length);
  }
}

std::optional<Duration> get_length(const Json& json, const char* key) {
  if (!json.contains(key)) {
    return std::nullopt;
  }
  return Duration(get<int64_t>(json, key, 0));
}

// Cut between characters; what is no UTF-8 does not get past parse().
std::string answer_part(const Json& json, const char* key) {
  std::string part = get<std::string>(json, key, "");
  if (part.size() > kMaxAnswerPart) {
    size_t end = kMaxAnswerPart;
    while (end > 0 && (static_cast<unsigned char>(part[end]) & 0xC0U) == 0x80) {
      --end;
    }
    part.resize(end);
  }
  return part;
}

Json json_of(const std::vector<config::Diagnostic>& diagnostics) {
  Json all = Json::array();
  for (const config::Diagnostic& diagnostic : diagnostics) {
    all.push_back({
        {"file", diagnostic.where.file},
        {"line", diagnostic.where.line},
        {"column", diagnostic.where.column},
        {"gravity", diagnostic.gravity == config::Gravity::Warning ? kWarning : "error"},
        {"message", diagnostic.message},
        {"hint", diagnostic.hint},
    });
  }
  return all;
}

}  // namespace

std::string encode(const ReloadReply& reply) {
  return text_of({{"applied", reply.applied},
                  {"error", reply.error},
                  {"diagnostics", json_of(reply.diagnostics)}});
}

std::string encode_check(bool ok, const std::vector<config::Diagnostic>& diagnostics) {
  return text_of({{"ok", ok}, {"diagnostics", json_of(diagnostics)}});
}

ReloadReply decode_reload(const std::string& json) {
  const Json from = parse(json);
  ReloadReply reply{.applied = get(from, "applied", false),
                    .error = get<std::string>(from, "error", ""),
                    .diagnostics = {}};
  for (const Json& item : from.value("diagnostics", Json::array())) {
    reply.diagnostics.push_back({
        .gravity = get<std::string>(item, "gravity", "") == kWarning ? config::Gravity::Warning
                                                                     : config::Gravity::Error,
        .where = {.file = get<std::string>(item, "file", ""),
                  .line = get(item, "line", 1),
                  .column = get(item, "column", 1)},
        .message = get<std::string>(item, "message", ""),
        .hint = get<std::string>(item, "hint", ""),
    });
  }
  return reply;
}

std::string encode(const TestReply& reply) {
  return text_of(
      {{"known", reply.known}, {"delivered", reply.delivered}, {"detail", reply.detail}});
}

TestReply decode_test(const std::string& json) {
  const Json from = parse(json);
  return {.known = get(from, "known", false),
          .delivered = get(from, "delivered", false),
          .detail = get<std::string>(from, "detail", "")};
}

std::string encode(const Sample& sample) {
  const ProbeResult& result = sample.result;
  Json json = {
      {"target", sample.target},
      {"purpose", to_string(sample.purpose)},
      {"at_us", sample.at.time_since_epoch().count()},
      {"is_origin", sample.is_origin},
      {"outcome", to_string(result.outcome)},
      {"status", result.status},
      {"latency_ns", nanoseconds(result.latency)},
      {"address", result.address},
      {"reason", result.reason},
      {"error", result.error},
      {"tls_resumed", result.tls_resumed},
      {"dns_stale", result.dns_stale},
      {"head", result.head},
      {"body", result.body},
      {"role", to_string(result.answered_by.role)},
      {"product", result.answered_by.product},
      {"rule", result.answered_by.rule},
      {"causes", result.answered_by.causes.bits()},
      {"met", result.met.bits()},
  };
  put(json, "dns_ns", result.phases.dns);
  put(json, "connect_ns", result.phases.connect);
  put(json, "tls_ns", result.phases.tls);
  put(json, "first_byte_ns", result.phases.first_byte);
  return text_of(json);
}

std::optional<Sample> decode_sample(const std::string& json) {
  const Json from = parse(json);
  Sample sample;
  sample.target = get<std::string>(from, "target", "");
  sample.at = WallTime(std::chrono::microseconds(get<int64_t>(from, "at_us", 0)));
  const bool is_diagnosis = get<std::string>(from, "purpose", "") == to_string(Purpose::Diagnosis);
  sample.purpose = is_diagnosis ? Purpose::Diagnosis : Purpose::Manual;
  sample.is_origin = get(from, "is_origin", false);
  const auto outcome = parse_outcome(get<std::string>(from, "outcome", ""));
  if (sample.target.empty() || !outcome) {
    return std::nullopt;
  }
  ProbeResult& result = sample.result;
  result.outcome = *outcome;
  result.status = get(from, "status", 0);
  result.latency = Duration(get<int64_t>(from, "latency_ns", 0));
  result.address = printable(get<std::string>(from, "address", ""));
  result.reason = printable(get<std::string>(from, "reason", ""));
  result.error = printable(get<std::string>(from, "error", ""));
  result.tls_resumed = get(from, "tls_resumed", false);
  result.dns_stale = get(from, "dns_stale", false);
  result.head = answer_part(from, "head");
  result.body = answer_part(from, "body");
  result.answered_by = {
      .role = parse_role(get<std::string>(from, "role", "")).value_or(Role::Unknown),
      .product = printable(get<std::string>(from, "product", "")),
      .rule = printable(get<std::string>(from, "rule", "")),
      .causes = CauseSet::from_bits(get<uint32_t>(from, "causes", 0))};
  result.met = CauseSet::from_bits(get<uint32_t>(from, "met", 0));
  result.phases = {.dns = get_length(from, "dns_ns"),
                   .connect = get_length(from, "connect_ns"),
                   .tls = get_length(from, "tls_ns"),
                   .first_byte = get_length(from, "first_byte_ns")};
  return sample;
}

}  // namespace gatewatch::daemon
