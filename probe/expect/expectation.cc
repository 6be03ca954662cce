// SPDX-License-Identifier: MIT
#include "probe/expect/expectation.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/text.h"

namespace gatewatch::probe {
namespace {

// memmem() takes time in proportion to the text, whatever a server writes there; find() does not.
bool contains(std::string_view text, std::string_view part) {
  return part.empty() || memmem(text.data(), text.size(), part.data(), part.size()) != nullptr;
}

constexpr size_t kMaxShown = 60;

std::string in_quotes(std::string_view text) {
  return '"' + printable(text, kMaxShown) + '"';
}

// A sentence that is made of printable parts, each short.
Unmet unmet(Outcome outcome, std::string_view text) {
  return {outcome, printable(text)};
}

bool carries_credentials(const std::string& lower_name) {
  static constexpr std::array<std::string_view, 6> kSecret{
      "authorization", "proxy-authorization", "authentication-info", "proxy-authentication-info",
      "set-cookie",    "set-cookie2"};
  return std::find(kSecret.begin(), kSecret.end(), lower_name) != kSecret.end();
}

// Takes from `reach` what a pattern looks at.
bool is_satisfied(const HeaderCheck& check, std::string_view value, size_t& reach) {
  if (!check.pattern) {
    return contains(value, check.part);
  }
  const std::string_view seen = value.substr(0, reach);
  reach -= seen.size();
  return check.pattern->is_in(seen);
}

std::optional<Unmet> check_header(const HeaderCheck& check, std::span<const Field> fields,
                                  size_t reach) {
  const std::string wanted = ascii_lower(check.name);
  const std::string* first = nullptr;
  for (const auto& [name, value] : fields) {
    if (name.size() == wanted.size() && ascii_lower(name) == wanted) {
      if (is_satisfied(check, value, reach)) {
        return std::nullopt;
      }
      first = first == nullptr ? &value : first;
    }
  }
  const std::string name = printable(check.name, kMaxShown);
  if (first == nullptr) {
    return unmet(Outcome::Header, "the answer has no field " + name);
  }
  std::string text = name;
  if (!carries_credentials(wanted)) {
    text += " is " + in_quotes(*first) + " and";
  }
  text += check.pattern ? " does not match " + in_quotes(check.pattern->text())
                        : " does not contain " + in_quotes(check.part);
  return unmet(Outcome::Header, text);
}

// "the body (17 bytes) does not contain …", "the first 17 bytes of the body do not contain …"
Unmet missing(std::string_view seen, bool cut, std::string_view verb, const std::string& what) {
  const std::string size = std::to_string(seen.size()) + (seen.size() == 1 ? " byte" : " bytes");
  const std::string subject =
      cut ? "the first " + size + " of the body" : "the body (" + size + ")";
  const std::string does = cut && seen.size() != 1 ? " do not " : " does not ";
  return unmet(Outcome::Body, subject + does + std::string(verb) + " " + in_quotes(what));
}

std::optional<Unmet> check_texts(const Expectations& expected, const AnswerView& answer) {
  for (const std::string& text : expected.body_has) {
    if (!contains(answer.body, text)) {
      return missing(answer.body, answer.body_cut, "contain", text);
    }
  }
  for (const std::string& text : expected.body_lacks) {
    if (contains(answer.body, text)) {
      return unmet(Outcome::Body, "the body contains " + in_quotes(text));
    }
  }
  return std::nullopt;
}

std::optional<Unmet> check_patterns(const Expectations& expected, const AnswerView& answer) {
  const std::string_view seen = answer.body.substr(0, expected.body_reach());
  const bool cut = answer.body_cut || seen.size() < answer.body.size();
  for (const Pattern& pattern : expected.body_matches) {
    if (!pattern.is_in(seen)) {
      return missing(seen, cut, "match", pattern.text());
    }
  }
  for (const Pattern& pattern : expected.body_avoids) {
    if (pattern.is_in(seen)) {
      return unmet(Outcome::Body, "the body matches " + in_quotes(pattern.text()));
    }
  }
  return std::nullopt;
}

std::optional<Unmet> check_json(const std::vector<JsonCheck>& checks, const AnswerView& answer) {
  if (checks.empty()) {
    return std::nullopt;
  }
  if (answer.body_cut) {
    return unmet(Outcome::Body, "the body is longer than " + std::to_string(answer.body.size()) +
                                    " bytes, too long to be read as JSON");
  }
  const auto findings = find_in_json(answer.body, checks);
  if (!findings) {
    return unmet(Outcome::Body, "the body is " + findings.error());
  }
  for (size_t i = 0; i < checks.size(); ++i) {
    const JsonFinding& finding = (*findings)[i];
    if (!finding.equal) {
      const std::string place = in_quotes(checks[i].pointer.text());
      const std::string wanted = "; expected " + shown(checks[i].expected);
      return unmet(Outcome::Body, finding.found ? place + " is " + finding.shown + wanted
                                                : "the body has no " + place + wanted);
    }
  }
  return std::nullopt;
}

std::optional<Unmet> check_latency(const Expectations& expected, const AnswerView& answer) {
  if (!expected.max_latency || answer.latency <= *expected.max_latency) {
    return std::nullopt;
  }
  // Rounded up, so that it is never shown as being within the limit.
  const auto took = std::chrono::ceil<std::chrono::milliseconds>(answer.latency);
  return unmet(Outcome::Slow, "took " + std::to_string(took.count()) + " ms; expected at most " +
                                  format_duration(*expected.max_latency));
}

std::string days(int count) {
  return std::to_string(count) + (count == 1 ? " day" : " days");
}

std::optional<Unmet> check_certificate(const Expectations& expected, const AnswerView& answer) {
  if (!expected.min_certificate_days) {
    return std::nullopt;
  }
  if (!answer.certificate_days) {
    return unmet(Outcome::Inconclusive, "the certificate's dates are not known");
  }
  const int left = *answer.certificate_days;
  if (left >= *expected.min_certificate_days) {
    return std::nullopt;
  }
  const std::string came =
      left < 0 ? "the certificate has expired" : "the certificate expires in " + days(left);
  return unmet(Outcome::CertificateExpiring,
               came + "; expected at least " + days(*expected.min_certificate_days));
}

}  // namespace

bool Expectations::needs_body() const {
  return !(body_has.empty() && body_lacks.empty() && body_matches.empty() && body_avoids.empty() &&
           json.empty());
}

size_t Expectations::body_reach() const {
  size_t instructions = 0;
  for (const std::vector<Pattern>* patterns : {&body_matches, &body_avoids}) {
    for (const Pattern& pattern : *patterns) {
      instructions += pattern.size();
    }
  }
  return kMaxPatternWork / std::max<size_t>(instructions, 1);
}

size_t Expectations::header_reach() const {
  size_t instructions = 0;
  for (const HeaderCheck& header : headers) {
    instructions += header.pattern ? header.pattern->size() : 0;
  }
  return kMaxPatternWork / std::max<size_t>(instructions, 1);
}

std::optional<Unmet> check(const Expectations& expected, const AnswerView& answer) {
  const size_t header_reach = expected.header_reach();
  for (const HeaderCheck& header : expected.headers) {
    if (std::optional<Unmet> found = check_header(header, answer.fields, header_reach)) {
      return found;
    }
  }
  for (const auto& next : {check_texts, check_patterns}) {
    if (std::optional<Unmet> found = next(expected, answer)) {
      return found;
    }
  }
  if (std::optional<Unmet> found = check_json(expected.json, answer)) {
    return found;
  }
  for (const auto& next : {check_latency, check_certificate}) {
    if (std::optional<Unmet> found = next(expected, answer)) {
      return found;
    }
  }
  return std::nullopt;
}

}  // namespace gatewatch::probe
