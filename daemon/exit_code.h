// SPDX-License-Identifier: MIT
//
// What the process's exit status says; the same for every verb. 64 and 78 are those of sysexits.h.
#pragma once

namespace gatewatch::daemon {

enum class ExitCode {
  Fine = 0,
  Failed = 1,        // the daemon is not reachable or cannot start
  Bad = 2,           // the answer is bad: target not ok, incident open, test not delivered
  Inconclusive = 3,  // the probe says nothing about the target
  Usage = 64,        // wrong words, or a name that does not exist
  Config = 78,       // the configuration has mistakes
};

}  // namespace gatewatch::daemon
