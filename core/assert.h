// SPDX-License-Identifier: MIT
//
// GW_ASSERT(condition) ends the process when our own logic is broken, in release builds too: state
// is durable and a restart is cheap, while a wrong alert is not. Never for what a file, a peer or
// the kernel did.
#pragma once

namespace gatewatch::detail {
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);
}

#define GW_ASSERT(condition)                                                 \
  do {                                                                       \
    if (!(condition)) {                                                      \
      ::gatewatch::detail::assertion_failed(#condition, __FILE__, __LINE__); \
    }                                                                        \
  } while (false)
