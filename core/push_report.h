// SPDX-License-Identifier: MIT
//
// What a job reports in over HTTP, on its way from the listener to the targets of kind "push".
#pragma once

#include <cstdint>
#include <string>

namespace gatewatch {

struct PushReport {
  std::string token;    // as it came; never to be shown
  bool failed = false;  // the job says that it failed
  std::string message;  // in the job's words, printable, at most kMaxRemoteText bytes; may be empty
};

// What became of it.
enum class PushAnswer : uint8_t {
  Taken,
  Unknown,   // no target has this token
  TooMany,   // in this second; it was not taken
  NoAnswer,  // the probe loop does not answer; it may be taken yet
};

}  // namespace gatewatch
