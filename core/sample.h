// SPDX-License-Identifier: MIT
//
// What one probe learnt.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/answered_by.h"
#include "core/certificate.h"
#include "core/outcome.h"
#include "core/time.h"

namespace gatewatch {

// Why a probe was made. The numbers are stored in the database: append, never renumber.
enum class Purpose : uint8_t {
  Scheduled = 0,  // by its interval; the only ones that rates count
  Confirm = 1,    // because a scheduled one was bad
  Diagnosis = 2,  // to find out whose fault an incident is
  Manual = 3,     // a person asked (`gatewatch probe`), or a job reported in
};
[[nodiscard]] std::string_view to_string(Purpose purpose);

// Lengths, not offsets; empty where the phase was not reached or does not apply. With redirects,
// the sum over all requests of the probe.
struct Phases {
  std::optional<Duration> dns;
  std::optional<Duration> connect;
  std::optional<Duration> tls;
  std::optional<Duration> first_byte;  // from the request sent to the first byte of the answer
};

// What a prober hands over for each probe it started: one, or one for each address probed.
struct ProbeResult {
  Outcome outcome = Outcome::Inconclusive;
  int status = 0;      // 0: no HTTP status came
  Duration latency{};  // from start to end of the whole probe
  Phases phases;
  std::string address;     // the address connected to, without port; empty where none was reached
  bool dns_stale = false;  // the address is from an answer whose TTL is over: no resolver answered
  std::string reason;      // the reason phrase of the status line, printable
  std::string request_id;  // the X-Request-Id that was sent; empty: none
  std::string error;       // what went wrong in the words of the library or system, printable
  bool tls_resumed = false;  // the handshake took up an earlier session
  // What a failing answer looked like, without credentials: UTF-8, with tabs and line ends.
  std::string head;
  std::string body;  // its beginning
  // Of an answer with status 500 or above, and of bytes that are no answer.
  AnsweredBy answered_by;
  // How the peer failed, as a gateway would call it whose upstream the peer were; empty where it
  // did not, or not in a way that a gateway tells.
  CauseSet met;
  // What the server of the last answer showed; null where there was no TLS or no answer. Samples of
  // one target share it while it stays the same.
  std::shared_ptr<const CertificateInfo> certificate;
};

// A result with its place in time: the unit that is stored and counted.
struct Sample {
  std::string target;   // the target's name
  WallTime at;          // when the probe started
  Duration lateness{};  // by how much it started after its slot
  Purpose purpose = Purpose::Scheduled;
  bool more_follow = false;  // of the same probe, which is of several addresses
  bool is_origin = false;    // of the target's origin, behind its gateway; no rule counts it
  ProbeResult result;
};

}  // namespace gatewatch
