// SPDX-License-Identifier: MIT
//
// The part of Table that deals with secrets: no message here may hold a value.
#include <set>
#include <utility>

#include "config/node.h"
#include "config/secret_file.h"
#include "config/table.h"
#include "core/text.h"

namespace gatewatch::config {
namespace {

using Variables = std::map<std::string, std::string>;

std::string file_key(std::string_view key) {
  return std::string(key).append(kFileSuffix);
}

void write_canonically(const Value& value, const Variables& environment, std::string& out);

// A key with its value and, where that names a file, the content of it.
void write_canonically(const Entry& entry, const Variables& environment, std::string& out) {
  const Value& value = *entry.value;
  out += std::to_string(entry.key.size()) + ':' + entry.key;
  write_canonically(value, environment, out);
  if (entry.key.ends_with(kFileSuffix) && value.type == Value::Type::String) {
    const SecretFile file =
        read_secret_file(value.text, to_location(value.where).file, environment);
    out += '<' + std::to_string(file.content.size()) + ':' + file.content;
  }
}

void write_canonically(const Value& value, const Variables& environment, std::string& out) {
  switch (value.type) {
    case Value::Type::Array:
      out += '[';
      for (const Value& element : value.elements) {
        write_canonically(element, environment, out);
      }
      out += ']';
      return;
    case Value::Type::Table:
      out += '{';
      for (const Entry& entry : value.entries) {
        write_canonically(entry, environment, out);
      }
      out += '}';
      return;
    case Value::Type::Broken:
    case Value::Type::String:
    case Value::Type::Integer:
    case Value::Type::Float:
    case Value::Type::Boolean:
    case Value::Type::Time:
      // The length keeps what follows from being taken for part of the text.
      out += std::to_string(static_cast<int>(value.type)) + '/' +
             std::to_string(value.text.size()) + ':' + value.text;
      return;
  }
}

}  // namespace

std::optional<Secret> Table::secret(std::string_view key) {
  const std::string twin = file_key(key);
  (void)node_->find(key);  // makes both known, whichever is there
  (void)node_->find(twin);
  for (Node* node = node_.get(); node != nullptr; node = node->below.get()) {
    const Entry* direct = node->value->find(key);
    const Entry* file = node->value->find(twin);
    if (direct != nullptr && file != nullptr) {
      node_->context->diagnostics->error(to_location(file->where),
                                         std::string(key) + " and " + twin + " are both set",
                                         "keep one of them");
    }
    if (direct != nullptr) {
      if (direct->value->type != Value::Type::String) {
        wrong_type(key, *direct->value, "a string");
        return std::nullopt;
      }
      return Secret(direct->value->text);
    }
    if (file != nullptr) {
      std::optional<Secret> secret = secret_from_file(twin, *file);
      if (!secret) {
        node_->mistaken.emplace(key);
      }
      return secret;
    }
  }
  return std::nullopt;
}

// `key` is how messages name the entry.
std::optional<Secret> Table::secret_from_file(std::string_view key, const Entry& entry) {
  const Value& name = *entry.value;
  const Location where = to_location(name.where);
  Diagnostics& diagnostics = *node_->context->diagnostics;
  if (name.type != Value::Type::String) {
    wrong_type(key, name, "the name of a file");
    return std::nullopt;
  }
  if (name.text.empty()) {
    diagnostics.error(where, std::string(key) + " names no file");
    return std::nullopt;
  }
  const SecretFile file =
      read_secret_file(name.text, where.file, node_->context->options.environment);
  if (file.result == SecretFile::Result::Read) {
    return Secret(file.content);
  }
  std::string message = std::string(key) + ": " + file.problem;
  const std::string hint = "looked for " + file.places;
  if (file.result == SecretFile::Result::Unreadable &&
      node_->context->options.unreadable_secret_is_warning) {
    diagnostics.warning(where, std::move(message), hint);
    return Secret();
  }
  diagnostics.error(where, std::move(message), hint);
  return std::nullopt;
}

std::vector<std::pair<std::string, Secret>> Table::secrets_by_name(std::string_view key) {
  const Entry* entry = node_->find(key);
  if (entry == nullptr) {
    return {};
  }
  if (entry->value->type != Value::Type::Table) {
    wrong_type(key, *entry->value, "a table of strings",
               "write " + std::string(key) + " = { NAME = \"VALUE\" }");
    return {};
  }
  std::vector<std::pair<std::string, Secret>> secrets;
  for (const Entry& item : entry->value->entries) {
    if (item.key.ends_with(kFileSuffix) && item.key.size() > kFileSuffix.size()) {
      const std::string name = item.key.substr(0, item.key.size() - kFileSuffix.size());
      if (entry->value->find(name) != nullptr) {
        node_->context->diagnostics->error(to_location(item.where),
                                           name + " and " + item.key + " are both set",
                                           "keep one of them");
        continue;
      }
      const std::string path = std::string(key) + "." + item.key;
      if (std::optional<Secret> secret = secret_from_file(path, item)) {
        secrets.emplace_back(name, *std::move(secret));
      }
    } else if (item.value->type == Value::Type::String) {
      secrets.emplace_back(item.key, Secret(item.value->text));
    } else {
      wrong_type(std::string(key) + "." + item.key, *item.value, "a string");
    }
  }
  return secrets;
}

std::string Table::fingerprint() const {
  std::set<std::string_view> keys;
  for (const Node* node = node_.get(); node != nullptr; node = node->below.get()) {
    for (const Entry& entry : node->value->entries) {
      keys.insert(entry.key);
    }
  }
  std::string out;
  for (const std::string_view key : keys) {
    write_canonically(*node_->look_up(key), node_->context->options.environment, out);
  }
  return out;
}

}  // namespace gatewatch::config
