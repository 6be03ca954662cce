// SPDX-License-Identifier: MIT
//
// The keys of a target that tell how TLS is spoken, the same for all kinds that speak it.
#pragma once

#include "config/table.h"
#include "probe/net/tls_context.h"

namespace gatewatch::probe {

// Mistakes go to the table's diagnostics. No I/O: whether the files can be used shows at the first
// connection.
[[nodiscard]] TlsSettings read_tls_keys(config::Table& settings);

}  // namespace gatewatch::probe
