// SPDX-License-Identifier: MIT
#include "probe/signature/signature_keys.h"

#include <array>
#include <expected>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "core/text.h"
#include "probe/expect/pattern.h"
#include "probe/http/http_line.h"
#include "probe/http/status_set.h"

namespace gatewatch::probe {
namespace {

constexpr int kMostStatus = 599;
constexpr size_t kMaxWords = 128;  // characters of a name
constexpr std::array<std::string_view, 2> kRoles{"gateway", "application"};

std::string read_pattern(config::Table& table, const std::string& key) {
  std::string text = table.string_or(key, "");
  if (const auto pattern = Pattern::compile(text); !pattern) {
    table.error(key, key + " is not a regular expression: " + pattern.error());
  }
  return text;
}

std::string read_statuses(config::Table& table) {
  std::string text = table.string_or("status", "");
  if (text.empty()) {
    return text;
  }
  const std::optional<StatusSet> statuses = StatusSet::parse(text);
  if (!statuses) {
    table.error("status", "status is no list of status codes",
                "write it as in \"502\", \"500-504\" or \"502, 520-527\"");
  } else if (!statuses->lies_within(kLeastStatusRead, kMostStatus)) {
    table.error("status", "signatures are for answers of status 500 and above");
  }
  return text;
}

CauseSet read_causes(config::Table& table) {
  CauseSet causes;
  const std::vector<std::string> words = table.one_or_more_strings("causes");
  for (size_t i = 0; i < words.size(); ++i) {
    if (const std::optional<Cause> cause = parse_cause(words[i])) {
      causes.add(*cause);
    } else {
      table.error_at("causes", i, "\"" + printable(words[i]) + "\" is not a cause",
                     "docs/signatures.md lists them");
    }
  }
  return causes;
}

// It is shown in messages, on pages and in terminals.
void check_words(config::Table& table, const std::string& key, const std::string& words) {
  if (!is_printable_utf8(words) || count_characters(words) > kMaxWords ||
      (words.empty() && table.has(key))) {
    table.error(key, key + " must have 1 to 128 printable characters");
  }
}

OwnSignature read_signature(config::Table& table) {
  OwnSignature row;
  row.name = table.required_string("name").value_or("");
  check_words(table, "name", row.name);
  row.role = parse_role(table.one_of("role", "gateway", kRoles)).value_or(Role::Gateway);
  row.product = table.string_or("product", row.role == Role::Gateway ? row.name : "");
  if (table.has("product")) {
    check_words(table, "product", row.product);
  }
  row.statuses = read_statuses(table);
  row.field = table.string_or("header", "");
  if (!row.field.empty() && !is_token(row.field)) {
    table.error("header", "header is not the name of a header field");
  }
  row.value = read_pattern(table, "header_regex");
  if (!row.value.empty() && row.field.empty()) {
    table.error("header_regex", "header_regex is for the value of a header, and none is named",
                "name it with header");
  }
  row.reason = read_pattern(table, "reason_regex");
  row.body = read_pattern(table, "body_regex");
  row.causes = read_causes(table);
  if (row.field.empty() && row.reason.empty() && row.body.empty()) {
    table.error("name", "the signature fits every answer: it asks for no header, reason or body",
                "add header, reason_regex or body_regex");
  }
  return row;
}

}  // namespace

std::vector<OwnSignature> read_signatures(std::vector<config::Table>& tables) {
  std::vector<OwnSignature> rows;
  std::set<std::string> names;
  for (config::Table& table : tables) {
    OwnSignature row = read_signature(table);
    if (!row.name.empty() && !names.insert(row.name).second) {
      table.error("name", "there are two signatures of the name \"" + printable(row.name) + '"');
    }
    rows.push_back(std::move(row));
  }
  if (tables.size() > kMaxOwnSignatures) {
    tables[kMaxOwnSignatures].error(
        "name", "more than " + std::to_string(kMaxOwnSignatures) + " of [[signature]]");
  }
  return rows;
}

}  // namespace gatewatch::probe
