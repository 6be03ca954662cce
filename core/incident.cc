// SPDX-License-Identifier: MIT
#include "core/incident.h"

#include <array>
#include <utility>

namespace gatewatch {
namespace {

template <typename Enum, size_t N>
using Words = std::array<std::pair<Enum, std::string_view>, N>;

constexpr Words<Severity, 3> kSeverities{{
    {Severity::Critical, "critical"},
    {Severity::Warning, "warning"},
    {Severity::Info, "info"},
}};

constexpr Words<IncidentClass, 4> kClasses{{
    {IncidentClass::Undetermined, "undetermined"},
    {IncidentClass::Temporary, "temporary"},
    {IncidentClass::Intermittent, "intermittent"},
    {IncidentClass::Persistent, "persistent"},
}};

constexpr Words<Fault, 7> kFaults{{
    {Fault::Unknown, "unknown"},
    {Fault::Origin, "origin"},
    {Fault::Gateway, "gateway"},
    {Fault::Application, "application"},
    {Fault::Path, "path"},
    {Fault::Dns, "dns"},
    {Fault::Monitor, "monitor"},
}};

template <typename Enum, size_t N>
std::string_view word_of(const Words<Enum, N>& words, Enum value) {
  for (const auto& [candidate, word] : words) {
    if (candidate == value) {
      return word;
    }
  }
  return "unknown";
}

template <typename Enum, size_t N>
std::optional<Enum> value_of(const Words<Enum, N>& words, std::string_view wanted) {
  for (const auto& [value, word] : words) {
    if (word == wanted) {
      return value;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Severity severity) {
  return word_of(kSeverities, severity);
}
std::string_view to_string(IncidentClass value) {
  return word_of(kClasses, value);
}
std::string_view to_string(Fault fault) {
  return word_of(kFaults, fault);
}
std::optional<Severity> parse_severity(std::string_view word) {
  return value_of(kSeverities, word);
}
std::optional<IncidentClass> parse_incident_class(std::string_view word) {
  return value_of(kClasses, word);
}
std::optional<Fault> parse_fault(std::string_view word) {
  return value_of(kFaults, word);
}

}  // namespace gatewatch
