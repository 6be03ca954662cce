// SPDX-License-Identifier: MIT
//
// Whether a JSON text has given values at given places, found in one pass and without keeping the
// text as a tree.
//
// Limits: kMaxJsonDepth arrays and objects within each other; more is no JSON to us. Memory is in
// proportion to the longest string of the text. Numbers beyond a double's range are no JSON either.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/table.h"

namespace gatewatch::probe {

inline constexpr size_t kMaxJsonDepth = 64;

// RFC 6901: "" is the whole text, "/a/0" the first element of what the key "a" holds.
class JsonPointer {
 public:
  struct Token {
    std::string key;              // "~1" and "~0" put back
    std::optional<size_t> index;  // where it can be that of an array
  };

  // The error says what is wrong with `text`: it does not begin with "/", has a "~" without 0 or 1
  // behind it, or leads deeper than kMaxJsonDepth.
  [[nodiscard]] static std::expected<JsonPointer, std::string> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const { return text_; }  // as written
  [[nodiscard]] const std::vector<Token>& tokens() const { return tokens_; }

 private:
  std::string text_;
  std::vector<Token> tokens_;
};

struct JsonCheck {
  JsonPointer pointer;
  config::Scalar expected;
};

// What a pointer led to. A number is equal by its value (1 and 1.0 are), a string by its bytes.
struct JsonFinding {
  bool found = false;
  bool equal = false;
  std::string shown;  // what came, as JSON writes it or in words, printable and short
};

// One finding for each check, in their order; where a name comes twice in an object, the later one
// counts. The error says why `text` is not JSON, in words that follow "the body is".
[[nodiscard]] std::expected<std::vector<JsonFinding>, std::string> find_in_json(
    std::string_view text, const std::vector<JsonCheck>& checks);

// A value as JSON would write it, printable and short.
[[nodiscard]] std::string shown(const config::Scalar& value);

}  // namespace gatewatch::probe
