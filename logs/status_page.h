// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <expected>
#include <string>

#include "core/time.h"

namespace gatewatch::logs {

inline constexpr Duration kPageTimeout = std::chrono::seconds(1);
inline constexpr size_t kMaxStatusPage = size_t{16} * 1024;

// Whether it is an absolute http or https url with a host, and without user and password.
[[nodiscard]] bool is_page_url(const std::string& text);

// The body of a page that answers 200, through libcurl: on a connection of its own, without proxy,
// following no redirect, and with the certificate checked. Blocks at most `timeout`, from the
// name's resolution to the last byte. The error, printable, says why there is no whole page:
// libcurl's words, "it answers 404", that it has a transfer coding, or is over kMaxStatusPage.
// Requires: is_page_url(url).
[[nodiscard]] std::expected<std::string, std::string> get_status_page(
    const std::string& url, Duration timeout = kPageTimeout);

}  // namespace gatewatch::logs
