// SPDX-License-Identifier: MIT
#include "probe/signature/signature_keys.h"

#include <array>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include "config/words.h"
#include "probe/expect/pattern.h"
#include "probe/http/http_line.h"
#include "probe/http/status_set.h"

namespace gatewatch::probe {
namespace {

constexpr int kMostStatus = 599;
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

OwnSignature read_signature(config::Table& table, config::UniqueNames& names) {
  OwnSignature row;
  row.name = names.read(table);
  row.role = parse_role(table.one_of("role", "gateway", kRoles)).value_or(Role::Gateway);
  row.product = table.string_or("product", row.role == Role::Gateway ? row.name : "");
  if (table.has("product")) {
    config::check_words(table, "product", row.product);
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
  row.causes = config::read_causes(table);
  if (row.field.empty() && row.reason.empty() && row.body.empty()) {
    table.error("name", "the signature fits every answer: it asks for no header, reason or body",
                "add header, reason_regex or body_regex");
  }
  return row;
}

}  // namespace

std::vector<OwnSignature> read_signatures(std::vector<config::Table>& tables) {
  std::vector<OwnSignature> rows;
  config::UniqueNames names("signatures");
  for (config::Table& table : tables) {
    rows.push_back(read_signature(table, names));
  }
  if (tables.size() > kMaxOwnSignatures) {
    tables[kMaxOwnSignatures].error(
        "name", "more than " + std::to_string(kMaxOwnSignatures) + " of [[signature]]");
  }
  return rows;
}

}  // namespace gatewatch::probe
