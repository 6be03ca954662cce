// SPDX-License-Identifier: MIT
//
// What gateways write about why an upstream failed: tables, read from top to bottom, of which the
// first row that fits decides. They are data; cause_table.h is what reads them.
//
// A row claims no more than its words mean: where a gateway says the same of several causes, the
// row has them all. A row without causes stands for what is no failure of an upstream.
#pragma once

#include <span>
#include <string_view>

#include "core/answered_by.h"

namespace gatewatch::logs {

// Looked for in the gateway's own words; never in what a client or an upstream sent.
struct WordsRow {
  std::string_view words;  // RE2
  CauseSet causes;
};

[[nodiscard]] std::span<const WordsRow> nginx_rows();
[[nodiscard]] std::span<const WordsRow> caddy_rows();
[[nodiscard]] std::span<const WordsRow> varnish_rows();  // of FetchError, BogoHeader, HttpGarbage
[[nodiscard]] std::span<const WordsRow> lighttpd_rows();
[[nodiscard]] std::span<const WordsRow> squid_rows();
[[nodiscard]] std::span<const WordsRow> trafficserver_rows();
// What HAProxy says of a server that failed its health check: "Layer4 timeout, info: …".
[[nodiscard]] std::span<const WordsRow> haproxy_check_rows();

// Of a line of Apache's error log: everything that is told must hold.
struct ApacheRow {
  std::string_view codes;   // "AH00957", several with spaces between
  std::string_view errors;  // the number in round brackets: "111 61"; empty: any or none
  std::string_view words;   // RE2, in the message; empty: any
  bool of_upstream;         // the line names a remote, not a client
  CauseSet causes;
};
[[nodiscard]] std::span<const ApacheRow> apache_rows();

// Of HAProxy's termination state: its first two letters, and the status that the client got.
struct HaproxyRow {
  std::string_view state;
  int first_status;
  int last_status;
  bool no_server;  // no server was chosen: <NOSRV>
  CauseSet causes;
};
[[nodiscard]] std::span<const HaproxyRow> haproxy_rows();

}  // namespace gatewatch::logs
