// SPDX-License-Identifier: MIT
#include "probe/expect/expectation_keys.h"

#include <array>
#include <cstdint>
#include <expected>
#include <string>
#include <utility>
#include <vector>

#include "core/text.h"
#include "probe/http/http_line.h"

namespace gatewatch::probe {
namespace {

constexpr Duration kLeastLatency = std::chrono::milliseconds(1);
constexpr Duration kMostLatency = std::chrono::minutes(10);  // that of a timeout

constexpr int64_t kMostDays = 3'650;

std::string in_quotes(std::string_view text) {
  return '"' + printable(text) + '"';
}

void tell_too_many(config::Table& settings, const std::string& key, size_t count) {
  if (count > kMaxChecks) {
    settings.error(key, key + " has more than " + std::to_string(kMaxChecks) + " entries");
  }
}

// Patterns that are read together share what they may cost.
void tell_too_large(config::Table& settings, const std::string& key, size_t instructions) {
  if (instructions > kMaxPatternSize) {
    settings.error(key,
                   "the regular expressions take " + std::to_string(instructions) +
                       " instructions together, and may take " + std::to_string(kMaxPatternSize),
                   "shorten them, or spell fewer repetitions");
  }
}

// Reads the fields' names and what their values are to be.
std::vector<std::pair<std::string, std::string>> read_fields(config::Table& settings,
                                                             const std::string& key,
                                                             config::Table& table) {
  std::vector<std::pair<std::string, std::string>> fields;
  for (const std::string& name : table.keys()) {
    const std::optional<std::string> value = table.string(name);
    if (!is_token(name)) {
      table.error(name, in_quotes(name) + " is not the name of a header field");
    } else if (value) {
      fields.emplace_back(name, *value);
    }
  }
  tell_too_many(settings, key, fields.size());
  return fields;
}

std::vector<HeaderCheck> read_headers(config::Table& settings) {
  std::vector<HeaderCheck> checks;
  config::Table parts = settings.table("expect_header");
  for (auto& [name, part] : read_fields(settings, "expect_header", parts)) {
    checks.push_back({.name = name, .part = std::move(part)});
  }
  size_t instructions = 0;
  config::Table patterns = settings.table("expect_header_regex");
  for (const auto& [name, text] : read_fields(settings, "expect_header_regex", patterns)) {
    std::expected<Pattern, std::string> pattern = Pattern::compile(text);
    if (!pattern) {
      patterns.error(name, "not a regular expression: " + pattern.error());
      continue;
    }
    instructions += pattern->size();
    checks.push_back({.name = name, .part = "", .pattern = std::move(*pattern)});
  }
  tell_too_large(settings, "expect_header_regex", instructions);
  return checks;
}

std::vector<std::string> read_texts(config::Table& settings, const std::string& key,
                                    std::vector<std::string> texts) {
  for (size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].empty()) {
      settings.error_at(key, i, key + " is empty", "write a text, or leave it out");
    }
  }
  tell_too_many(settings, key, texts.size());
  return texts;
}

std::vector<Pattern> read_patterns(config::Table& settings, const std::string& key,
                                   std::vector<std::string> texts) {
  std::vector<Pattern> patterns;
  size_t instructions = 0;
  texts = read_texts(settings, key, std::move(texts));
  for (size_t i = 0; i < texts.size(); ++i) {
    std::expected<Pattern, std::string> pattern = Pattern::compile(texts[i]);
    if (pattern) {
      instructions += pattern->size();
      patterns.push_back(std::move(*pattern));
    } else {
      settings.error_at(key, i, "not a regular expression: " + pattern.error());
    }
  }
  tell_too_large(settings, key, instructions);
  return patterns;
}

std::vector<JsonCheck> read_json(config::Table& settings) {
  std::vector<JsonCheck> checks;
  config::Table table = settings.table("expect_json");
  for (const std::string& text : table.keys()) {
    std::expected<JsonPointer, std::string> pointer = JsonPointer::parse(text);
    if (!pointer) {
      table.error(text, "the JSON pointer " + in_quotes(text) + " " + pointer.error(),
                  text.starts_with('/') ? "~0 stands for ~, and ~1 for /"
                                        : "write " + in_quotes("/" + text));
    } else if (std::optional<config::Scalar> value = table.scalar(text)) {
      checks.push_back({.pointer = std::move(*pointer), .expected = std::move(*value)});
    }
  }
  tell_too_many(settings, "expect_json", checks.size());
  return checks;
}

void tell_bodies_of_head(config::Table& settings) {
  static constexpr std::array<std::string_view, 5> kKeys{"expect_body", "expect_body_regex",
                                                         "expect_body_not", "expect_body_not_regex",
                                                         "expect_json"};
  for (const std::string_view key : kKeys) {
    if (settings.has(key)) {
      settings.error(key, "the answer to a HEAD request has no body",
                     "leave out " + std::string(key) + ", or set method");
    }
  }
}

}  // namespace

Expectations read_expectation_keys(config::Table& settings, std::string_view method) {
  Expectations expected;
  expected.headers = read_headers(settings);
  expected.body_has =
      read_texts(settings, "expect_body", settings.one_or_more_strings("expect_body"));
  expected.body_lacks =
      read_texts(settings, "expect_body_not", settings.one_or_more_strings("expect_body_not"));
  expected.body_matches = read_patterns(settings, "expect_body_regex",
                                        settings.one_or_more_strings("expect_body_regex"));
  expected.body_avoids = read_patterns(settings, "expect_body_not_regex",
                                       settings.one_or_more_strings("expect_body_not_regex"));
  expected.json = read_json(settings);
  if (method == "HEAD") {
    tell_bodies_of_head(settings);
  }
  if (settings.has("max_latency")) {
    expected.max_latency =
        settings.duration("max_latency", kMostLatency, kLeastLatency, kMostLatency);
  }
  expected.min_certificate_days = read_certificate_days(settings);
  return expected;
}

std::optional<int> read_certificate_days(config::Table& settings) {
  if (!settings.has("min_certificate_days")) {
    return std::nullopt;
  }
  return static_cast<int>(settings.integer("min_certificate_days", 1, 1, kMostDays));
}

}  // namespace gatewatch::probe
