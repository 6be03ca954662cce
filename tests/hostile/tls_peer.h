// SPDX-License-Identifier: MIT
//
// A server's side of TLS that does not do as it should, as steps of a ScriptedServer without TLS of
// its own.
//
// Thread: a step runs in its server's. Lifetime: the certificate's files are read in the step.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "core/time.h"
#include "tests/support/scripted_server.h"

struct ssl_st;  // NOLINT(readability-identifier-naming): OpenSSL's own

namespace gatewatch::testing {

struct TlsPeer {
  enum class Version { Any, Only1_0, Only1_2, Only1_3 };
  ServerCertificate certificate;
  Version version = Version::Any;
  bool selects_h2 = false;  // whatever protocols the client offers
};

// What is said once the handshake is done. False ends the connection without close_notify.
using TlsTalk = std::function<bool(ssl_st*)>;

// Shakes hands, then talks.
[[nodiscard]] Step speak_tls(TlsPeer peer, TlsTalk talk);
// Sends the first `bytes` of its first flight (ServerHello and more), one every `every`.
[[nodiscard]] Step begin_tls(TlsPeer peer, size_t bytes, Duration every = {});

// Reads a request, sends `text`; then ends in order.
[[nodiscard]] TlsTalk tls_says(std::string text);
// Reads a request, sends `text`; then a FIN alone.
[[nodiscard]] TlsTalk tls_says_and_drops(std::string text);
// Sends `text` without reading, then waits for the peer to close.
[[nodiscard]] TlsTalk tls_begins_with(std::string text);
// Sends `text` without reading, then `more` again and again, without end.
[[nodiscard]] TlsTalk tls_floods_with(std::string text, std::string more);
// New session tickets, without end.
[[nodiscard]] TlsTalk tls_floods_with_tickets();
// Key updates, without end.
[[nodiscard]] TlsTalk tls_floods_with_key_updates();
// Reads a request, asks for another handshake (TLS 1.2), sends `text`, ends in order.
[[nodiscard]] TlsTalk tls_renegotiates(std::string text);

}  // namespace gatewatch::testing
