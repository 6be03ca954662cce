// SPDX-License-Identifier: MIT
//
// What the command line and the daemon say to each other over the control socket, as values and as
// JSON. Decoding never fails loudly: what is missing or malformed keeps its default.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/diagnostic.h"
#include "core/sample.h"

namespace gatewatch::daemon {

inline constexpr const char* kStatusPath = "/status";             // "" → web::to_json(Snapshot)
inline constexpr const char* kReloadPath = "/reload";             // "" → ReloadReply
inline constexpr const char* kTestChannelPath = "/test-channel";  // name → TestReply
inline constexpr const char* kRecordPath = "/record";             // Sample → ""

struct ReloadReply {
  bool applied = false;
  std::string error;  // why, where it is not a mistake in the configuration
  std::vector<config::Diagnostic> diagnostics;
};
[[nodiscard]] std::string encode(const ReloadReply& reply);
[[nodiscard]] ReloadReply decode_reload(const std::string& json);

struct TestReply {
  bool known = false;  // there is a channel of that name
  bool delivered = false;
  std::string detail;
};
[[nodiscard]] std::string encode(const TestReply& reply);
[[nodiscard]] TestReply decode_test(const std::string& json);

// For `check --json`: {"ok", "diagnostics": [{"file", "line", "column", "gravity", …}]}.
[[nodiscard]] std::string encode_check(bool ok, const std::vector<config::Diagnostic>& diagnostics);

// A probe that the command line made and the daemon is to store.
[[nodiscard]] std::string encode(const Sample& sample);
[[nodiscard]] std::optional<Sample> decode_sample(const std::string& json);

}  // namespace gatewatch::daemon
