// SPDX-License-Identifier: MIT
//
// A port of 127.0.0.1 that listens, but behind which nobody answers as one should.
//
// The kernel itself plays this: a filter on the listening socket loses the segments.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gatewatch::testing {

class DeadPort {
 public:
  enum class Manner {
    LosesAll,    // as behind a firewall that drops: the connection is never made
    LosesData,   // the connection is made, then nothing gets through
    FullQueue,   // nobody accepts, and no more fit into the queue
    NeverReads,  // the connection is made, the receive window soon full
  };

  explicit DeadPort(Manner manner);
  ~DeadPort();
  DeadPort(const DeadPort&) = delete;
  DeadPort& operator=(const DeadPort&) = delete;

  [[nodiscard]] std::string url() const;
  [[nodiscard]] uint16_t port() const { return port_; }

 private:
  void fill_queue();

  int listener_ = -1;
  uint16_t port_ = 0;
  std::vector<int> queued_;
};

}  // namespace gatewatch::testing
