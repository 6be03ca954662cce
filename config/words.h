// SPDX-License-Identifier: MIT
//
// Keys that tables of several sorts have alike.
#pragma once

#include <set>
#include <string>

#include "config/table.h"
#include "core/answered_by.h"

namespace gatewatch::config {

inline constexpr size_t kMaxWordCharacters = 128;

// An error at `key` where `words`, read from it, are not 1 to kMaxWordCharacters printable
// characters: they are shown in messages, on pages and in terminals.
void check_words(Table& table, const std::string& key, const std::string& words);

// The names of tables of one sort, each of which is to be there once.
class UniqueNames {
 public:
  // `sort`: in the plural, as in "there are two logs of the name …".
  explicit UniqueNames(std::string sort) : sort_(std::move(sort)) {}

  // Reads the key "name". What is wrong with it is told, and it is returned all the same.
  std::string read(Table& table);

 private:
  std::string sort_;
  std::set<std::string> names_;
};

// Reads the key "causes": words of docs/signatures.md, or one without brackets.
[[nodiscard]] CauseSet read_causes(Table& table);

}  // namespace gatewatch::config
