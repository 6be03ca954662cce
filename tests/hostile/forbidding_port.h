// SPDX-License-Identifier: MIT
//
// A port of 127.0.0.1 to which connections are answered by ICMP "communication administratively
// prohibited", as a firewall between does that rejects.
//
// Thread: any; it has its own. Needs CAP_NET_RAW.
#pragma once

#include <cstdint>
#include <string>
#include <thread>

#include "tests/hostile/dead_port.h"

namespace gatewatch::testing {

class ForbiddingPort {
 public:
  [[nodiscard]] static bool is_possible();

  ForbiddingPort();
  ~ForbiddingPort();
  ForbiddingPort(const ForbiddingPort&) = delete;
  ForbiddingPort& operator=(const ForbiddingPort&) = delete;

  [[nodiscard]] std::string url() const { return port_.url(); }

 private:
  void forbid();

  const DeadPort port_{DeadPort::Manner::LosesAll};
  int segments_ = -1;  // a copy of every TCP segment of this machine
  int messages_ = -1;
  int stop_ = -1;
  std::thread thread_;
};

}  // namespace gatewatch::testing
