// SPDX-License-Identifier: MIT
#include "probe/http/curl_request.h"

#include <curl/curl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/assert.h"
#include "core/text.h"

namespace gatewatch::probe {
namespace {

static_assert(kCurlErrorBytes == CURL_ERROR_SIZE && kCurlCancelled == CURLE_ABORTED_BY_CALLBACK);

constexpr long kReceiveBuffer = 8'192;  // per transfer
constexpr long kSendBuffer = 16'384;    // per TLS transfer; the least libcurl takes

template <typename Value>
void set(CURL* easy, CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(easy, option, value);
  GW_ASSERT(code == CURLE_OK);
}

bool sends_a_length(const std::string& method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

void append(CurlList& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  GW_ASSERT(longer != nullptr);
  if (list == nullptr) {  // otherwise its head stays the same
    list.reset(longer);
  }
}

void set_method(CURL* easy, const TransferRequest& request) {
  set(easy, CURLOPT_HTTPGET, 1L);
  if (request.method == "HEAD") {
    set(easy, CURLOPT_NOBODY, 1L);
  } else if (!request.body.empty() || sends_a_length(request.method)) {
    set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(easy, CURLOPT_POSTFIELDS, request.body.empty() ? "" : request.body.data());
  }
  const bool plain = request.method == "GET" || request.method == "HEAD";
  set(easy, CURLOPT_CUSTOMREQUEST,
      plain && request.body.empty() ? nullptr : request.method.c_str());
}

std::string as_host(const std::string& address) {
  return address.find(':') == std::string::npos ? address : '[' + address + ']';
}

const char* or_none(const std::string& text) {
  return text.empty() ? nullptr : text.c_str();
}

void set_tls(CURL* easy, const TlsSettings& tls, const std::string& ca_file) {
  set(easy, CURLOPT_SSL_VERIFYPEER, tls.verify ? 1L : 0L);
  set(easy, CURLOPT_SSL_VERIFYHOST, tls.verify ? 2L : 0L);
  set(easy, CURLOPT_SSLVERSION,
      static_cast<long>(tls.least == TlsVersion::Tls13 ? CURL_SSLVERSION_TLSv1_3
                                                       : CURL_SSLVERSION_TLSv1_2));
  set(easy, CURLOPT_SSLCERT, or_none(tls.certificate_file));
  set(easy, CURLOPT_SSLKEY, or_none(tls.key_file));
  set(easy, CURLOPT_CAINFO, ca_file.c_str());
  set(easy, CURLOPT_CAPATH, nullptr);  // with a directory the file's certificates aren't kept
}

// In libcurl's form: no Content-Type is sent unless named.
CurlList list_of(const HeaderFields& fields) {
  CurlList list;
  bool has_content_type = false;
  for (const auto& [name, value] : fields) {
    has_content_type = has_content_type || ascii_lower(name) == "content-type";
    append(list, value.empty() ? name + ';' : name + ": " + value.reveal());
  }
  if (!has_content_type) {
    append(list, "Content-Type:");  // none, instead of a form's
  }
  return list;
}

// libcurl would look the proxy up by itself, and wait for that lookup's thread wherever the
// transfer ends before it. An empty list of exceptions keeps it from taking one of the environment.
void set_proxy(CURL* easy, const TransferRequest& request, CurlLists& lists) {
  set(easy, CURLOPT_NOPROXY, "");
  set(easy, CURLOPT_PROXY, request.proxy == nullptr ? "" : request.proxy->text.c_str());
  set(easy, CURLOPT_RESOLVE, nullptr);
  if (request.proxy == nullptr) {
    return;
  }
  const Url& proxy = *request.proxy;
  if (!request.address.empty() && !proxy.is_address) {
    append(lists.resolved,
           proxy.host + ':' + std::to_string(proxy.port) + ':' + as_host(request.address));
    set(easy, CURLOPT_RESOLVE, lists.resolved.get());
  }
  set(easy, CURLOPT_PROXYUSERNAME, or_none(proxy.user.reveal()));
  set(easy, CURLOPT_PROXYPASSWORD, or_none(proxy.password.reveal()));
}

CurlListener& listener_at(void* argument) {
  return *static_cast<CurlListener*>(argument);
}

curl_socket_t open_socket(void* argument, curlsocktype /*purpose*/,
                          curl_sockaddr* address) noexcept {
  CurlSocket told;
  told.peer_length = std::min<socklen_t>(address->addrlen, sizeof told.peer);
  std::memcpy(&told.peer, &address->addr, told.peer_length);
  const int made =
      socket(address->family, address->socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, address->protocol);
  told.error = made < 0 ? errno : 0;
  listener_at(argument).on_socket(told);
  return made < 0 ? CURL_SOCKET_BAD : made;
}

CURLcode on_handshake(CURL* /*easy*/, void* context, void* argument) noexcept {
  listener_at(argument).on_handshake(static_cast<ssl_ctx_st*>(context));
  return CURLE_OK;
}

size_t on_header(char* data, size_t size, size_t count, void* argument) noexcept {
  return listener_at(argument).on_header({data, size * count}) ? size * count : 0;
}

size_t on_body(char* data, size_t size, size_t count, void* argument) noexcept {
  return listener_at(argument).on_body({data, size * count}) ? size * count : 0;
}

void set_common_options(void* easy) {
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_HTTP09_ALLOWED, 0L);
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy, CURLOPT_FRESH_CONNECT, 1L);
  set(easy, CURLOPT_FORBID_REUSE, 1L);
  set(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
  set(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
  set(easy, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
  set(easy, CURLOPT_USERAGENT, "gatewatch/" GATEWATCH_VERSION);
  set(easy, CURLOPT_BUFFERSIZE, kReceiveBuffer);
  set(easy, CURLOPT_UPLOAD_BUFFERSIZE, kSendBuffer);
}

Duration time_of(CURL* easy, CURLINFO info) {
  curl_off_t microseconds = 0;
  curl_easy_getinfo(easy, info, &microseconds);
  return std::chrono::microseconds(microseconds);
}

}  // namespace

void FreeCurlList::operator()(curl_slist* list) const {
  curl_slist_free_all(list);
}

void* make_easy(CurlListener& listener, std::array<char, kCurlErrorBytes>& error) {
  CURL* easy = curl_easy_init();
  if (easy == nullptr) {
    return nullptr;
  }
  set(easy, CURLOPT_PRIVATE, &listener);
  set(easy, CURLOPT_ERRORBUFFER, error.data());
  set(easy, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  set(easy, CURLOPT_OPENSOCKETDATA, &listener);
  set(easy, CURLOPT_SSL_CTX_FUNCTION, &on_handshake);
  set(easy, CURLOPT_SSL_CTX_DATA, &listener);
  set(easy, CURLOPT_HEADERFUNCTION, &on_header);
  set(easy, CURLOPT_HEADERDATA, &listener);
  set(easy, CURLOPT_WRITEFUNCTION, &on_body);
  set(easy, CURLOPT_WRITEDATA, &listener);
  set_common_options(easy);
  return easy;
}

void free_easy(void* easy) {
  curl_easy_cleanup(easy);
}

CurlListener& listener_of(void* easy) {
  CurlListener* listener = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &listener);
  return *listener;
}

CurlTimes times_of(void* easy) {
  return {.lookup = time_of(easy, CURLINFO_NAMELOOKUP_TIME_T),
          .connect = time_of(easy, CURLINFO_CONNECT_TIME_T),
          .tls = time_of(easy, CURLINFO_APPCONNECT_TIME_T),
          .ready = time_of(easy, CURLINFO_PRETRANSFER_TIME_T),
          .first_byte = time_of(easy, CURLINFO_STARTTRANSFER_TIME_T)};
}

CurlLists set_request(void* easy, const TransferRequest& request, const std::string& ca_file) {
  const Url& url = *request.url;
  set(easy, CURLOPT_URL, url.text.c_str());
  CurlLists lists;
  const bool is_elsewhere = request.address != url.host || request.port != 0;
  if (!request.address.empty() && is_elsewhere && request.proxy == nullptr) {
    const std::string port = request.port == 0 ? "" : std::to_string(request.port);
    append(lists.connect_to, "::" + as_host(request.address) + ':' + port);  // whatever the host
  }
  set(easy, CURLOPT_CONNECT_TO, lists.connect_to.get());
  lists.fields = list_of(request.fields != nullptr ? *request.fields : HeaderFields());
  if (!request.request_id.empty()) {
    append(lists.fields, "X-Request-Id: " + std::string(request.request_id));
  }
  set(easy, CURLOPT_HTTPHEADER, lists.fields.get());
  set_proxy(easy, request, lists);
  set(easy, CURLOPT_HTTP_VERSION,
      static_cast<long>(request.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
  set(easy, CURLOPT_UNIX_SOCKET_PATH, or_none(request.unix_socket));
  set(easy, CURLOPT_ACCEPT_ENCODING, request.wants_body ? "gzip" : nullptr);
  const bool credentials = !(url.user.empty() && url.password.empty());
  set(easy, CURLOPT_USERNAME, credentials ? url.user.reveal().c_str() : nullptr);
  set(easy, CURLOPT_PASSWORD, credentials ? url.password.reveal().c_str() : nullptr);
  set_method(easy, request);
  // One segment that nothing precedes need not be told to leave at once.
  const bool one_segment = url.scheme == "http" && request.body.empty();
  set(easy, CURLOPT_TCP_NODELAY, one_segment ? 0L : 1L);
  if (url.scheme == "https") {
    set_tls(easy, *request.tls, ca_file);
  }
  return lists;
}

int system_error_of(void* easy, const CurlSocket& socket) {
  long error = 0;
  curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &error);
  return socket.error != 0 ? socket.error : static_cast<int>(error);
}

Told told_when(const CurlSocket& made, int system_error) {
  if (made.error != 0) {
    return Told::ByCall;
  }
  if (system_error == 0 || made.peer_length == 0) {
    return Told::Unknown;
  }
  // To connect a datagram socket is to look up the route.
  const int trial = socket(made.peer.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (trial < 0) {
    return Told::Unknown;
  }
  const auto* peer = reinterpret_cast<const sockaddr*>(&made.peer);
  const bool fails_alike = connect(trial, peer, made.peer_length) != 0 && errno == system_error;
  close(trial);
  return fails_alike ? Told::ByCall : Told::Unknown;
}

const ssl_st* tls_of(void* easy) {
  const curl_tlssessioninfo* lent = nullptr;
  curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &lent);
  return lent != nullptr && lent->backend == CURLSSLBACKEND_OPENSSL
             ? static_cast<const ssl_st*>(lent->internals)
             : nullptr;
}

}  // namespace gatewatch::probe
