// SPDX-License-Identifier: MIT
//
// libcurl's multi handles on the loop: one for each CA file, because libcurl keeps the parsed
// certificates of one file for each, for a day.
//
// Thread: the loop's. Lifetime: the loop outlives it.
// Limits: kMaxKept handles are kept for later; those that transfers need beyond that live as long
// as their transfers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "probe/loop/epoll_loop.h"

namespace gatewatch::probe {

class CurlMultis {
 public:
  // Gets each transfer that has ended by itself, a CURL*, once, with its CURLcode, or that cannot
  // go on because its socket cannot be watched, with kUnwatched; never from within add() or
  // remove(). Must remove() it, and may add and remove others.
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

  // Has each file read again for the transfers that are added from now on.
  void refresh();

  [[nodiscard]] size_t count() const { return multis_.size(); }

  static constexpr size_t kMaxKept = 64;
  static constexpr int kUnwatched = -1;  // no CURLcode

 private:
  struct Callbacks;

  Multi* find_or_make(const std::string& ca_file);
  bool make_room();
  void drop_if_done(Multi& multi);
  void on_timer(Multi& multi);
  void on_socket(Multi& multi, int socket, uint32_t events);
  void finish_completed(Multi& multi);
  void finish_unwatched(Multi& multi);

  EpollLoop& loop_;
  const Completed completed_;
  std::vector<std::unique_ptr<Multi>> multis_;          // in the order they were made
  std::unordered_map<std::string, Multi*> by_ca_file_;  // at most kMaxKept, none that is outdated
  uint64_t uses_ = 0;
};

}  // namespace gatewatch::probe
