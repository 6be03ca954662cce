// SPDX-License-Identifier: MIT
//
// nlohmann's parser keeps one bit per level and calls back for each value. The callbacks keep the
// way to the value at hand, and compare it with the pointers that are as long as the way.
#include "probe/expect/json_check.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <utility>
#include <variant>

#include "core/text.h"

namespace gatewatch::probe {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxShown = 60;

std::string in_quotes(std::string_view text) {
  return '"' + printable(text, kMaxShown) + '"';
}

// The number of an array's element: "0", or digits that do not begin with 0.
std::optional<size_t> parse_index(std::string_view text) {
  size_t index = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, index);
  if (error != std::errc() || stop != end || (text.size() > 1 && text.front() == '0')) {
    return std::nullopt;
  }
  return index;
}

// Empty where a "~" has neither 0 nor 1 behind it.
std::optional<std::string> unescape(std::string_view text) {
  std::string key;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '~') {
      key += text[i];
      continue;
    }
    ++i;
    if (i == text.size() || (text[i] != '0' && text[i] != '1')) {
      return std::nullopt;
    }
    key += text[i] == '0' ? '~' : '/';
  }
  return key;
}

template <typename Number>
bool equals_number(const config::Scalar& expected, Number number) {
  if (const auto* integer = std::get_if<int64_t>(&expected)) {
    if constexpr (std::is_integral_v<Number>) {
      return std::cmp_equal(*integer, number);
    } else {
      return static_cast<double>(*integer) == number;
    }
  }
  const auto* real = std::get_if<double>(&expected);
  return real != nullptr && *real == static_cast<double>(number);
}

class Finder final : public nlohmann::json_sax<Json> {
 public:
  explicit Finder(const std::vector<JsonCheck>& checks)
      : checks_(checks), findings_(checks.size()) {}

  bool null() override {
    meet([](const config::Scalar&) { return false; }, [] { return "null"; });
    return true;
  }
  bool boolean(bool value) override {
    meet(
        [value](const config::Scalar& expected) {
          const auto* boolean = std::get_if<bool>(&expected);
          return boolean != nullptr && *boolean == value;
        },
        [value] { return value ? "true" : "false"; });
    return true;
  }
  bool number_integer(number_integer_t value) override { return number(value); }
  bool number_unsigned(number_unsigned_t value) override { return number(value); }
  bool number_float(number_float_t value, const string_t& text) override {
    meet([value](const config::Scalar& expected) { return equals_number(expected, value); },
         [&text] { return printable(text, kMaxShown); });
    return true;
  }
  bool string(string_t& value) override {
    meet(
        [&value](const config::Scalar& expected) {
          const auto* string = std::get_if<std::string>(&expected);
          return string != nullptr && *string == value;
        },
        [&value] { return in_quotes(value); });
    return true;
  }
  bool binary(binary_t& /*value*/) override { return false; }  // not in JSON as text

  bool start_object(size_t /*elements*/) override { return start("an object", false); }
  bool start_array(size_t /*elements*/) override { return start("an array", true); }
  bool key(string_t& name) override {
    way_.back().key.swap(name);
    return true;
  }
  bool end_object() override { return end(); }
  bool end_array() override { return end(); }

  bool parse_error(size_t position, const std::string& /*last*/,
                   const nlohmann::detail::exception& /*error*/) override {
    problem_ = "not JSON, by its byte " + std::to_string(position);
    return false;
  }

  [[nodiscard]] const std::string& problem() const { return problem_; }
  std::vector<JsonFinding> take() { return std::move(findings_); }

 private:
  struct Level {
    bool is_array = false;
    size_t index = 0;
    std::string key;
  };

  [[nodiscard]] bool leads_here(const std::vector<JsonPointer::Token>& tokens) const {
    if (tokens.size() != way_.size()) {
      return false;
    }
    for (size_t i = tokens.size(); i-- > 0;) {  // the last differ most often
      const Level& level = way_[i];
      if (level.is_array ? tokens[i].index != level.index : tokens[i].key != level.key) {
        return false;
      }
    }
    return true;
  }

  // Tells the checks that lead here what is here, and goes on to the next element.
  template <typename Equals, typename Show>
  void meet(Equals equals, Show show) {
    look(equals, show);
    advance();
  }

  template <typename Equals, typename Show>
  void look(Equals equals, Show show) {
    for (size_t i = 0; i < checks_.size(); ++i) {
      if (leads_here(checks_[i].pointer.tokens())) {
        const bool equal = equals(checks_[i].expected);
        findings_[i] = {.found = true, .equal = equal, .shown = equal ? "" : show()};
      }
    }
  }

  void advance() {
    if (!way_.empty() && way_.back().is_array) {
      ++way_.back().index;
    }
  }

  template <typename Number>
  bool number(Number value) {
    meet([value](const config::Scalar& expected) { return equals_number(expected, value); },
         [value] { return std::to_string(value); });
    return true;
  }

  bool start(const char* what, bool is_array) {
    if (way_.size() >= kMaxJsonDepth) {
      problem_ = "nested more than " + std::to_string(kMaxJsonDepth) + " levels deep";
      return false;
    }
    look([](const config::Scalar&) { return false; }, [what] { return what; });
    way_.push_back({.is_array = is_array});
    return true;
  }

  bool end() {
    way_.pop_back();
    advance();
    return true;
  }

  const std::vector<JsonCheck>& checks_;
  std::vector<JsonFinding> findings_;
  std::vector<Level> way_;
  std::string problem_;
};

}  // namespace

std::expected<JsonPointer, std::string> JsonPointer::parse(std::string_view text) {
  JsonPointer pointer;
  pointer.text_ = text;
  if (!text.empty() && text.front() != '/') {
    return std::unexpected("does not begin with \"/\"");
  }
  while (!text.empty()) {
    text.remove_prefix(1);
    const size_t end = std::min(text.find('/'), text.size());
    std::optional<std::string> key = unescape(text.substr(0, end));
    if (!key) {
      return std::unexpected("has a \"~\" without 0 or 1 behind it");
    }
    pointer.tokens_.push_back({.key = *key, .index = parse_index(*key)});
    text.remove_prefix(end);
  }
  if (pointer.tokens_.size() > kMaxJsonDepth) {
    return std::unexpected("leads more than " + std::to_string(kMaxJsonDepth) + " levels deep");
  }
  return pointer;
}

std::expected<std::vector<JsonFinding>, std::string> find_in_json(
    std::string_view text, const std::vector<JsonCheck>& checks) {
  Finder finder(checks);
  if (!Json::sax_parse(text, &finder)) {
    return std::unexpected(finder.problem());
  }
  return finder.take();
}

std::string shown(const config::Scalar& value) {
  if (const auto* string = std::get_if<std::string>(&value)) {
    return in_quotes(*string);
  }
  if (const auto* integer = std::get_if<int64_t>(&value)) {
    return std::to_string(*integer);
  }
  if (const auto* boolean = std::get_if<bool>(&value)) {
    return *boolean ? "true" : "false";
  }
  std::array<char, 32> digits{};
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), std::get<double>(value)).ptr;
  return {digits.data(), end};
}

}  // namespace gatewatch::probe
