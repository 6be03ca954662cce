// SPDX-License-Identifier: MIT
#include "logs/cause_table.h"

#include <algorithm>

namespace gatewatch::logs {
namespace {

// Whether `words`, separated by spaces, has `word`.
bool lists(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const size_t end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == word) {
      return true;
    }
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

struct CompiledApacheRow {
  const ApacheRow* row;
  std::optional<LinePattern> words;
};

const std::vector<CompiledApacheRow>& compiled_apache_rows() {
  static const std::vector<CompiledApacheRow> kRows = [] {
    std::vector<CompiledApacheRow> rows;
    for (const ApacheRow& row : apache_rows()) {
      rows.push_back({&row, row.words.empty() ? std::nullopt
                                              : std::optional(LinePattern::built_in(row.words))});
    }
    return rows;
  }();
  return kRows;
}

}  // namespace

WordsTable::WordsTable(std::span<const WordsRow> rows) {
  for (const WordsRow& row : rows) {
    rows_.push_back({LinePattern::built_in(row.words), row.causes});
  }
}

std::optional<CauseSet> WordsTable::find(std::string_view text) const {
  const auto found = std::find_if(rows_.begin(), rows_.end(),
                                  [&](const Row& row) { return row.words.is_in(text); });
  return found == rows_.end() ? std::nullopt : std::optional(found->causes);
}

std::optional<CauseSet> find_apache(const ApacheMessage& message) {
  for (const auto& [row, words] : compiled_apache_rows()) {
    if (lists(row->codes, message.code) &&
        (row->errors.empty() || lists(row->errors, message.error)) &&
        (!row->of_upstream || message.of_upstream) && (!words || words->is_in(message.words))) {
      return row->causes;
    }
  }
  return std::nullopt;
}

std::optional<CauseSet> find_haproxy(std::string_view state, int status, bool no_server) {
  const auto rows = haproxy_rows();
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const HaproxyRow& row) {
    return state.substr(0, 2) == row.state && status >= row.first_status &&
           status <= row.last_status && no_server == row.no_server;
  });
  return found == rows.end() ? std::nullopt : std::optional(found->causes);
}

}  // namespace gatewatch::logs
