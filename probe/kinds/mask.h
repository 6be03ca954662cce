// SPDX-License-Identifier: MIT
//
// Text of a server without what we sent it, in whatever form it was repeated. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gatewatch::probe {

inline constexpr std::string_view kMask = "***";
// So much of a text is looked through; what comes after is left out, for it was not.
inline constexpr size_t kMaxMasked = size_t{16} * 1024;  // bytes
// A shorter secret would mask half of a page.
inline constexpr size_t kShortestSecret = 6;  // bytes

// The first kMaxMasked bytes of `text` with each of `secrets` replaced by "***", and the beginning
// of one at the end, where that has kShortestSecret bytes or more; secrets with fewer are left.
// Found as they are, percent-encoded (RFC 3986, or as a form has it with "+" for a space), with
// character references of HTML (numbers, and the names amp, apos, gt, lt and quot), and with the
// escapes of JSON (RFC 8259; also \xNN): all or some characters of a secret in one of these four.
// Takes time in proportion to the length of the text and of the secrets, whatever they are.
[[nodiscard]] std::string without_secrets(std::string_view text,
                                          const std::vector<std::string>& secrets);

// What a part of a query means: percent-encoded, with "+" for a space.
[[nodiscard]] std::string decode_query_part(std::string_view part);

}  // namespace gatewatch::probe
