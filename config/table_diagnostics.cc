// SPDX-License-Identifier: MIT
//
// The part of Table that tells mistakes. A value has one mistake at a time: where a getter has told
// one, what others find wrong with the value that they got instead is not told.
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "config/node.h"
#include "config/table.h"
#include "core/text.h"

namespace gatewatch::config {
namespace {

std::string quoted(std::string_view text) {
  return "\"" + printable(text) + "\"";
}

}  // namespace

void Table::error(std::string_view key, std::string message, std::string hint) {
  node_->told.emplace(key);
  if (!node_->mistaken.contains(key)) {
    node_->context->diagnostics->error(where(key), std::move(message), std::move(hint));
  }
}

void Table::warning(std::string_view key, std::string message, std::string hint) {
  if (!node_->mistaken.contains(key)) {
    node_->context->diagnostics->warning(where(key), std::move(message), std::move(hint));
  }
}

// An error that a getter found.
void Table::mistake(std::string_view key, std::string message, std::string hint) {
  error(key, std::move(message), std::move(hint));
  node_->mistaken.emplace(key);
}

void Table::wrong_type(std::string_view key, const Value& value, std::string_view wanted,
                       std::string hint) {
  node_->mistaken.emplace(key);
  if (value.type != Value::Type::Broken) {
    node_->context->diagnostics->error(to_location(value.where),
                                       std::string(key) + " must be " + std::string(wanted) +
                                           ", not " + std::string(name_of(value.type)),
                                       std::move(hint));
  }
}

// Whether the missing `key` is there under a name much like it, which is then told as unknown: one
// mistake, one diagnostic.
bool Table::tell_misspelt(std::string_view key) {
  for (const Entry& entry : node_->value->entries) {
    if (!node_->asked.contains(entry.key) &&
        !closest(ascii_lower(entry.key), std::span(&key, 1)).empty()) {
      tell_unknown(entry, key);
      node_->asked.insert(entry.key);
      return true;
    }
  }
  return false;
}

void Table::error_at(std::string_view key, size_t index, std::string message, std::string hint) {
  const Entry* entry = node_->find(key);
  if (entry != nullptr && index < entry->value->elements.size() &&
      entry->value->elements[index].type != Value::Type::String) {
    return;
  }
  node_->told.emplace(key);
  node_->context->diagnostics->error(where_at(key, index), std::move(message), std::move(hint));
}

Location Table::head() const {
  return to_location(node_->value->where);
}

Location Table::where(std::string_view key) const {
  const Entry* entry = node_->find(key);
  if (entry == nullptr) {
    entry = node_->look_up(std::string(key).append(kFileSuffix));
  }
  return entry == nullptr ? head() : to_location(entry->value->where);
}

Location Table::where_at(std::string_view key, size_t index) const {
  const Entry* entry = node_->find(key);
  return entry != nullptr && index < entry->value->elements.size()
             ? to_location(entry->value->elements[index].where)
             : where(key);
}

// Whether nobody can tell which keys this table may have.
bool Table::has_no_kind() const {
  if (node_->kind_key.empty()) {
    return false;
  }
  const Entry* entry = node_->value->find(node_->kind_key);
  return entry == nullptr || entry->value->type != Value::Type::String ||
         node_->told.contains(node_->kind_key);
}

void Table::finish() {
  const std::vector<std::string_view> known(node_->asked.begin(), node_->asked.end());
  const bool only_misspelt = has_no_kind();
  for (const Entry& entry : node_->value->entries) {
    const std::string_view near = closest(ascii_lower(entry.key), known);
    if (!node_->asked.contains(entry.key) && !(only_misspelt && near.empty())) {
      tell_unknown(entry, near);
    }
  }
}

void Table::tell_unknown(const Entry& entry, std::string_view near) {
  const Value& value = *entry.value;
  if (value.type == Value::Type::Broken) {
    return;
  }
  const bool is_table = value.form == Value::Form::Header;
  std::string message = is_table ? "unknown table " : "unknown key ";
  message += quoted(entry.key);
  if (!node_->title.empty()) {
    message += " in " + node_->title;
  }
  node_->context->diagnostics->error(to_location(is_table ? value.where : entry.where),
                                     std::move(message),
                                     near.empty() ? "" : "did you mean " + quoted(near) + "?");
}

void Table::set_kind_key(std::string_view key) {
  node_->kind_key = key;
}

}  // namespace gatewatch::config
