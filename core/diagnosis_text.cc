// SPDX-License-Identifier: MIT
#include "core/diagnosis_text.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "core/diagnosis_conclusions.h"
#include "core/text.h"

namespace gatewatch {
namespace {

constexpr size_t kMaxSubjectColumn = 40;  // characters; a longer one pushes what follows

void append_padded(std::string& line, std::string_view text, size_t width) {
  line += text;
  line.append(width - std::min(width, count_characters(text)), ' ');
}

// Below 10 ms to the tenth.
std::string shown_duration(const Finding& finding) {
  if (!finding.duration) {
    return "-";
  }
  const auto tenths = *finding.duration / std::chrono::microseconds(100);
  return tenths >= 100 ? humanize_duration(*finding.duration)
                       : std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10) + " ms";
}

size_t width_of(const Diagnosis& diagnosis, const auto& text_of) {
  size_t widest = 0;
  for (const Finding& finding : diagnosis.findings) {
    widest = std::max(widest, count_characters(text_of(finding)));
  }
  return std::min(widest, kMaxSubjectColumn);
}

std::string head_of(const Diagnosis& diagnosis) {
  std::string text = "Diagnosis of " + diagnosis.target;
  text += diagnosis.target.empty() ? diagnosis.url : " (" + diagnosis.url + ')';
  text += "\n  begun " + format_local(diagnosis.at) + ", took " +
          humanize_duration(diagnosis.took) + ", " + std::to_string(diagnosis.requests) +
          (diagnosis.requests == 1 ? " request\n" : " requests\n");
  return text;
}

std::string conclusions_text(const Diagnosis& diagnosis) {
  const std::vector<Conclusion> conclusions = conclusions_of(diagnosis);
  std::string text = "\nSide by side\n";
  for (const Conclusion& conclusion : conclusions) {
    text += "  - " + conclusion.text + '\n';
  }
  if (conclusions.empty()) {
    text += "  the checks do not contradict each other\n";
  }
  return text;
}

std::string findings_text(const Diagnosis& diagnosis) {
  std::string text = "\nChecks\n";
  const auto check_of = [](const Finding& finding) { return to_string(finding.check); };
  const auto subject_of = [](const Finding& finding) { return std::string_view(finding.subject); };
  const size_t check_width = width_of(diagnosis, check_of);
  const size_t subject_width = width_of(diagnosis, subject_of);
  const size_t duration_width = width_of(diagnosis, shown_duration);
  for (const Finding& finding : diagnosis.findings) {
    text += "  ";
    append_padded(text, to_string(finding.result), 9);
    append_padded(text, check_of(finding), check_width + 2);
    append_padded(text, subject_of(finding), subject_width + 2);
    append_padded(text, shown_duration(finding), duration_width + 2);
    text += finding.text + '\n';
  }
  if (diagnosis.is_cut) {
    text += "  … more than " + std::to_string(kMaxFindings) + " findings\n";
  }
  return text;
}

std::string evidence_text(const Finding& finding) {
  std::string text = "\n" + std::string(to_string(finding.check)) + ' ' + finding.subject + '\n';
  std::string_view rest = finding.evidence;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    line.remove_suffix(line.ends_with('\r') ? 1 : 0);
    text += "    " + printable(line, kMaxFindingEvidence) + '\n';
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return text;
}

}  // namespace

std::string to_text(const Diagnosis& diagnosis) {
  std::string text = head_of(diagnosis) + conclusions_text(diagnosis) + findings_text(diagnosis);
  for (const Finding& finding : diagnosis.findings) {
    if (!finding.evidence.empty()) {
      text += evidence_text(finding);
    }
  }
  return text;
}

}  // namespace gatewatch
