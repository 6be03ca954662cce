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

#include <openssl/ssl.h>

#include <array>
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

}  // namespace

struct CurlEngine::Transfer final : CurlListener {
  uint32_t index = 0;
  uint32_t generation = 0;  // odd while it runs
  void* easy = nullptr;
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
  CurlSocket socket;
  std::array<char, kCurlErrorBytes> error{};

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

  void on_socket(const CurlSocket& made) noexcept override { socket = made; }

  void on_handshake(ssl_ctx_st* context) noexcept override {
    // Otherwise OpenSSL goes on reading for as long as a server sends session tickets or new keys,
    // and libcurl for as long as it sends frames that are no answer.
    SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
    limit_peer(context, TlsLimit::Connection);
    // Before it has opened a tunnel it is the proxy itself that TLS is spoken to; what it said
    // until then is no part of the target's answer.
    if (!by_proxy || has_tunnel()) {
      head.clear();
      handshake_started = loop->precise_now();
    }
  }

  bool on_header(std::string_view line) noexcept override {
    if (handshake_started && certificate == nullptr) {
      if (const ssl_st* connection = tls_of(easy)) {
        certificate = peer_certificate(connection, known_certificate);
      }
    }
    return head.add_line(line);
  }

  bool on_body(std::string_view bytes) noexcept override {
    body_bytes += bytes.size();
    const size_t room = kept_body - std::min(kept_body, body.size());
    body.append(bytes.substr(0, room));
    return body_bytes <= kMaxBodyBytes;
  }
};

CurlEngine::CurlEngine(EpollLoop& loop)
    : loop_(loop), multis_(loop, [this](void* easy, int code) { on_completed(easy, code); }) {
  static const auto before = std::signal(SIGPIPE, SIG_IGN);
  GW_ASSERT(before != SIG_ERR);
  system_ca_file_ = system_ca_file();
}

CurlEngine::~CurlEngine() {
  for (const std::unique_ptr<Transfer>& transfer : transfers_) {
    if (transfer->multi != nullptr) {
      multis_.remove(*transfer->multi, transfer->easy);
    }
    free_easy(transfer->easy);
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
  transfer->socket = {};
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
  TransferResult result = conclude(*transfer, kCurlCancelled);
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
    transfer->easy = make_easy(*transfer, transfer->error);
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
  auto& transfer = static_cast<Transfer&>(listener_of(easy));
  TransferResult result = conclude(transfer, code);
  TransferDone done = std::move(transfer.done);
  multis_.remove(*transfer.multi, easy);
  release(transfer);
  done(std::move(result));
}

TransferResult CurlEngine::conclude(Transfer& transfer, int code) {
  HttpHead& head = transfer.head;
  if (transfer.has_tunnel()) {
    head.clear();
  }
  TransferProgress progress;
  const CurlTimes times = times_of(transfer.easy);
  Duration connect = times.connect;
  if (connect == Duration::zero() && transfer.handshake_started) {
    // libcurl tells it only once the handshake is done too.
    connect = *transfer.handshake_started - transfer.started;
  }
  progress.connected = connect > Duration::zero();
  progress.ready =
      times.ready > Duration::zero() && (!transfer.tls || times.tls > Duration::zero());
  progress.head_begun = head.begun();
  progress.head_complete = head.complete();
  progress.body_full = transfer.body_bytes > kMaxBodyBytes;
  progress.system_error = system_error_of(transfer.easy, transfer.socket);
  progress.told = told_when(transfer.socket, progress.system_error);

  TransferResult result;
  if (progress.connected) {
    result.phases.connect = connect - times.lookup;
  }
  if (times.tls > Duration::zero()) {
    result.phases.tls = times.tls - connect;
  }
  if (progress.head_begun && progress.ready) {
    result.phases.first_byte = times.first_byte - times.ready;
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
  result.met = met_by(result.failure, progress);
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
    if (code != kCurlCancelled) {
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
    free_easy(std::exchange(transfer.easy, nullptr));
  }
  idle_.push_back(transfer.index);
}

}  // namespace gatewatch::probe
