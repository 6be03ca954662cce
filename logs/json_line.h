// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gatewatch::logs {

// A line that is a JSON object. Thread: one at a time.
class JsonLine {
 public:
  // Empty for anything else.
  [[nodiscard]] static std::optional<JsonLine> parse(std::string_view line);
  JsonLine(JsonLine&&) noexcept;
  JsonLine& operator=(JsonLine&&) noexcept;
  ~JsonLine();

  // The value at a path of names and, in arrays, numbers: "request/headers/Host/0". Strings as they
  // are, numbers as they are written in JSON; empty for anything else and where there is none.
  [[nodiscard]] std::string text(std::string_view path) const;
  // The number of elements of the array at `path`; 0 where there is none.
  [[nodiscard]] size_t size(std::string_view path) const;

 private:
  struct Document;
  explicit JsonLine(std::unique_ptr<Document> document);
  std::unique_ptr<Document> document_;
};

}  // namespace gatewatch::logs
