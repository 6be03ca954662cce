// SPDX-License-Identifier: MIT
//
// RE2 matches with a DFA whose states are made as they are needed, within its memory budget: some
// ns per byte. Where the pattern needs too many states for that it falls back to an NFA, whose
// steps per byte are the pattern's instructions; their number is therefore limited.
#include "probe/expect/pattern.h"

#include <re2/re2.h>

#include <algorithm>

#include "core/text.h"

namespace gatewatch::probe {

std::expected<Pattern, std::string> Pattern::compile(const std::string& text) {
  if (text.size() > kMaxPatternLength) {
    return std::unexpected("longer than " + std::to_string(kMaxPatternLength) + " bytes");
  }
  RE2::Options options;
  options.set_log_errors(false);  // to stderr, past our own log
  options.set_never_capture(true);
  options.set_max_mem(static_cast<int64_t>(kMaxPatternMemory));
  auto compiled = std::make_shared<const RE2>(text, options);
  if (!compiled->ok()) {
    return std::unexpected(printable(compiled->error()));
  }
  Pattern pattern(std::move(compiled));
  if (pattern.size() > kMaxPatternSize) {
    return std::unexpected("too large: it takes " + std::to_string(pattern.size()) +
                           " instructions, and may take " + std::to_string(kMaxPatternSize));
  }
  return pattern;
}

bool Pattern::is_in(std::string_view text) const {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *compiled_);
}

const std::string& Pattern::text() const {
  return compiled_->pattern();
}

size_t Pattern::size() const {
  return static_cast<size_t>(std::max(compiled_->ProgramSize(), 1));
}

}  // namespace gatewatch::probe
