// SPDX-License-Identifier: MIT
//
// The tables of cause_rows.h, ready to be asked.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/answered_by.h"
#include "logs/cause_rows.h"
#include "logs/line_pattern.h"

namespace gatewatch::logs {

// Thread: any. Costs at most a pass over the text for each row.
class WordsTable {
 public:
  explicit WordsTable(std::span<const WordsRow> rows);

  // What the first row that fits says; empty where none does.
  [[nodiscard]] std::optional<CauseSet> find(std::string_view text) const;

 private:
  struct Row {
    LinePattern words;
    CauseSet causes;
  };
  std::vector<Row> rows_;
};

struct ApacheMessage {
  std::string_view error;    // "111", "EAI 2"; empty: none
  bool of_upstream = false;  // "[remote …]" stands before it
  std::string_view code;     // "AH00957"
  std::string_view words;
};
[[nodiscard]] std::optional<CauseSet> find_apache(const ApacheMessage& message);

// `state` is the whole termination state, four letters.
[[nodiscard]] std::optional<CauseSet> find_haproxy(std::string_view state, int status,
                                                   bool no_server);

}  // namespace gatewatch::logs
