// SPDX-License-Identifier: MIT
//
// What libcurl's error codes mean to a probe, given how far the transfer had come.
#pragma once

#include <string>

#include "core/answered_by.h"
#include "core/outcome.h"
#include "probe/net/connect_failure.h"

namespace gatewatch::probe {

struct TransferProgress {
  bool connected = false;
  bool ready = false;  // the TLS handshake, where there is one, is done too
  bool head_begun = false;
  bool head_complete = false;
  bool body_full = false;     // reading was ended by us, at the limit
  int system_error = 0;       // errno of socket() or connect(), where they failed …
  Told told = Told::Unknown;  // … and when that was told
};

// `code` is a CURLcode. Ok where the answer is complete as far as we read it.
[[nodiscard]] Outcome outcome_of_transfer(int code, const TransferProgress& progress);

// As in ProbeResult. `failure` as of outcome_of_transfer(); inconclusive where we waited no longer.
[[nodiscard]] CauseSet met_by(Outcome failure, const TransferProgress& progress);

// `details` is what libcurl wrote into its error buffer; may be empty. Printable.
[[nodiscard]] std::string describe_failure(int code, const TransferProgress& progress,
                                           const char* details);

// What the transfer was at: "connecting", "in the TLS handshake", "waiting for the answer",
// "reading the header", "reading the body".
[[nodiscard]] const char* stage_of(const TransferProgress& progress);

}  // namespace gatewatch::probe
