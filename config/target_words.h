// SPDX-License-Identifier: MIT
//
// The words of a key `targets`, as in a [[rule]]: names of targets, globs, tag:NAME.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/diagnostic.h"
#include "config/table.h"
#include "core/target.h"

namespace gatewatch::config {

// Whether `word` is the target's name, a glob (fnmatch) that fits it, or "tag:" and a tag of it or
// a glob that fits one. Never for a control.
[[nodiscard]] bool selects(const std::string& word, const Target& target);
// Whether one of `words` does.
[[nodiscard]] bool select(const std::vector<std::string>& words, const Target& target);

// Whether `word` is neither a glob nor a tag.
[[nodiscard]] bool is_name(std::string_view word);

// Reads the key `targets`, which a table that is about targets by default is about all of; an error
// where it is empty, and as of check_names(). `consequence`: of an empty one, the end of a
// sentence.
[[nodiscard]] std::vector<std::string> read_target_words(Table& table,
                                                         const std::vector<Target>& targets,
                                                         const std::string& consequence);

// An error at each of `words`, read from the key `targets` of `table`, that is a name and none of
// `names`: those of all targets and controls. One of them that is empty is a name that is mistaken;
// then nothing is told.
void check_names(Table& table, const std::vector<std::string>& words,
                 const std::vector<std::string_view>& names);

// A remark at each of them that fits none of `targets`. Nothing where `table` has no key `targets`.
void remark_on_words(const Table& table, const std::vector<std::string>& words,
                     const std::vector<TargetConfig>& targets, Diagnostics& diagnostics);

}  // namespace gatewatch::config
