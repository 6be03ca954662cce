// SPDX-License-Identifier: MIT
//
// Reads what a job says at /push/TOKEN:
//
//   /push/TOKEN                        it is done and well
//   /push/TOKEN/fail                   it failed
//   /push/TOKEN/N                      it ended with this exit status; 0 is well
//   ?status=up|ok|down|fail            the same in words
//   ?message=TEXT or ?msg=TEXT         more, for people
//
// Thread: any.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/push_report.h"

namespace gatewatch::web {

inline constexpr std::string_view kPushPath = "/push/";
inline constexpr size_t kMaxPushPath = 256;  // with kPushPath

// `path` is the decoded path, `body` what was posted as plain text. Empty for what is none of
// these. Requires: the path begins with kPushPath.
[[nodiscard]] std::optional<PushReport> read_push(
    std::string_view path, const std::multimap<std::string, std::string>& parameters,
    std::string_view body);

}  // namespace gatewatch::web
