// SPDX-License-Identifier: MIT
//
// What an HTTP probe asks and what it expects.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/secret.h"
#include "probe/expect/expectation.h"
#include "probe/http/status_set.h"
#include "probe/http/url.h"
#include "probe/net/address.h"
#include "probe/net/tls_context.h"

namespace gatewatch::probe {

inline constexpr size_t kMaxRequestBody = size_t{64} * 1024;
inline constexpr int kMaxRedirects = 20;

struct HttpSettings {
  Url url;
  std::string method = "GET";
  std::vector<std::pair<std::string, Secret>> headers;  // of the first request, in order
  std::string body;
  StatusSet expected;
  Expectations expectations;  // of an answer whose status is expected
  int max_redirects = 5;      // 0: a redirect is the answer
  TlsSettings tls;
  int tls_full_every = 1;   // of so many probes one makes a full handshake, the others resume
  std::string unix_socket;  // to connect to instead of the url's host; empty: none
  std::optional<Url> proxy;
  bool http2 = false;
  std::string resolver;  // "192.0.2.53:53", the name server to ask; empty: the system's
  std::optional<Address::Family> ip_family;  // that is connected to; empty: either
  // Where requests to the url's host go instead of being resolved; the port, where there is one,
  // applies to requests to the url's port.
  std::optional<Endpoint> connect_to;
  // Each probe connects to all addresses of the url's host; not with another way to get there.
  bool every_address = false;
  bool keeps_answer = false;  // the answer is evidence also where it is ok; no key, for a diagnosis
};

// Those of the fields that say nothing about whoever sends them.
[[nodiscard]] std::vector<std::pair<std::string, Secret>> fields_for_strangers(
    const std::vector<std::pair<std::string, Secret>>& headers);
// Trusts the same authorities, and shows nobody who we are.
[[nodiscard]] TlsSettings tls_for_strangers(TlsSettings tls);

// Without NUL, CR and LF: cannot end its line.
[[nodiscard]] bool is_field_value(std::string_view text);

}  // namespace gatewatch::probe
