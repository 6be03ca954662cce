// SPDX-License-Identifier: MIT
//
// Small data that unpacks to much.
#pragma once

#include <cstddef>
#include <string>

namespace gatewatch::testing {

// A gzip file (RFC 1952) of at least `unpacked_bytes` zeros, about 1/159 as long. It ends without a
// check sum.
[[nodiscard]] std::string gzip_bomb(size_t unpacked_bytes);

}  // namespace gatewatch::testing
