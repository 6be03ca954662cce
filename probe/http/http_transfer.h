// SPDX-License-Identifier: MIT
//
// One HTTP request and what became of it: the values that the engines (HttpEngine, CurlEngine)
// share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/certificate.h"
#include "core/outcome.h"
#include "core/sample.h"
#include "core/secret.h"
#include "probe/http/url.h"
#include "probe/net/tls_context.h"

namespace gatewatch::probe {

inline constexpr size_t kMaxTransfers = 16'384;  // at once, of one engine
// Of a body that nobody wants whole, this much is kept.
inline constexpr size_t kBodyStart = size_t{4} * 1024;

// A header field of an answer: its name in any case, its value without blanks around it.
using Field = std::pair<std::string, std::string>;
// Fields of a request.
using HeaderFields = std::vector<std::pair<std::string, Secret>>;

[[nodiscard]] constexpr bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

enum class TransferId : uint64_t { None = 0 };

// What is pointed to outlives the transfer.
struct TransferRequest {
  const Url* url = nullptr;  // its credentials are sent
  // Numeric, to connect to: the proxy's where there is one. Empty: the host is one itself.
  std::string address;
  uint16_t port = 0;  // to connect to; 0, or where there is no address: the url's
  std::string method = "GET";
  // Names are tokens, values without line ends. A field replaces the one that would be sent by
  // itself (Host, User-Agent, Accept).
  const HeaderFields* fields = nullptr;
  std::string_view body;
  std::string_view request_id;       // sent as X-Request-Id; empty: none
  const TlsSettings* tls = nullptr;  // where the url's scheme is https
  TlsSession* session = nullptr;     // taken up, and renewed; null: a full handshake
  std::string unix_socket;           // to connect to instead of an address
  bool keeps_connection = false;     // asks for it; whoever writes the request by itself uses it
  bool ends_at_redirect = false;     // with the head of one that tells a location
  bool wants_fields = false;         // those of the answer's head
  bool wants_body = false;           // all of it, decoded; else its beginning
  // Of an earlier answer: told again, and not read anew, where it is the same.
  std::shared_ptr<const CertificateInfo> known_certificate;
  // What only CurlEngine does (it reads a redirect to its end):
  const Url* proxy = nullptr;
  bool http2 = false;
};

struct TransferResult {
  // Why there is no complete answer; ok where there is one. `body` only with a complete head, the
  // others but `timeout` and `inconclusive` only without; where is_of_proxy is set also what its
  // status means.
  Outcome failure = Outcome::Ok;
  std::string error;  // printable; empty where ok
  bool head_complete = false;
  // The target was not reached: status and head are those with which a proxy refused a tunnel. No
  // location is told.
  bool is_of_proxy = false;
  int status = 0;        // of a complete head; else 0
  std::string reason;    // printable
  std::string location;  // as it came
  CauseSet met;          // as in ProbeResult
  std::string stage;     // where it stood at the end: "connecting", "reading the body", …
  Phases phases;         // without dns
  bool tls_resumed = false;
  std::string head;           // of the final answer, as it came
  std::string body;           // its beginning; or all of it, at most kMaxBodyBytes of what came
  bool body_cut = false;      // more than kMaxBodyBytes came
  std::vector<Field> fields;  // where they were wanted
  std::shared_ptr<const CertificateInfo> certificate;  // of a complete head over TLS
};

// Called once, never from within start().
using TransferDone = std::move_only_function<void(TransferResult)>;

}  // namespace gatewatch::probe
