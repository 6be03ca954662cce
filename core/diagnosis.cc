// SPDX-License-Identifier: MIT
#include "core/diagnosis.h"

#include <algorithm>
#include <utility>

#include "core/text.h"

namespace gatewatch {
namespace {

constexpr std::array<std::string_view, kAllChecks.size()> kCheckWords{
    "dns",    "ping", "connect",    "tls",   "certificate",      "get",
    "answer", "head", "other_path", "http2", "fresh_connection", "reused_connection",
    "ipv4",   "ipv6", "traceroute",
};
constexpr std::array<std::string_view, 3> kResultWords{"ok", "failed", "skipped"};

// At a character boundary.
void cut(std::string& text, size_t limit) {
  static constexpr std::string_view kMark = "…";
  if (text.size() <= limit) {
    return;
  }
  size_t end = limit - kMark.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  text.resize(end);
  text += kMark;
}

}  // namespace

std::string_view to_string(Check check) {
  return kCheckWords.at(static_cast<size_t>(check));
}

std::optional<Check> parse_check(std::string_view word) {
  const auto* const found = std::find(kCheckWords.begin(), kCheckWords.end(), word);
  if (found == kCheckWords.end()) {
    return std::nullopt;
  }
  return static_cast<Check>(found - kCheckWords.begin());
}

std::string_view to_string(FindingResult result) {
  return kResultWords.at(static_cast<size_t>(result));
}

std::optional<FindingResult> parse_finding_result(std::string_view word) {
  const auto* const found = std::find(kResultWords.begin(), kResultWords.end(), word);
  if (found == kResultWords.end()) {
    return std::nullopt;
  }
  return static_cast<FindingResult>(found - kResultWords.begin());
}

void Diagnosis::add(Finding finding) {
  if (findings.size() >= kMaxFindings) {
    is_cut = true;
    return;
  }
  cut(finding.subject, kMaxFindingSubject);
  cut(finding.address, kMaxFindingSubject);
  cut(finding.text, kMaxRemoteText);
  cut(finding.evidence, kMaxFindingEvidence);
  if (finding.addresses.size() > kMaxFindingAddresses) {
    finding.addresses.resize(kMaxFindingAddresses);
  }
  findings.push_back(std::move(finding));
}

}  // namespace gatewatch
