// SPDX-License-Identifier: MIT
//
// The readers of the sections of a configuration; for the files of this folder. Each adds the
// mistakes it finds to the tables' diagnostics.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/table.h"

namespace gatewatch::config {

// Names that were read from tables of one sort, each unique.
class Names {
 public:
  // Reads the key "name" of `table`, a table of that sort. Empty where it is no good name.
  std::string read(Table& table);

  [[nodiscard]] bool contains(const std::string& name) const;
  // Whether every table had a name: only then may another name be called unknown.
  [[nodiscard]] bool complete() const { return complete_; }
  // The nearest name as a hint; empty where none is near.
  [[nodiscard]] std::string hint(const std::string& name) const;

 private:
  std::map<std::string, Location> places_;  // the first of each name
  bool complete_ = true;
};

struct Targets {
  std::vector<TargetConfig> targets;  // controls last; interval zero where it was mistaken
  Names names;
};
struct Channels {
  std::vector<ChannelConfig> channels;
  Names names;
};

[[nodiscard]] WebConfig read_web(Table table);
[[nodiscard]] DaemonConfig read_daemon(Table table, const WebConfig& web, bool web_is_set);
[[nodiscard]] StorageConfig read_storage(Table table, const std::string& state_directory);
[[nodiscard]] EarlyWarningConfig read_early_warning(Table table);
[[nodiscard]] Targets read_targets(Table& root, Table& defaults);
[[nodiscard]] Channels read_channels(Table& root);
// The written rules, or the built-in ones.
[[nodiscard]] std::vector<RuleConfig> read_rules(Table& root, const Targets& targets,
                                                 const Channels& channels);
// Remarks on what is allowed but hardly meant.
void lint_rules(const Config& config, Diagnostics& diagnostics);

inline constexpr Duration kDefaultInterval = std::chrono::seconds(30);
inline constexpr size_t kMaxNameCharacters = 128;

}  // namespace gatewatch::config
