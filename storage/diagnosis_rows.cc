// SPDX-License-Identifier: MIT
#include "storage/diagnosis_rows.h"

#include <cstdlib>
#include <utility>

#include "core/diagnosis_conclusions.h"
#include "storage/rows.h"

namespace gatewatch::storage {
namespace {

// To the microsecond.
std::string in_ms(Duration length) {
  const int64_t us = to_us(length);
  std::string fraction = std::to_string(us % 1000);
  return std::to_string(us / 1000) + '.' + std::string(3 - fraction.size(), '0') + fraction;
}

std::string quoted_word(std::string_view word) {
  return in_quotes(std::string(word));
}

std::string quoted_or_null(const std::string& text) {
  return text.empty() ? "null" : in_quotes(text);
}

std::string json_of(const Finding& finding) {
  return "{\"check\":" + quoted_word(to_string(finding.check)) +
         ",\"subject\":" + in_quotes(finding.subject) +
         ",\"address\":" + quoted_or_null(finding.address) +
         ",\"result\":" + quoted_word(to_string(finding.result)) +
         ",\"outcome\":" + quoted_word(to_string(finding.outcome)) +
         ",\"status\":" + (finding.status == 0 ? "null" : std::to_string(finding.status)) +
         ",\"duration_ms\":" + (finding.duration ? in_ms(*finding.duration) : "null") +
         ",\"text\":" + in_quotes(finding.text) +
         ",\"evidence\":" + quoted_or_null(finding.evidence) +
         ",\"addresses\":" + to_json(finding.addresses) + '}';
}

std::string text_of(const Statement& row, int column) {
  return std::string(row.text(column));
}

Duration from_ms(std::string_view text) {
  const double ms = std::strtod(std::string(text).c_str(), nullptr);
  return std::chrono::microseconds(static_cast<int64_t>(ms * 1000 + 0.5));
}

// Empty where a word is unknown.
std::optional<Finding> read_finding(Connection& connection, const Statement& row) {
  const std::optional<Check> check = parse_check(row.text(0));
  const std::optional<FindingResult> result = parse_finding_result(row.text(3));
  const std::optional<Outcome> outcome = parse_outcome(row.text(4));
  if (!check || !result || !outcome) {
    return std::nullopt;
  }
  Finding finding;
  finding.check = *check;
  finding.subject = text_of(row, 1);
  finding.address = text_of(row, 2);
  finding.result = *result;
  finding.outcome = *outcome;
  finding.status = static_cast<int>(row.integer(5));
  if (!row.is_null(6)) {
    finding.duration = from_ms(row.text(6));
  }
  finding.text = text_of(row, 7);
  finding.evidence = text_of(row, 8);
  finding.addresses = from_json(connection, row.text(9));
  return finding;
}

}  // namespace

std::string to_json(const Diagnosis& diagnosis) {
  std::string json =
      "{\"target\":" + quoted_or_null(diagnosis.target) + ",\"url\":" + in_quotes(diagnosis.url) +
      ",\"at\":" + in_quotes(format_utc(diagnosis.at)) + ",\"took_ms\":" + in_ms(diagnosis.took) +
      ",\"requests\":" + std::to_string(diagnosis.requests) +
      ",\"cut\":" + (diagnosis.is_cut ? "true" : "false") + ",\"conclusions\":[";
  const char* between = "";
  for (const Conclusion& conclusion : conclusions_of(diagnosis)) {
    json += std::exchange(between, ",");
    json += "{\"kind\":" + quoted_word(to_string(conclusion.kind)) +
            ",\"text\":" + in_quotes(conclusion.text) + '}';
  }
  json += "],\"findings\":[";
  between = "";
  for (const Finding& finding : diagnosis.findings) {
    json += std::exchange(between, ",") + json_of(finding);
  }
  return json + "]}";
}

std::optional<Diagnosis> diagnosis_from_json(Connection& connection, std::string_view json) {
  Statement whole(connection,
                  "SELECT json_extract(?1, '$.target'), json_extract(?1, '$.url'), "
                  "CAST(round((julianday(json_extract(?1, '$.at')) - 2440587.5) * 86400000) "
                  "AS INTEGER), json_extract(?1, '$.took_ms'), json_extract(?1, '$.requests'), "
                  "json_extract(?1, '$.cut') WHERE json_valid(?1) AND json_type(?1) = 'object'");
  whole.bind_all(json);
  if (!whole.step()) {
    return std::nullopt;
  }
  Diagnosis diagnosis;
  diagnosis.target = text_of(whole, 0);
  diagnosis.url = text_of(whole, 1);
  diagnosis.at = WallTime(std::chrono::milliseconds(whole.integer(2)));
  diagnosis.took = from_ms(whole.text(3));
  diagnosis.requests = static_cast<int>(whole.integer(4));
  diagnosis.is_cut = whole.integer(5) != 0;
  Statement each(connection,
                 "SELECT json_extract(value, '$.check'), json_extract(value, '$.subject'), "
                 "json_extract(value, '$.address'), json_extract(value, '$.result'), "
                 "json_extract(value, '$.outcome'), json_extract(value, '$.status'), "
                 "json_extract(value, '$.duration_ms'), json_extract(value, '$.text'), "
                 "json_extract(value, '$.evidence'), json_extract(value, '$.addresses') "
                 "FROM json_each(?1, '$.findings') WHERE type = 'object'");
  each.bind_all(json);
  while (each.step()) {
    if (std::optional<Finding> finding = read_finding(connection, each)) {
      diagnosis.add(std::move(*finding));
    }
  }
  return diagnosis;
}

}  // namespace gatewatch::storage
