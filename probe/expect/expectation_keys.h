// SPDX-License-Identifier: MIT
//
// The keys of a target that say what an answer has to be beyond its status.
#pragma once

#include <optional>
#include <string_view>

#include "config/table.h"
#include "probe/expect/expectation.h"

namespace gatewatch::probe {

// Reads expect_header, expect_header_regex, expect_body, expect_body_regex, expect_body_not,
// expect_body_not_regex, expect_json, max_latency and min_certificate_days; mistakes go to the
// table's diagnostics. For the method HEAD, whose answers have no body, an expectation of one is a
// mistake.
[[nodiscard]] Expectations read_expectation_keys(config::Table& settings, std::string_view method);

// Reads min_certificate_days alone, for kinds with no other expectations.
[[nodiscard]] std::optional<int> read_certificate_days(config::Table& settings);

}  // namespace gatewatch::probe
