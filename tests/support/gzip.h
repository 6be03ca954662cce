// SPDX-License-Identifier: MIT
//
// What a server does that sends a body with Content-Encoding: gzip.
#pragma once

#include <string>
#include <string_view>

namespace gatewatch::testing {

// One member of RFC 1952, without optional fields.
[[nodiscard]] std::string gzip(std::string_view plain);

}  // namespace gatewatch::testing
