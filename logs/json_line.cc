// SPDX-License-Identifier: MIT
#include "logs/json_line.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace gatewatch::logs {

struct JsonLine::Document {
  nlohmann::json value;

  [[nodiscard]] const nlohmann::json* find(std::string_view path) const {
    const nlohmann::json* at = &value;
    while (!path.empty()) {
      const size_t end = std::min(path.find('/'), path.size());
      const std::string name(path.substr(0, end));
      path.remove_prefix(std::min(end + 1, path.size()));
      if (at->is_array() && name == "0" && !at->empty()) {
        at = &at->front();
      } else if (at->is_object() && at->contains(name)) {
        at = &at->at(name);
      } else {
        return nullptr;
      }
    }
    return at;
  }
};

JsonLine::JsonLine(std::unique_ptr<Document> document) : document_(std::move(document)) {}
JsonLine::JsonLine(JsonLine&&) noexcept = default;
JsonLine& JsonLine::operator=(JsonLine&&) noexcept = default;
JsonLine::~JsonLine() = default;

std::optional<JsonLine> JsonLine::parse(std::string_view line) {
  auto value = nlohmann::json::parse(line, nullptr, false);
  if (!value.is_object()) {
    return std::nullopt;
  }
  return JsonLine(std::make_unique<Document>(Document{std::move(value)}));
}

std::string JsonLine::text(std::string_view path) const {
  const nlohmann::json* found = document_->find(path);
  if (found == nullptr) {
    return {};
  }
  if (found->is_string()) {
    return found->get<std::string>();
  }
  return found->is_number() ? found->dump() : std::string();
}

size_t JsonLine::size(std::string_view path) const {
  const nlohmann::json* found = document_->find(path);
  return found != nullptr && found->is_array() ? found->size() : 0;
}

}  // namespace gatewatch::logs
