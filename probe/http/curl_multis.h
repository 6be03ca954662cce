// SPDX-License-Identifier: MIT
//
// libcurl's multi handles on the loop: one for each CA file, because libcurl keeps the parsed
// certificates of one file for each.
//
// Thread: the loop's. Lifetime: the loop outlives it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "probe/loop/epoll_loop.h"

namespace gatewatch::probe {

class CurlMultis {
 public:
  // Gets each transfer that has ended by itself, a CURL*, once, with its CURLcode; never from
  // within add() or remove(). Must remove() it, and may add and remove others.
  using Completed = std::function<void(void* easy, int code)>;
  CurlMultis(EpollLoop& loop, Completed completed);
  // Requires: no transfer is left.
  ~CurlMultis();
  CurlMultis(const CurlMultis&) = delete;
  CurlMultis& operator=(const CurlMultis&) = delete;

  struct Multi;
  // Begins the transfer of `easy`, a CURL* that trusts this file, and tells what to remove it from.
  // The error is why it cannot begin, printable.
  [[nodiscard]] std::expected<Multi*, std::string> add(const std::string& ca_file, void* easy);
  void remove(Multi& multi, void* easy);

  static constexpr size_t kMaxCaFiles = 64;  // more than these share one handle, slowly

 private:
  struct Callbacks;

  Multi* find_or_make(const std::string& ca_file);
  void on_timer(Multi& multi);
  void on_socket(Multi& multi, int socket, uint32_t events);
  void finish_completed(Multi& multi);

  EpollLoop& loop_;
  const Completed completed_;
  std::unordered_map<std::string, std::unique_ptr<Multi>> multis_;
};

}  // namespace gatewatch::probe
