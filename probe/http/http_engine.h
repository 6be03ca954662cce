// SPDX-License-Identifier: MIT
//
// HTTP/1.1 requests over sockets of our own on the loop, one new connection for each.
//
// No redirect is followed, no proxy asked, no name looked up: the caller resolves, and decides what
// an answer means.
//
// Thread: the loop's. Lifetime: the loop outlives it; callers outlive their transfers or cancel.
// Limits: `max_transfers` at once; those of HttpParser on what comes; a transfer that has more to
// read than kMaxReadsPerTurn buffers gives way to the others.
#pragma once

#include <array>
#include <cstddef>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "probe/http/http_transfer.h"
#include "probe/loop/epoll_loop.h"
#include "probe/net/tls_context.h"

namespace gatewatch::probe {

class HttpEngine {
 public:
  // From the first one on the process ignores SIGPIPE, since OpenSSL writes to sockets whose peer
  // may have gone. Requires: the clock outlives it; max_transfers is at most kMaxTransfers.
  HttpEngine(EpollLoop& loop, const Clock& clock, size_t max_transfers = kMaxTransfers);
  // Ends all transfers without a result.
  ~HttpEngine();
  HttpEngine(const HttpEngine&) = delete;
  HttpEngine& operator=(const HttpEngine&) = delete;

  // Calls `done` once, never from within start(). There is no time limit: the caller cancels.
  // The error is why no transfer can be started, and is our own trouble.
  [[nodiscard]] std::expected<TransferId, std::string> start(const TransferRequest& request,
                                                             TransferDone done);
  // Ends a transfer, whose `done` is not called; tells what it had learnt, with failure
  // inconclusive unless the answer was complete. Empty for None and where it has ended before.
  std::optional<TransferResult> cancel(TransferId transfer);

  // Has certificates read again when they are next needed.
  void refresh_certificates() { contexts_.refresh(); }

  [[nodiscard]] size_t running() const { return running_; }
  // For other connections that speak TLS. Lives as long as the engine.
  [[nodiscard]] TlsContexts& tls_contexts() { return contexts_; }

 private:
  struct Transfer;

  Transfer* take_idle();
  Transfer* find(TransferId id);
  void advance(Transfer& transfer);
  // False where nothing more is to be done now.
  bool send(Transfer& transfer);
  bool receive(Transfer& transfer);
  TransferResult conclude(Transfer& transfer);
  void finish(Transfer& transfer);
  void release(Transfer& transfer);

  static constexpr int kMaxReadsPerTurn = 16;
  static constexpr size_t kReadBuffer = size_t{16} * 1024;

  EpollLoop& loop_;
  const size_t max_transfers_;
  TlsContexts contexts_;
  size_t running_ = 0;
  std::vector<std::unique_ptr<Transfer>> transfers_;
  std::vector<uint32_t> idle_;              // places in transfers_
  std::array<char, kReadBuffer> buffer_{};  // what is being read; shared, for it is used up at once
};

}  // namespace gatewatch::probe
