// SPDX-License-Identifier: MIT
//
// Text that came from elsewhere, made fit to show, and the spelling help of diagnostics.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatewatch {

// The most bytes of a remote string (reason phrase, error text) that are kept or shown.
inline constexpr size_t kMaxRemoteText = 256;

// Makes a string from a peer safe for a terminal, a log line and a database: invalid UTF-8,
// control characters (C0, DEL, C1), line and paragraph separators and bidirectional overrides
// become \xNN or \u{NNNN}; cut at a character boundary to at most `limit` bytes, with "…" where
// cut.
[[nodiscard]] std::string printable(std::string_view text, size_t limit = kMaxRemoteText);

// True where `text` is well-formed UTF-8 (RFC 3629) without control characters.
[[nodiscard]] bool is_printable_utf8(std::string_view text);

// The number of characters (code points) of well-formed UTF-8.
[[nodiscard]] size_t count_characters(std::string_view text);

// The candidate nearest to `word` by edit distance, where near enough to be a slip of the
// fingers (at most a third of the letters); empty otherwise.
[[nodiscard]] std::string_view closest(std::string_view word,
                                       std::span<const std::string_view> candidates);

// "a, b" and `last` before the last one of several: "a, b and c" with " and ".
[[nodiscard]] std::string list_of(const std::vector<std::string>& items, std::string_view last);

[[nodiscard]] std::string ascii_lower(std::string_view text);

}  // namespace gatewatch
