// SPDX-License-Identifier: MIT
//
// What stands behind a Table; for the files of this folder.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "config/document.h"
#include "config/table.h"

namespace gatewatch::config {

// What all tables of one configuration share.
struct Context {
  LoadOptions options;
  Diagnostics* diagnostics = nullptr;
  Document document;
};

struct Table::Node {
  std::shared_ptr<Context> context;
  const Value* value = nullptr;  // a table of the document
  std::string title;             // "[[target]]"; empty for the root
  std::shared_ptr<Node> below = nullptr;
  std::string kind_key = {};  // empty: none
  std::set<std::string, std::less<>> asked = {};
  std::set<std::string, std::less<>> mistaken = {};  // keys of which a getter told a mistake
  std::set<std::string, std::less<>> told = {};      // keys of which anybody told an error

  // The entry here or below; null where there is none. Makes the key known.
  const Entry* find(std::string_view key);
  // The same, without making it known.
  [[nodiscard]] const Entry* look_up(std::string_view key) const;
};

// Ends the name of a key's twin.
inline constexpr std::string_view kFileSuffix = "_file";

// The root table of what was added to the document of `context`.
[[nodiscard]] Table root_table(const std::shared_ptr<Context>& context);

}  // namespace gatewatch::config
