// SPDX-License-Identifier: MIT
//
// How it works: outline.h cuts a file into statements, statement.h reads each of them alone, so
// that a broken one hides nothing; the tree is put together here.
#include "config/document.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "config/outline.h"
#include "config/statement.h"

namespace gatewatch::config {
namespace {

// Puts one file into the tree.
class Builder {
 public:
  Builder(const SourceFile& file, const std::map<std::string, std::string>& environment,
          Diagnostics& diagnostics, Value& root)
      : file_(file),
        environment_(environment),
        diagnostics_(diagnostics),
        root_(root),
        current_(&root) {}

  void build();

 private:
  void open_table(const Statement& statement, const std::vector<std::string>& path);
  void append_table(Entry& entry, const Place& head, bool existed);
  void insert(const Statement& statement, const std::vector<std::string>& path, Value value);
  Value* descend(Value& from, const Statement& statement, const std::vector<std::string>& path);
  Entry* add_entry(Value& table, const std::string& key, const Place& where);

  void told_twice(const Place& where, const std::string& what, const Place& first);
  void error(const Place& where, std::string message, std::string hint = {}) {
    diagnostics_.error(to_location(where), std::move(message), std::move(hint));
  }
  // Statements go nowhere until the next header.
  void lose_table() {
    nowhere_ = {.type = Value::Type::Table};
    current_ = &nowhere_;
  }

  const SourceFile& file_;
  const std::map<std::string, std::string>& environment_;
  Diagnostics& diagnostics_;
  Value& root_;
  Value* current_;
  Value nowhere_;
};

std::vector<std::string> raw_path(const Statement& statement) {
  std::vector<std::string> path;
  std::transform(statement.key.begin(), statement.key.end(), std::back_inserter(path),
                 [](const KeyPart& part) { return part.raw; });
  return path;
}

void Builder::build() {
  for (const Statement& statement : outline(file_, diagnostics_)) {
    ParsedStatement parsed{raw_path(statement), {.where = place_at(file_, statement.value)}};
    if (!statement.broken) {
      if (auto good = parse_statement(file_, statement, environment_, diagnostics_)) {
        parsed = *std::move(good);
      }
    }
    switch (statement.kind) {
      case Statement::Kind::Lost:
        current_->incomplete = true;
        break;
      case Statement::Kind::Table:
      case Statement::Kind::ArrayOfTables:
        if (parsed.path.empty()) {
          lose_table();
          break;
        }
        open_table(statement, parsed.path);
        break;
      case Statement::Kind::KeyValue:
        insert(statement, parsed.path, std::move(parsed.value));
        break;
    }
  }
}

void Builder::told_twice(const Place& where, const std::string& what, const Place& first) {
  const std::string there =
      first.file == &file_ ? "line " + std::to_string(first.line) : to_string(to_location(first));
  error(where, what + " is set twice; first at " + there, "keep one of them");
}

// The table that the last part of `path` belongs to; null, and told, where there can be none.
Value* Builder::descend(Value& from, const Statement& statement,
                        const std::vector<std::string>& path) {
  Value* at = &from;
  for (size_t i = 0; i + 1 < path.size(); ++i) {
    const Place where = place_at(file_, statement.key[i].offset);
    Entry* entry = at->find(path[i]);
    if (entry == nullptr) {
      entry = add_entry(*at, path[i], where);
      if (entry == nullptr) {
        return nullptr;
      }
      *entry->value = {.type = Value::Type::Table, .where = where, .form = Value::Form::Implied};
    }
    at = entry->value.get();
    if (at->type == Value::Type::Array && at->form == Value::Form::Header) {
      at = &at->elements.back();
    }
    if (at->type == Value::Type::Broken) {
      return nullptr;
    }
    if (at->type != Value::Type::Table || at->form == Value::Form::Inline) {
      told_twice(where, "\"" + path[i] + "\"", entry->where);
      return nullptr;
    }
  }
  return at;
}

Entry* Builder::add_entry(Value& table, const std::string& key, const Place& where) {
  if (table.entries.size() >= kMaxKeys) {
    error(where, "more than " + std::to_string(kMaxKeys) + " keys in one table");
    return nullptr;
  }
  table.entries.push_back({key, where, std::make_unique<Value>()});
  return &table.entries.back();
}

void Builder::open_table(const Statement& statement, const std::vector<std::string>& path) {
  const Place head = place_at(file_, statement.value);
  Value* parent = descend(root_, statement, path);
  Entry* entry = parent == nullptr ? nullptr : parent->find(path.back());
  const bool existed = entry != nullptr;
  if (parent != nullptr && !existed) {
    entry = add_entry(*parent, path.back(), head);
  }
  if (entry == nullptr) {
    return lose_table();
  }
  if (statement.kind == Statement::Kind::ArrayOfTables) {
    return append_table(*entry, head, existed);
  }
  Value& table = *entry->value;
  if (table.type == Value::Type::Array && table.form == Value::Form::Header) {
    error(head, "[" + path.back() + "] must be written [[" + path.back() + "]]");
    return append_table(*entry, head, true);
  }
  const bool same_file = existed && entry->where.file == &file_;
  const bool may_go_on =
      table.type == Value::Type::Table &&
      (table.form == Value::Form::Implied || (table.form == Value::Form::Header && !same_file));
  if (existed && !may_go_on) {
    if (table.type != Value::Type::Broken) {
      told_twice(head, "[" + path.back() + "]", entry->where);
    }
    return lose_table();
  }
  if (!existed || table.form == Value::Form::Implied) {
    table.where = head;
  }
  table.type = Value::Type::Table;
  table.form = Value::Form::Header;
  current_ = &table;
}

void Builder::append_table(Entry& entry, const Place& head, bool existed) {
  Value& array = *entry.value;
  const bool same_file = entry.where.file == &file_;
  if (existed &&
      (array.type != Value::Type::Array || (array.form == Value::Form::Inline && same_file))) {
    if (array.type != Value::Type::Broken) {
      error(head,
            "[[" + entry.key + "]] cannot be added to what stands at line " +
                std::to_string(entry.where.line),
            "write every one as [[" + entry.key + "]]");
    }
    return lose_table();
  }
  if (!existed) {
    array = {.type = Value::Type::Array, .where = head};
  }
  array.form = Value::Form::Header;
  array.elements.push_back(
      {.type = Value::Type::Table, .where = head, .form = Value::Form::Header});
  current_ = &array.elements.back();
}

void Builder::insert(const Statement& statement, const std::vector<std::string>& path,
                     Value value) {
  Value* table = descend(*current_, statement, path);
  if (table == nullptr) {
    return;
  }
  const Place where = place_at(file_, statement.key.front().offset);
  if (table == &root_ && path.back() == "include" && root_.where.file != &file_) {
    error(where, "include may stand in the main file only");
    return;
  }
  const Entry* first = table->find(path.back());
  if (first != nullptr && statement.broken) {
    return;
  }
  if (first != nullptr) {
    return told_twice(where, "\"" + path.back() + "\"", first->where);
  }
  if (Entry* entry = add_entry(*table, path.back(), where)) {
    *entry->value = std::move(value);
  }
}

}  // namespace

const Entry* Value::find(std::string_view key) const {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const Entry& entry) { return entry.key == key; });
  return found == entries.end() ? nullptr : &*found;
}

Entry* Value::find(std::string_view key) {
  return const_cast<Entry*>(std::as_const(*this).find(key));
}

std::string_view name_of(Value::Type type) {
  switch (type) {
    case Value::Type::Broken:
      return "a broken value";
    case Value::Type::String:
      return "a string";
    case Value::Type::Integer:
      return "an integer";
    case Value::Type::Float:
      return "a floating-point number";
    case Value::Type::Boolean:
      return "a boolean";
    case Value::Type::Time:
      return "a date or time";
    case Value::Type::Array:
      return "an array";
    case Value::Type::Table:
      return "a table";
  }
  return "";
}

void Document::add(const std::string& file_name, std::string text,
                   const std::map<std::string, std::string>& environment,
                   Diagnostics& diagnostics) {
  const SourceFile& file = files_.emplace_back(file_name, std::move(text));
  diagnostics.file_read(file_name);
  if (root_.where.file == nullptr) {
    root_.where = place_at(file, 0);
  }
  Builder(file, environment, diagnostics, root_).build();
}

const Value& Document::empty_table() {
  return empty_.emplace_back(Value{.type = Value::Type::Table, .where = root_.where});
}

}  // namespace gatewatch::config
