// SPDX-License-Identifier: MIT
//
// What is kept of a failing answer, and what is never kept of it: cookies and credentials, those of
// the answer and those that we sent, should the server repeat them in a form that
// without_secrets() knows. All of it is valid UTF-8 without control characters but tab, CR and LF:
// other bytes are written as printable() does.
#pragma once

#include <cstddef>
#include <string>

#include "probe/kinds/http_settings.h"

namespace gatewatch::probe {

inline constexpr size_t kMaxEvidenceHead = size_t{8} * 1024;  // bytes
inline constexpr size_t kMaxEvidenceBody = size_t{2} * 1024;

// The head with the values of Set-Cookie, Authorization and their like replaced by "***"; cut to
// kMaxEvidenceHead.
[[nodiscard]] std::string evidence_head(const std::string& head, const HttpSettings& settings);
// Words of ours that may repeat some of the server's.
[[nodiscard]] std::string evidence_words(const std::string& words, const HttpSettings& settings);
// The beginning of the body.
[[nodiscard]] std::string evidence_body(const std::string& body, const HttpSettings& settings);

}  // namespace gatewatch::probe
