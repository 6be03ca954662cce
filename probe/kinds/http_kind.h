// SPDX-License-Identifier: MIT
//
// The probe kinds "http" and "https": which keys they have.
#pragma once

#include "config/table.h"
#include "core/target.h"
#include "probe/kinds/http_settings.h"
#include "probe/kinds/kinds.h"

namespace gatewatch::probe {

// Reads method, headers, body, expect_status, follow_redirects, verify, ca_file and the keys of
// read_expectation_keys(); mistakes go to the table's diagnostics. The url is left empty.
[[nodiscard]] HttpSettings read_http_keys(config::Table& settings);

[[nodiscard]] MakeProber read_http(const Target& target, config::Table& settings);

}  // namespace gatewatch::probe
