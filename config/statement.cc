// SPDX-License-Identifier: MIT
//
// The one file that sees toml11.
#include "config/statement.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <exception>
#include <expected>
#include <sstream>
#include <toml.hpp>
#include <utility>

#include "config/interpolate.h"

namespace gatewatch::config {
namespace {

using TomlValue = toml::basic_value<toml::discard_comments, std::map, std::vector>;

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// As few digits as tell it from every other number.
std::string shortest(double number) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return {text.data(), end};
}

class Parser {
 public:
  Parser(const SourceFile& file, const Statement& statement,
         const std::map<std::string, std::string>& environment, Diagnostics& diagnostics)
      : file_(file),
        environment_(environment),
        diagnostics_(diagnostics),
        line_before_(static_cast<size_t>(place_at(file, statement.begin).line) - 1) {}

  std::optional<TomlValue> parse(const Statement& statement);
  // `at`: where `from` begins.
  Value convert(const TomlValue& from, size_t at);

 private:
  Value convert_table(const TomlValue& from, const Place& where);
  Value string_value(const Place& where, const std::string& raw);
  [[nodiscard]] size_t offset(const TomlValue& value);
  [[nodiscard]] Place key_before(size_t at);

  void error(const Place& where, std::string message, std::string hint = {}) {
    diagnostics_.error(to_location(where), std::move(message), std::move(hint));
  }

  const SourceFile& file_;
  const std::map<std::string, std::string>& environment_;
  Diagnostics& diagnostics_;
  size_t line_before_;  // lines of the file before the statement
};

// Follows the only keys that lead to the statement's value, and notes them in `path`.
const TomlValue& follow(const TomlValue& parsed, size_t parts, std::vector<std::string>& path) {
  const TomlValue* at = &parsed;
  for (size_t i = 0; i < parts; ++i) {
    const auto& [key, value] = *at->as_table().begin();
    path.push_back(key);
    at = &value;
  }
  return *at;
}

// Empty where toml11 finds fault with it, which is told in one sentence of our own.
std::optional<TomlValue> Parser::parse(const Statement& statement) {
  std::istringstream text(file_.text.substr(statement.begin, statement.end - statement.begin) +
                          "\n");
  try {
    return toml::parse<toml::discard_comments, std::map, std::vector>(text, file_.name);
  } catch (const std::exception& mistake) {
    const bool is_twice = std::string_view(mistake.what()).contains("already exists");
    const std::string& name = statement.key.back().raw;
    const std::string_view value = std::string_view(file_.text).substr(statement.value);
    const std::string_view word = value.substr(0, value.find_first_of(" \t\r\n#"));
    const Place where = place_at(file_, statement.value);
    if (statement.kind != Statement::Kind::KeyValue) {
      error(where, "this table header is not valid TOML");
    } else if (std::string_view("[{\"'").find(word.front()) != std::string_view::npos) {
      error(where, "the value of \"" + name + "\" " +
                       (is_twice ? "has the same key twice" : "is not valid TOML"));
    } else {
      error(where, "\"" + std::string(word) + "\" is not a value; a text stands in quotes",
            "write \"" + std::string(word) + "\"");
    }
    return std::nullopt;
  }
}

// Computed once for each value: toml11 counts the lines before it every time it is asked.
size_t Parser::offset(const TomlValue& value) {
  const toml::source_location location = value.location();
  return offset_of(file_, line_before_ + location.line(), location.column());
}

// Where the key stands whose value begins at `offset`: toml11 does not tell.
Place Parser::key_before(size_t at) {
  const std::string& text = file_.text;
  const size_t begin = text.rfind('\n', at) + 1;  // 0 where there is none
  while (at > begin && (is_blank(text[at - 1]) || text[at - 1] == '=')) {
    --at;
  }
  if (at > begin && (text[at - 1] == '"' || text[at - 1] == '\'')) {
    const size_t quote = at < begin + 2 ? std::string::npos : text.rfind(text[at - 1], at - 2);
    at = quote == std::string::npos ? begin : std::max(quote, begin);
  } else {
    while (at > begin && std::string_view(" \t,{=").find(text[at - 1]) == std::string_view::npos) {
      --at;
    }
  }
  return place_at(file_, at);
}

Value Parser::string_value(const Place& where, const std::string& raw) {
  std::expected<std::string, InterpolationError> text = interpolate(raw, environment_);
  if (!text) {
    error(where, text.error().message, text.error().hint);
    return {.where = where};
  }
  if (find_bad_byte(*text) != std::string::npos) {
    error(where, "a text cannot hold a NUL or bytes that are not UTF-8");
    return {.where = where};
  }
  return {.type = Value::Type::String, .where = where, .text = *std::move(text)};
}

Value Parser::convert_table(const TomlValue& from, const Place& where) {
  Value table{.type = Value::Type::Table, .where = where};
  if (from.as_table().size() > kMaxKeys) {
    error(table.where, "more than " + std::to_string(kMaxKeys) + " keys in one table");
    return {.where = table.where};
  }
  std::vector<std::pair<size_t, const std::pair<const std::string, TomlValue>*>> in_file_order;
  for (const auto& entry : from.as_table()) {
    in_file_order.emplace_back(offset(entry.second), &entry);
  }
  std::sort(in_file_order.begin(), in_file_order.end());
  for (const auto& [at, entry] : in_file_order) {
    table.entries.push_back(
        {entry->first, key_before(at), std::make_unique<Value>(convert(entry->second, at))});
  }
  return table;
}

Value Parser::convert(const TomlValue& from, size_t at) {
  const Place where = place_at(file_, at);
  switch (from.type()) {
    case toml::value_t::string:
      return string_value(where, from.as_string().str);
    case toml::value_t::integer:
      return {.type = Value::Type::Integer,
              .where = where,
              .text = std::to_string(from.as_integer()),
              .integer = from.as_integer()};
    case toml::value_t::floating:
      return {.type = Value::Type::Float,
              .where = where,
              .text = shortest(from.as_floating()),
              .real = from.as_floating()};
    case toml::value_t::boolean:
      return {.type = Value::Type::Boolean,
              .where = where,
              .text = from.as_boolean() ? "true" : "false",
              .boolean = from.as_boolean()};
    case toml::value_t::array: {
      Value array{.type = Value::Type::Array, .where = where};
      for (const TomlValue& element : from.as_array()) {
        array.elements.push_back(convert(element, offset(element)));
      }
      return array;
    }
    case toml::value_t::table:
      return convert_table(from, where);
    case toml::value_t::empty:
    case toml::value_t::offset_datetime:
    case toml::value_t::local_datetime:
    case toml::value_t::local_date:
    case toml::value_t::local_time:
      break;
  }
  return {.type = Value::Type::Time, .where = where};
}

}  // namespace

std::optional<ParsedStatement> parse_statement(
    const SourceFile& file, const Statement& statement,
    const std::map<std::string, std::string>& environment, Diagnostics& diagnostics) {
  Parser parser(file, statement, environment, diagnostics);
  const std::optional<TomlValue> parsed = parser.parse(statement);
  if (!parsed) {
    return std::nullopt;
  }
  ParsedStatement result;
  const TomlValue& value = follow(*parsed, statement.key.size(), result.path);
  if (statement.kind == Statement::Kind::KeyValue) {
    result.value = parser.convert(value, statement.value);
  }
  return result;
}

}  // namespace gatewatch::config
