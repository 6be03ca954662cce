// SPDX-License-Identifier: MIT
//
// What a diagnosis of one target found: many small checks made at about the same time, each with
// its answer in one sentence. What they say together is told by core/diagnosis_conclusions.h, how
// they are shown to a person by core/diagnosis_text.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/outcome.h"
#include "core/time.h"

namespace gatewatch {

inline constexpr size_t kMaxFindings = 64;
inline constexpr size_t kMaxFindingSubject = 128;    // bytes
inline constexpr size_t kMaxFindingEvidence = 4096;  // bytes
inline constexpr size_t kMaxFindingAddresses = 32;

// The numbers are stored: append, never renumber.
enum class Check : uint8_t {
  Dns = 0,                // one name server's answer; or the lookup as probes do it
  Ping = 1,               // an ICMP echo
  Connect = 2,            // a TCP connection to one address
  Tls = 3,                // a handshake with one address, the certificate verified
  Certificate = 4,        // the chain that was shown
  Get = 5,                // a GET of the target's URL
  Answer = 6,             // what that answer looked like
  Head = 7,               // a HEAD of the target's URL
  OtherPath = 8,          // a GET of another path of the same origin
  Http2 = 9,              // the same GET by the version of HTTP that the subject names
  FreshConnection = 10,   // the same GET, first on a connection that is kept open
  ReusedConnection = 11,  // the same GET, second on that connection
  Ipv4 = 12,              // the same GET to one IPv4 address
  Ipv6 = 13,              // the same GET to one IPv6 address
  Traceroute = 14,        // the routers on the way
};

inline constexpr std::array kAllChecks{
    Check::Dns,         Check::Ping,  Check::Connect,         Check::Tls,
    Check::Certificate, Check::Get,   Check::Answer,          Check::Head,
    Check::OtherPath,   Check::Http2, Check::FreshConnection, Check::ReusedConnection,
    Check::Ipv4,        Check::Ipv6,  Check::Traceroute,
};

// "dns", "other_path": the word of the JSON.
[[nodiscard]] std::string_view to_string(Check check);
[[nodiscard]] std::optional<Check> parse_check(std::string_view word);

enum class FindingResult : uint8_t {
  Ok = 0,
  Failed = 1,   // by the target, its name servers or the network
  Skipped = 2,  // could not be tried, or our own trouble; the text says why
};

// "ok", "failed", "skipped".
[[nodiscard]] std::string_view to_string(FindingResult result);
[[nodiscard]] std::optional<FindingResult> parse_finding_result(std::string_view word);

// All text is printable; evidence has line ends, too.
struct Finding {
  Check check = Check::Dns;
  std::string subject;  // what was checked: "192.0.2.1", "192.0.2.53:53", "GET /health"
  std::string address;  // that was connected to, where there is one
  FindingResult result = FindingResult::Skipped;
  Outcome outcome = Outcome::Inconclusive;  // ok exactly where the result is
  int status = 0;                           // of HTTP; 0: none came
  std::optional<Duration> duration;
  std::string text;                    // one sentence part: "502 Bad Gateway"
  std::string evidence;                // what it rests on, in lines; may be empty
  std::vector<std::string> addresses;  // dns: that were answered, sorted

  bool operator==(const Finding&) const = default;
};

struct Diagnosis {
  std::string target;  // its name; empty: it has none
  std::string url;     // as shown to people
  WallTime at;         // when it began
  Duration took{};
  int requests = 0;  // HTTP requests that were sent, redirects not counted
  std::vector<Finding> findings;
  bool is_cut = false;  // there were more than kMaxFindings

  // With its texts cut to their limits; one past kMaxFindings is dropped. Requires: the texts are
  // well-formed UTF-8.
  void add(Finding finding);

  bool operator==(const Diagnosis&) const = default;
};

}  // namespace gatewatch
