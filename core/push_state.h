// SPDX-License-Identifier: MIT
//
// What is known of the job of one target of kind "push", in the form that outlives the daemon.
#pragma once

#include <optional>
#include <string>

#include "core/time.h"

namespace gatewatch {

struct PushState {
  std::string target;
  std::string token_digest;  // SHA-256 of the token, 32 bytes; the token itself is kept nowhere
  WallTime watched_since;
  // When the silence that is counted would have begun, had no time to be left out: that in which
  // the daemon did not run, or the machine was suspended.
  WallTime silent_since;
  WallTime noted_at;                    // when all of this was so; not before silent_since
  std::optional<WallTime> reported_at;  // the last report; empty where none came yet
  std::optional<std::string> failure;   // the last report was of one, in these words (may be "")
  std::optional<std::string> untold;    // the words of a failure that no turn has told of yet
  bool is_gone = false;                 // nobody watches the target any more
};

}  // namespace gatewatch
