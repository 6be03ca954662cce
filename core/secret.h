// SPDX-License-Identifier: MIT
//
// A string that must not be shown: passwords, signing keys, webhook addresses that carry a token.
// It has no stream operator and no implicit conversion; whoever needs the text says reveal(), so
// that every use can be found.
#pragma once

#include <string>
#include <utility>

namespace gatewatch {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  [[nodiscard]] const std::string& reveal() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  bool operator==(const Secret&) const = default;

 private:
  std::string text_;
};

}  // namespace gatewatch
