// SPDX-License-Identifier: MIT
//
// HTTP requests through libcurl's multi interface on the loop, one new connection for each: for
// HTTP/2 and for proxies, which HttpEngine does not speak.
//
// No redirect is followed, no proxy is taken from the environment, no TLS session is resumed, no
// name is looked up but by a proxy: the caller resolves, and decides what an answer means.
//
// Thread: the loop's. Lifetime: the loop outlives it; callers outlive their transfers or cancel.
// Limits: kMaxTransfers at once; those of HttpHead; kMaxBodyBytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "probe/http/curl_multis.h"
#include "probe/http/http_limits.h"
#include "probe/http/http_transfer.h"
#include "probe/loop/epoll_loop.h"

namespace gatewatch::probe {

class CurlEngine {
 public:
  // From the first one on the process ignores SIGPIPE, since OpenSSL writes to sockets whose peer
  // may have gone.
  explicit CurlEngine(EpollLoop& loop);
  // Ends all transfers without a result.
  ~CurlEngine();
  CurlEngine(const CurlEngine&) = delete;
  CurlEngine& operator=(const CurlEngine&) = delete;

  // Calls `done` once, never from within start(). There is no time limit: the caller cancels.
  // The error is why no transfer can be started, and is our own trouble.
  [[nodiscard]] std::expected<TransferId, std::string> start(const TransferRequest& request,
                                                             TransferDone done);
  // Ends a transfer, whose `done` is not called; tells what it had learnt, with failure
  // inconclusive unless the answer was complete. Empty for None and where it has ended before.
  std::optional<TransferResult> cancel(TransferId transfer);

  // Has CA files read again by the transfers that start from now on.
  void refresh_certificates() { multis_.refresh(); }

  [[nodiscard]] size_t running() const { return running_; }

 private:
  struct Transfer;

  Transfer* take_idle();
  Transfer* find(TransferId id);
  void on_completed(void* easy, int code);
  TransferResult conclude(Transfer& transfer, int code);
  void release(Transfer& transfer);

  EpollLoop& loop_;
  std::string system_ca_file_;
  size_t running_ = 0;
  CurlMultis multis_;
  std::vector<std::unique_ptr<Transfer>> transfers_;
  std::vector<uint32_t> idle_;  // places in transfers_
};

}  // namespace gatewatch::probe
