// SPDX-License-Identifier: MIT
#include "config/table.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <set>
#include <utility>

#include "config/node.h"
#include "core/assert.h"
#include "core/text.h"

namespace gatewatch::config {
namespace {

constexpr double kDigitsOfPercent = 1e6;  // a share is written with at most so many steps

std::string quoted(std::string_view text) {
  return "\"" + printable(text) + "\"";
}

// "20%" as 0.2.
std::optional<double> parse_share(std::string_view text) {
  if (!text.ends_with('%')) {
    return std::nullopt;
  }
  text.remove_suffix(1);
  if (text.empty() || text.find_first_not_of("0123456789.") != std::string_view::npos) {
    return std::nullopt;
  }
  double percent = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, percent, std::chars_format::fixed);
  if (error != std::errc() || stop != end || percent > 100) {
    return std::nullopt;
  }
  return std::round(percent * kDigitsOfPercent) / kDigitsOfPercent / 100;
}

// A whole number and a unit, but more than parse_duration() takes.
bool is_long_duration(std::string_view text) {
  const size_t unit = text.find_first_not_of("0123456789");
  return unit != 0 && unit != std::string_view::npos &&
         parse_duration(std::string("1").append(text.substr(unit))).has_value();
}

std::string format_share(double share) {
  std::string text(32, '\0');
  text.resize(static_cast<size_t>(std::snprintf(text.data(), text.size(), "%g%%", share * 100)));
  return text;
}

// What to write where a string was wanted and a bare word stands.
std::string in_quotes_hint(std::string_view key, const Value& value) {
  return value.text.empty() ? "" : "write " + std::string(key) + " = \"" + value.text + "\"";
}

std::string without_quotes_hint(std::string_view key, const Value& value) {
  return "write " + std::string(key) + " = " + printable(value.text) + ", without quotes";
}

}  // namespace

const Entry* Table::Node::find(std::string_view key) {
  for (Node* node = this; node != nullptr; node = node->below.get()) {
    node->asked.emplace(key);
  }
  return look_up(key);
}

const Entry* Table::Node::look_up(std::string_view key) const {
  const Entry* found = nullptr;
  for (const Node* node = this; node != nullptr && found == nullptr; node = node->below.get()) {
    found = node->value->find(key);
  }
  return found;
}

Table root_table(const std::shared_ptr<Context>& context) {
  return Table(std::make_shared<Table::Node>(
      Table::Node{.context = context, .value = &context->document.root(), .title = {}}));
}

Table read_table(const std::string& file_name, std::string_view text, const LoadOptions& options,
                 Diagnostics& diagnostics) {
  auto context = std::make_shared<Context>();
  context->options = options;
  context->diagnostics = &diagnostics;
  context->document.add(file_name, std::string(text), options.environment, diagnostics);
  return root_table(context);
}

Table::Table(std::shared_ptr<Node> node) : node_(std::move(node)) {
  GW_ASSERT(node_ != nullptr);
}

bool Table::has(std::string_view key) const {
  return node_->find(key) != nullptr;
}

bool Table::is_own(std::string_view key) const {
  return has(key) && node_->value->find(key) != nullptr;
}

std::optional<std::string> Table::string(std::string_view key) {
  const Entry* entry = node_->find(key);
  if (entry == nullptr) {
    return std::nullopt;
  }
  if (entry->value->type != Value::Type::String) {
    wrong_type(key, *entry->value, "a string", in_quotes_hint(key, *entry->value));
    return std::nullopt;
  }
  return entry->value->text;
}

std::string Table::string_or(std::string_view key, std::string_view fallback) {
  return string(key).value_or(std::string(fallback));
}

std::optional<std::string> Table::required_string(std::string_view key) {
  if (!has(key) && !node_->value->incomplete && !tell_misspelt(key)) {
    mistake(key, "this " + node_->title + " has no " + quoted(key));
  }
  return string(key);
}

std::string Table::one_of(std::string_view key, std::string_view fallback,
                          std::span<const std::string_view> words) {
  const std::optional<std::string> word = string(key);
  if (!word) {
    return std::string(fallback);
  }
  if (std::find(words.begin(), words.end(), *word) != words.end()) {
    return *word;
  }
  std::string list;
  for (const std::string_view candidate : words) {
    list += (list.empty() ? "" : ", ") + std::string(candidate);
  }
  const std::string_view near = closest(ascii_lower(*word), words);
  mistake(key, std::string(key) + " cannot be " + quoted(*word) + "; it is one of " + list,
          near.empty() ? "" : "did you mean " + quoted(near) + "?");
  return std::string(fallback);
}

bool Table::boolean(std::string_view key, bool fallback) {
  const Entry* entry = node_->find(key);
  if (entry == nullptr) {
    return fallback;
  }
  const Value& value = *entry->value;
  if (value.type != Value::Type::Boolean) {
    const bool is_word = value.text == "true" || value.text == "false";
    wrong_type(key, value, "true or false", is_word ? without_quotes_hint(key, value) : "");
    return fallback;
  }
  return value.boolean;
}

int64_t Table::integer(std::string_view key, int64_t fallback, int64_t least, int64_t most) {
  const Entry* entry = node_->find(key);
  if (entry == nullptr) {
    return fallback;
  }
  const Value& value = *entry->value;
  if (value.type != Value::Type::Integer) {
    const bool is_number = !value.text.empty() && value.type == Value::Type::String &&
                           value.text.find_first_not_of("0123456789") == std::string::npos;
    wrong_type(key, value, "a whole number", is_number ? without_quotes_hint(key, value) : "");
    return fallback;
  }
  if (value.integer < least || value.integer > most) {
    mistake(key, std::string(key) + " must be between " + std::to_string(least) + " and " +
                     std::to_string(most) + ", not " + value.text);
    return fallback;
  }
  return value.integer;
}

Duration Table::duration(std::string_view key, Duration fallback, Duration least, Duration most) {
  const Entry* entry = node_->find(key);
  if (entry == nullptr) {
    return fallback;
  }
  const Value& value = *entry->value;
  if (value.type != Value::Type::String) {
    wrong_type(key, value, "a duration such as \"30s\"",
               value.type == Value::Type::Integer
                   ? "write " + std::string(key) + " = \"" + value.text + "s\" for seconds"
                   : "");
    return fallback;
  }
  const std::optional<Duration> duration = parse_duration(value.text);
  if (!duration && !is_long_duration(value.text)) {
    mistake(key, std::string(key) + ": " + quoted(value.text) + " is not a duration",
            "a whole number and ms, s, m, h or d, such as \"30s\"");
    return fallback;
  }
  if (!duration || *duration < least || *duration > most) {
    mistake(key, std::string(key) + " must be between " + format_duration(least) + " and " +
                     format_duration(most) + ", not " + printable(value.text));
    return fallback;
  }
  return *duration;
}

double Table::share(std::string_view key, double fallback, double least) {
  const Entry* entry = node_->find(key);
  if (entry == nullptr) {
    return fallback;
  }
  const Value& value = *entry->value;
  if (value.type != Value::Type::String) {
    wrong_type(key, value, "a share such as \"20%\"",
               value.type == Value::Type::Integer
                   ? "write " + std::string(key) + " = \"" + value.text + "%\""
                   : "");
    return fallback;
  }
  const std::optional<double> share = parse_share(value.text);
  if (!share) {
    mistake(key, std::string(key) + ": " + quoted(value.text) + " is not a share",
            "a number from 0 to 100 and %, such as \"20%\"");
    return fallback;
  }
  if (*share < least) {
    mistake(key, std::string(key) + " must be at least " + format_share(least) + ", not " +
                     printable(value.text));
    return fallback;
  }
  return *share;
}

std::vector<std::string> Table::strings(std::string_view key) {
  const Entry* entry = node_->find(key);
  if (entry == nullptr) {
    return {};
  }
  const Value& value = *entry->value;
  if (value.type != Value::Type::Array) {
    wrong_type(key, value, "an array of strings",
               value.text.empty()
                   ? ""
                   : "write " + std::string(key) + " = [\"" + printable(value.text) + "\"]");
    return {};
  }
  std::vector<std::string> strings;
  for (const Value& element : value.elements) {
    strings.push_back(element.type == Value::Type::String ? element.text : "");
    if (element.type != Value::Type::String) {
      wrong_type("each of " + std::string(key), element, "a string",
                 element.text.empty() ? "" : "write \"" + element.text + "\"");
    }
  }
  return strings;
}

std::vector<std::string> Table::one_or_more_strings(std::string_view key) {
  const Entry* entry = node_->find(key);
  if (entry != nullptr && entry->value->type != Value::Type::Array) {
    const std::optional<std::string> single = string(key);
    return single ? std::vector<std::string>{*single} : std::vector<std::string>();
  }
  return strings(key);
}

std::optional<Scalar> Table::scalar(std::string_view key) {
  const Entry* entry = node_->find(key);
  if (entry == nullptr) {
    return std::nullopt;
  }
  const Value& value = *entry->value;
  if (value.type == Value::Type::String) {
    return value.text;
  }
  if (value.type == Value::Type::Integer) {
    return value.integer;
  }
  if (value.type == Value::Type::Boolean) {
    return value.boolean;
  }
  if (value.type == Value::Type::Float) {
    if (std::isfinite(value.real)) {
      return value.real;
    }
    mistake(key, std::string(key) + " must be a finite number");
    return std::nullopt;
  }
  wrong_type(key, value, "a string, a number or a boolean");
  return std::nullopt;
}

bool Table::is_empty_array(std::string_view key) const {
  const Entry* entry = node_->find(key);
  return entry != nullptr && entry->value->type == Value::Type::Array &&
         entry->value->elements.empty();
}

std::vector<Table> Table::tables(std::string_view key) {
  const Entry* entry = node_->find(key);
  if (entry == nullptr) {
    return {};
  }
  const std::string title = "[[" + std::string(key) + "]]";
  const Value& value = *entry->value;
  std::vector<const Value*> found;
  if (value.type == Value::Type::Table) {
    mistake(key, "[" + std::string(key) + "] must be written " + title);
    found.push_back(&value);
  } else if (value.type != Value::Type::Array) {
    wrong_type(key, value, "an array of tables", "write " + title);
  }
  for (const Value& element : value.elements) {
    if (element.type == Value::Type::Table) {
      found.push_back(&element);
    } else {
      wrong_type("each of " + std::string(key), element, "a table", "write " + title);
    }
  }
  std::vector<Table> tables;
  for (const Value* table : found) {
    tables.emplace_back(
        std::make_shared<Node>(Node{.context = node_->context, .value = table, .title = title}));
  }
  return tables;
}

Table Table::table(std::string_view key) {
  const std::string title = "[" + std::string(key) + "]";
  const Entry* entry = node_->find(key);
  const Value* value = entry == nullptr ? nullptr : entry->value.get();
  if (value != nullptr && value->type != Value::Type::Table) {
    wrong_type(key, *value, "a table",
               "write " + (node_->title.empty() ? title : std::string(key) + " = { KEY = … }"));
    value = nullptr;
  }
  if (value == nullptr) {
    value = &node_->context->document.empty_table();
  }
  return Table(
      std::make_shared<Node>(Node{.context = node_->context, .value = value, .title = title}));
}

std::vector<std::string> Table::keys() const {
  std::vector<std::string> keys;
  for (const Entry& entry : node_->value->entries) {
    node_->asked.insert(entry.key);
    keys.push_back(entry.key);
  }
  return keys;
}

Table Table::standing_on(const Table& below) const {
  auto node = std::make_shared<Node>(*node_);
  node->below = below.node_;
  return Table(std::move(node));
}

}  // namespace gatewatch::config
