// SPDX-License-Identifier: MIT
//
// A socket on the loop, unwatched and closed together.
#pragma once

#include <cstdint>

#include "probe/loop/epoll_loop.h"

namespace gatewatch::probe {

// Thread: the loop's. Lifetime: the loop outlives it.
class LoopSocket {
 public:
  explicit LoopSocket(EpollLoop& loop) : loop_(loop) {}
  ~LoopSocket() { close(); }
  LoopSocket(const LoopSocket&) = delete;
  LoopSocket& operator=(const LoopSocket&) = delete;

  // A new socket, non-blocking, not inherited by children; one that was open is closed.
  // Returns 0, or the errno of socket().
  [[nodiscard]] int open(int family, int type, int protocol);
  // As EpollLoop::watch(): false where nothing will be told. Requires: open.
  [[nodiscard]] bool watch(uint32_t events, EpollLoop::EventCallback callback);
  // Nothing happens where none is open.
  void close();

  [[nodiscard]] int descriptor() const { return descriptor_; }  // -1: none is open

 private:
  EpollLoop& loop_;
  int descriptor_ = -1;
};

// The pending error of a socket (SO_ERROR), which reading it clears; 0 where there is none.
[[nodiscard]] int take_error(int descriptor);

}  // namespace gatewatch::probe
