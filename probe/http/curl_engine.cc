// SPDX-License-Identifier: MIT
//
// CurlMultis runs the transfers and tells which is done when libcurl is off the stack, so `done`
// may start and cancel as it likes.
//
// Easy handles are used again. What never differs is set once; what may differ is set for every
// request, so nothing of the one before is left.
//
// Addresses are numeric here, so libcurl's resolver never starts a thread; its cache is off.
#include "probe/http/curl_engine.h"

#include <curl/curl.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "core/assert.h"
#include "core/text.h"
#include "probe/http/curl_failure.h"
#include "probe/http/curl_request.h"
#include "probe/http/http_head.h"
#include "probe/net/certificate.h"
#include "probe/net/connect_failure.h"

namespace gatewatch::probe {
namespace {

constexpr size_t kMaxIdleHandles = 512;
constexpr unsigned kIndexBits = 32;

template <typename Value>
void set(CURL* easy, CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(easy, option, value);
  GW_ASSERT(code == CURLE_OK);
}

Duration time_of(CURL* easy, CURLINFO info) {
  curl_off_t microseconds = 0;
  curl_easy_getinfo(easy, info, &microseconds);
  return std::chrono::microseconds(microseconds);
}

}  // namespace

struct CurlEngine::Transfer {
  uint32_t index = 0;
  uint32_t generation = 0;  // odd while it runs
  CURL* easy = nullptr;
  EpollLoop* loop = nullptr;
  CurlMultis::Multi* multi = nullptr;  // while it runs
  CurlLists lists;
  TransferDone done;
  HttpHead head;
  size_t body_bytes = 0;
  size_t kept_body = 0;  // how much of it is kept
  std::string body;
  std::shared_ptr<const CertificateInfo> known_certificate;
  std::shared_ptr<const CertificateInfo> certificate;
  bool tls = false;
  bool by_proxy = false;
  SteadyTime started;
  std::optional<SteadyTime> handshake_started;  // with the target, not with a proxy
  int socket_error = 0;                         // why no socket could be made
  std::array<char, CURL_ERROR_SIZE> error{};

  // The proxy, asked for a way to the target, has given it.
  [[nodiscard]] bool has_tunnel() const {
    return tls && by_proxy && !handshake_started && head.complete() && head.status() / 100 == 2;
  }
  // What it answered instead is in the head.
  [[nodiscard]] bool has_no_tunnel() const {
    return tls && by_proxy && !handshake_started && head.complete() && !has_tunnel();
  }
  [[nodiscard]] TransferId id() const {
    return static_cast<TransferId>((uint64_t{generation} << kIndexBits) | index);
  }
};

// Called by libcurl; none of them may throw or call back into it.
struct CurlEngine::Callbacks {
  static curl_socket_t open_socket(void* argument, curlsocktype /*purpose*/,
                                   curl_sockaddr* address) noexcept {
    const int made = socket(address->family, address->socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
                            address->protocol);
    if (made < 0) {
      static_cast<Transfer*>(argument)->socket_error = errno;
      return CURL_SOCKET_BAD;
    }
    return made;
  }

  static CURLcode on_handshake(CURL* /*easy*/, void* context, void* argument) noexcept {
    auto* transfer = static_cast<Transfer*>(argument);
    // Otherwise OpenSSL goes on reading for as long as a server sends session tickets or new keys,
    // and libcurl for as long as it sends frames that are no answer.
    SSL_CTX_clear_mode(static_cast<SSL_CTX*>(context), SSL_MODE_AUTO_RETRY);
    limit_peer(static_cast<SSL_CTX*>(context), TlsLimit::Connection);
    // Before it has opened a tunnel it is the proxy itself that TLS is spoken to; what it said
    // until then is no part of the target's answer.
    if (!transfer->by_proxy || transfer->has_tunnel()) {
      transfer->head.clear();
      transfer->handshake_started = transfer->loop->precise_now();
    }
    return CURLE_OK;
  }

  static size_t on_header(char* data, size_t size, size_t count, void* argument) noexcept {
    const std::string_view line(data, size * count);
    auto* transfer = static_cast<Transfer*>(argument);
    if (transfer->handshake_started && transfer->certificate == nullptr) {
      if (const ssl_st* connection = tls_of(transfer->easy)) {
        transfer->certificate = peer_certificate(connection, transfer->known_certificate);
      }
    }
    return transfer->head.add_line(line) ? line.size() : 0;
  }

  static size_t on_body(char* data, size_t size, size_t count, void* argument) noexcept {
    auto* transfer = static_cast<Transfer*>(argument);
    transfer->body_bytes += size * count;
    const size_t room = transfer->kept_body - std::min(transfer->kept_body, transfer->body.size());
    transfer->body.append(data, std::min(room, size * count));
    return transfer->body_bytes <= kMaxBodyBytes ? size * count : 0;
  }

  static CURL* make_easy(Transfer* transfer) {
    CURL* easy = curl_easy_init();
    if (easy == nullptr) {
      return nullptr;
    }
    set(easy, CURLOPT_PRIVATE, transfer);
    set(easy, CURLOPT_ERRORBUFFER, transfer->error.data());
    set(easy, CURLOPT_OPENSOCKETFUNCTION, &Callbacks::open_socket);
    set(easy, CURLOPT_OPENSOCKETDATA, transfer);
    set(easy, CURLOPT_SSL_CTX_FUNCTION, &Callbacks::on_handshake);
    set(easy, CURLOPT_SSL_CTX_DATA, transfer);
    set(easy, CURLOPT_HEADERFUNCTION, &Callbacks::on_header);
    set(easy, CURLOPT_HEADERDATA, transfer);
    set(easy, CURLOPT_WRITEFUNCTION, &Callbacks::on_body);
    set(easy, CURLOPT_WRITEDATA, transfer);
    set_common_options(easy);
    return easy;
  }
};

CurlEngine::CurlEngine(EpollLoop& loop)
    : loop_(loop), multis_(loop, [this](void* easy, int code) { on_completed(easy, code); }) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  static const auto before = std::signal(SIGPIPE, SIG_IGN);
  GW_ASSERT(ready == CURLE_OK && before != SIG_ERR);
  system_ca_file_ = system_ca_file();
}

CurlEngine::~CurlEngine() {
  for (const std::unique_ptr<Transfer>& transfer : transfers_) {
    if (transfer->multi != nullptr) {
      multis_.remove(*transfer->multi, transfer->easy);
    }
    curl_easy_cleanup(transfer->easy);
  }
}

std::expected<TransferId, std::string> CurlEngine::start(const TransferRequest& request,
                                                         TransferDone done) {
  if (running_ >= kMaxTransfers) {
    return std::unexpected("too many requests are under way");
  }
  Transfer* transfer = take_idle();
  if (transfer == nullptr) {
    return std::unexpected("no memory for a request");
  }
  const std::string& ca_file = request.tls == nullptr || request.tls->ca_file.empty()
                                   ? system_ca_file_
                                   : request.tls->ca_file;
  transfer->head.clear();
  transfer->body_bytes = 0;
  transfer->kept_body = request.wants_body ? kMaxBodyBytes : kBodyStart;
  transfer->body.clear();
  transfer->known_certificate = request.known_certificate;
  transfer->socket_error = 0;
  transfer->error[0] = '\0';
  transfer->tls = request.url->scheme == "https";
  transfer->by_proxy = request.proxy != nullptr;
  transfer->started = loop_.precise_now();
  transfer->handshake_started.reset();
  transfer->lists = set_request(transfer->easy, request, ca_file);
  transfer->done = std::move(done);
  // Certificates play no part in plain HTTP, so all of that shares one handle.
  const auto multi = multis_.add(transfer->tls ? ca_file : system_ca_file_, transfer->easy);
  ++transfer->generation;
  ++running_;
  if (!multi) {
    release(*transfer);
    return std::unexpected(multi.error());
  }
  transfer->multi = *multi;
  return transfer->id();
}

std::optional<TransferResult> CurlEngine::cancel(TransferId id) {
  Transfer* transfer = find(id);
  if (transfer == nullptr) {
    return std::nullopt;
  }
  TransferResult result = conclude(*transfer, CURLE_ABORTED_BY_CALLBACK);
  multis_.remove(*transfer->multi, transfer->easy);
  release(*transfer);
  return result;
}

CurlEngine::Transfer* CurlEngine::take_idle() {
  uint32_t index = 0;
  if (idle_.empty()) {
    index = static_cast<uint32_t>(transfers_.size());
    transfers_.push_back(std::make_unique<Transfer>());
    transfers_.back()->index = index;
    transfers_.back()->loop = &loop_;
  } else {
    index = idle_.back();
    idle_.pop_back();
  }
  Transfer* transfer = transfers_[index].get();
  if (transfer->easy == nullptr) {
    transfer->easy = Callbacks::make_easy(transfer);
  }
  if (transfer->easy == nullptr) {
    idle_.push_back(index);
    return nullptr;
  }
  return transfer;
}

CurlEngine::Transfer* CurlEngine::find(TransferId id) {
  const auto index = static_cast<size_t>(static_cast<uint32_t>(static_cast<uint64_t>(id)));
  if (id == TransferId::None || index >= transfers_.size() || transfers_[index]->id() != id) {
    return nullptr;
  }
  return transfers_[index].get();
}

void CurlEngine::on_completed(void* easy, int code) {
  Transfer* transfer = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
  TransferResult result = conclude(*transfer, code);
  TransferDone done = std::move(transfer->done);
  multis_.remove(*transfer->multi, easy);
  release(*transfer);
  done(std::move(result));
}

TransferResult CurlEngine::conclude(Transfer& transfer, int code) {
  CURL* easy = transfer.easy;
  HttpHead& head = transfer.head;
  if (transfer.has_tunnel()) {
    head.clear();
  }
  TransferProgress progress;
  const Duration lookup = time_of(easy, CURLINFO_NAMELOOKUP_TIME_T);
  Duration connect = time_of(easy, CURLINFO_CONNECT_TIME_T);
  if (connect == Duration::zero() && transfer.handshake_started) {
    // libcurl tells it only once the handshake is done too.
    connect = *transfer.handshake_started - transfer.started;
  }
  const Duration tls = time_of(easy, CURLINFO_APPCONNECT_TIME_T);
  const Duration ready = time_of(easy, CURLINFO_PRETRANSFER_TIME_T);
  progress.connected = connect > Duration::zero();
  progress.ready = ready > Duration::zero() && (!transfer.tls || tls > Duration::zero());
  progress.head_begun = head.begun();
  progress.head_complete = head.complete();
  progress.body_full = transfer.body_bytes > kMaxBodyBytes;
  progress.system_error =
      transfer.socket_error != 0 ? transfer.socket_error : system_error_of(easy);

  TransferResult result;
  if (progress.connected) {
    result.phases.connect = connect - lookup;
  }
  if (tls > Duration::zero()) {
    result.phases.tls = tls - connect;
  }
  if (progress.head_begun && progress.ready) {
    result.phases.first_byte = time_of(easy, CURLINFO_STARTTRANSFER_TIME_T) - ready;
  }
  result.head_complete = head.complete();
  if (head.complete()) {
    result.status = head.status();
    result.reason = head.reason();
    result.location = head.location();
    result.certificate = std::move(transfer.certificate);
  }
  result.head = head.text();
  result.fields = head.fields();
  result.body = transfer.body;
  result.body_cut = progress.body_full;
  result.stage = stage_of(progress);
  result.failure = outcome_of_transfer(code, progress);
  if (result.failure != Outcome::Ok) {
    result.error = code == CurlMultis::kUnwatched ? kNotWatched
                   : !head.violation().empty()
                       ? head.violation()
                       : describe_failure(code, progress, transfer.error.data());
  }
  if (transfer.has_no_tunnel()) {
    result.is_of_proxy = true;
    result.location.clear();
    result.error = printable("the proxy answered CONNECT with " + std::to_string(result.status) +
                             ' ' + result.reason);
    if (code != CURLE_ABORTED_BY_CALLBACK) {
      result.failure = outcome_of_unexpected_status(result.status);
    }
  }
  return result;
}

void CurlEngine::release(Transfer& transfer) {
  --running_;
  ++transfer.generation;  // its id is spent
  transfer.multi = nullptr;
  transfer.done = nullptr;
  transfer.lists = {};
  transfer.known_certificate.reset();
  transfer.certificate.reset();
  if (idle_.size() >= kMaxIdleHandles) {
    curl_easy_cleanup(std::exchange(transfer.easy, nullptr));
  }
  idle_.push_back(transfer.index);
}

}  // namespace gatewatch::probe
