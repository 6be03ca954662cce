// SPDX-License-Identifier: MIT
//
// All configuration files as one tree of values that know where they stand.
//
// Thread: one at a time. Limits: kMaxNesting levels, kMaxKeys keys in a table.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.h"
#include "config/source.h"

namespace gatewatch::config {

inline constexpr size_t kMaxKeys = 1000;

struct Value;

struct Entry {
  std::string key;
  Place where;  // of the key
  std::unique_ptr<Value> value;
};

struct Value {
  // Broken: a mistake in it was told already; whoever reads it keeps silent.
  enum class Type { Broken, String, Integer, Float, Boolean, Time, Array, Table };
  // How a table or array came to be, which decides what may still be added to it.
  enum class Form { Inline, Implied, Header };

  Type type = Type::Broken;
  Place where{};
  std::string text{};  // of a string with ${NAME} put in; of a number or boolean as TOML writes it
  int64_t integer = 0;
  double real = 0;
  bool boolean = false;
  Form form = Form::Inline;
  bool incomplete = false;  // a statement of this table was lost: a key may seem to be missing
  std::vector<Value> elements{};  // of an array
  std::vector<Entry> entries{};   // of a table, in the order of the file

  [[nodiscard]] const Entry* find(std::string_view key) const;
  [[nodiscard]] Entry* find(std::string_view key);
};

// "a string", "a table"
[[nodiscard]] std::string_view name_of(Value::Type type);

class Document {
 public:
  // Adds the content of one file: tables are joined, arrays of tables appended, a key that is set
  // twice is an error that names the first place; so is `include` in any but the first file.
  // Requires: `text` is UTF-8 without NUL.
  void add(const std::string& file_name, std::string text,
           const std::map<std::string, std::string>& environment, Diagnostics& diagnostics);

  [[nodiscard]] const Value& root() const { return root_; }
  // A lasting table without keys, standing where `root` does.
  [[nodiscard]] const Value& empty_table();

 private:
  std::deque<SourceFile> files_;
  std::deque<Value> empty_;
  Value root_{.type = Value::Type::Table, .form = Value::Form::Header};
};

}  // namespace gatewatch::config
