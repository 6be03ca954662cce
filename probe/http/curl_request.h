// SPDX-License-Identifier: MIT
//
// libcurl's easy handles, each a CURL*: how a request becomes their options, and what they tell.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/time.h"
#include "probe/http/http_transfer.h"
#include "probe/net/connect_failure.h"

struct curl_slist;  // NOLINT(readability-identifier-naming): libcurl's own
struct ssl_ctx_st;  // NOLINT(readability-identifier-naming): OpenSSL's own
struct ssl_st;      // NOLINT(readability-identifier-naming)

namespace gatewatch::probe {

struct FreeCurlList {
  void operator()(curl_slist* list) const;
};
using CurlList = std::unique_ptr<curl_slist, FreeCurlList>;

// What libcurl does not copy: outlives the transfer.
struct CurlLists {
  CurlList fields;
  CurlList connect_to;
  CurlList resolved;  // the proxy's host
};

// The socket that a transfer asked for last.
struct CurlSocket {
  int error = 0;  // why it could not be made, an errno
  sockaddr_storage peer{};
  socklen_t peer_length = 0;  // 0: none was wanted yet
};

// Called by libcurl while a transfer runs; none may throw or call back into it.
class CurlListener {
 public:
  virtual void on_socket(const CurlSocket& made) noexcept = 0;
  // A handshake is about to begin.
  virtual void on_handshake(ssl_ctx_st* context) noexcept = 0;
  // False ends the transfer.
  virtual bool on_header(std::string_view line) noexcept = 0;
  virtual bool on_body(std::string_view bytes) noexcept = 0;

 protected:
  ~CurlListener() = default;
};

inline constexpr size_t kCurlErrorBytes = 256;  // CURL_ERROR_SIZE
inline constexpr int kCurlCancelled = 42;       // CURLE_ABORTED_BY_CALLBACK

// A handle that never differs in what all requests share: no redirects, no reuse of anything, …
// What it is given outlives it. Null where there is no memory.
[[nodiscard]] void* make_easy(CurlListener& listener, std::array<char, kCurlErrorBytes>& error);
// `easy` may be null.
void free_easy(void* easy);
[[nodiscard]] CurlListener& listener_of(void* easy);

// From the start of the transfer to the end of each phase; zero where that was not reached.
struct CurlTimes {
  Duration lookup{};
  Duration connect{};
  Duration tls{};
  Duration ready{};  // the request may be sent
  Duration first_byte{};
};
[[nodiscard]] CurlTimes times_of(void* easy);

// Sets on `easy`, a CURL*, all that differs from one request to the next.
[[nodiscard]] CurlLists set_request(void* easy, const TransferRequest& request,
                                    const std::string& ca_file);

// The errno of a socket() or connect() that failed; 0 where none did.
[[nodiscard]] int system_error_of(void* easy, const CurlSocket& socket);

// When that error was told. libcurl does not say; but where this machine has no way to the peer,
// that shows at any attempt, and without a packet.
[[nodiscard]] Told told_when(const CurlSocket& socket, int system_error);

// The TLS connection of `easy`, a CURL* whose transfer runs, lent until that ends; null where there
// is none.
[[nodiscard]] const ssl_st* tls_of(void* easy);

}  // namespace gatewatch::probe
