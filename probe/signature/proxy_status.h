// SPDX-License-Identifier: MIT
//
// The Proxy-Status field: what intermediaries say of an answer themselves (RFC 9209).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/answered_by.h"

namespace gatewatch::probe {

// What the member nearest to the origin that tells an error says: a later one had only its word.
struct ProxyStatus {
  std::string proxy;  // its name, printable
  CauseSet causes;    // by the error type; empty for one that is not known
};

// `value` is the whole field, several joined by ", ". Empty where no member tells an error, or
// where the field is no list of structured fields (RFC 8941).
[[nodiscard]] std::optional<ProxyStatus> read_proxy_status(std::string_view value);

}  // namespace gatewatch::probe
