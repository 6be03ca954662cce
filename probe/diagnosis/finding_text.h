// SPDX-License-Identifier: MIT
//
// Results of probes as findings. Pure.
#pragma once

#include <string>
#include <string_view>

#include "core/diagnosis.h"
#include "core/sample.h"
#include "core/time.h"

namespace gatewatch::probe {

// Ok is ok, inconclusive is skipped, all else failed.
[[nodiscard]] FindingResult result_of(Outcome outcome);

// "0.4 ms" below 10 ms, "23 ms" else.
[[nodiscard]] std::string short_ms(Duration length);

// `planned` with what `result` says: outcome, status, latency, "502 Bad Gateway, made by the
// gateway nginx" or the error.
[[nodiscard]] Finding judged(Finding planned, const ProbeResult& result);
// The same of a request for which any answer below 500 will do.
[[nodiscard]] Finding judged_as_any_answer(Finding planned, const ProbeResult& result);

}  // namespace gatewatch::probe
