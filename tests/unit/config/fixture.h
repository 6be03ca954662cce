// SPDX-License-Identifier: MIT
//
// Configuration from text or files, as the daemon reads it but without the real kinds.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "tests/support/temp_dir.h"

namespace gatewatch::config::testing {

// A folder of its own that one writes files into.
class TempDirectory {
 public:
  [[nodiscard]] const std::string& path() const { return folder_.path(); }
  // Writes a file, making the folders it needs; returns its whole path.
  std::string write(const std::string& name, std::string_view text) const;

 private:
  gatewatch::testing::TempDir folder_;
};

// Asks for the keys that the http targets and the webhook and email channels have, and calls
// finish() on each table.
void read_kinds(Config& config);

struct Loaded {
  std::unique_ptr<Diagnostics> diagnostics;  // tables that are read later add to it
  std::optional<Config> config;
  std::vector<std::string> told;  // each diagnostic as a person sees it
};

[[nodiscard]] Loaded load_file(const std::string& path, const LoadOptions& options = {});
// `text` as the file "gatewatch.toml" of an empty directory, whose name is cut from `told`.
[[nodiscard]] Loaded load_text(std::string_view text, const LoadOptions& options = {});

}  // namespace gatewatch::config::testing
