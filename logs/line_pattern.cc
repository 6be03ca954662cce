// SPDX-License-Identifier: MIT
#include "logs/line_pattern.h"

#include <re2/re2.h>

#include <algorithm>

#include "core/assert.h"
#include "core/text.h"

namespace gatewatch::logs {
namespace {

constexpr int64_t kMaxMemory = int64_t{512} * 1024;  // its program, and the states while it matches

}  // namespace

std::expected<LinePattern, std::string> LinePattern::compile(const std::string& text) {
  if (text.size() > kMaxPatternLength) {
    return std::unexpected("longer than " + std::to_string(kMaxPatternLength) + " bytes");
  }
  RE2::Options options;
  options.set_log_errors(false);  // to stderr, past our own log
  options.set_encoding(RE2::Options::EncodingLatin1);
  options.set_max_mem(kMaxMemory);
  auto compiled = std::make_shared<const RE2>(text, options);
  if (!compiled->ok()) {
    return std::unexpected(printable(compiled->error()));
  }
  if (compiled->NumberOfCapturingGroups() > static_cast<int>(kMaxGroups)) {
    return std::unexpected("more than " + std::to_string(kMaxGroups) + " groups");
  }
  if (compiled->ProgramSize() > static_cast<int>(kMaxPatternSize)) {
    return std::unexpected("too large: it takes " + std::to_string(compiled->ProgramSize()) +
                           " instructions, and may take " + std::to_string(kMaxPatternSize));
  }
  return LinePattern(std::move(compiled));
}

LinePattern LinePattern::built_in(std::string_view text) {
  auto made = compile(std::string(text));
  GW_ASSERT(made.has_value());
  return std::move(*made);
}

bool LinePattern::is_in(std::string_view line) const {
  return compiled_->Match(re2::StringPiece(line.data(), line.size()), 0, line.size(),
                          RE2::UNANCHORED, nullptr, 0);
}

std::optional<Groups> LinePattern::match(std::string_view line) const {
  std::array<re2::StringPiece, kMaxGroups + 1> found;
  if (!compiled_->Match(re2::StringPiece(line.data(), line.size()), 0, line.size(), RE2::UNANCHORED,
                        found.data(), compiled_->NumberOfCapturingGroups() + 1)) {
    return std::nullopt;
  }
  Groups groups;
  std::transform(found.begin(), found.end(), groups.begin(), [](const re2::StringPiece& piece) {
    return std::string_view(piece.data(), piece.size());
  });
  return groups;
}

size_t LinePattern::group(const std::string& name) const {
  const auto& groups = compiled_->NamedCapturingGroups();
  const auto found = groups.find(name);
  return found == groups.end() ? 0 : static_cast<size_t>(found->second);
}

std::vector<std::string> LinePattern::group_names() const {
  std::vector<std::string> names;
  for (const auto& [name, number] : compiled_->NamedCapturingGroups()) {
    names.push_back(name);
  }
  return names;
}

}  // namespace gatewatch::logs
