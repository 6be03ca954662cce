// SPDX-License-Identifier: MIT
//
// The routers on the way to an address, without privileges: packets with a time to live of 1, 2, …
// whose death each router reports (ICMP, read from the socket's error queue, ip(7) IP_RECVERR).
//
// With a port the packets are the first ones of TCP connections, which pass where the target's own
// do; those that arrive are reset at once. Without one they are UDP datagrams of one byte to ports
// from kTracePort on, and the host's "port unreachable" is the end.
//
// A hop that is silent for kHopWait is tried once more: routers limit how many errors they send in
// a second. One that stays silent shows as "*". Limits: kMaxHops; kHopsAtOnce under way, of which
// so many may reach the target; kTriesPerHop.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "probe/diagnosis/step.h"
#include "probe/loop/epoll_loop.h"
#include "probe/net/address.h"

namespace gatewatch::probe {

inline constexpr int kMaxHops = 24;
inline constexpr int kHopsAtOnce = 6;
inline constexpr int kTriesPerHop = 2;
inline constexpr Duration kHopWait = std::chrono::seconds(1);
inline constexpr uint16_t kTracePort = 33434;

struct Hop {
  enum class State : uint8_t {
    Waiting,
    Silent,
    Passed,   // a router on the way
    Reached,  // the target itself
    Ended,    // somebody says that packets do not get there
  };
  State state = State::Waiting;
  std::string address;  // who told; empty: nobody
  Duration time{};
  std::string reason;  // of Ended

  bool operator==(const Hop&) const = default;
};

// Fills in result, outcome, text and evidence from the hops 1, 2, …, of which those behind the
// first Reached or Ended count for nothing. Pure.
[[nodiscard]] Finding judged(Finding planned, const std::vector<Hop>& hops);

// One finding. Ok: the target was reached. Timeout: nobody answered behind some hop. Refused: the
// network says that it cannot be reached. Inconclusive: our own trouble.
class Traceroute final : public Step {
 public:
  // `port` 0: by UDP.
  Traceroute(EpollLoop& loop, const Address& to, uint16_t port);
  ~Traceroute() override;

  void start(SteadyTime deadline, Done done) override;

 private:
  struct Flight;

  void launch_more();
  void launch(int ttl);
  void on_silence(Flight& flight);
  // 0, or an errno of ours.
  [[nodiscard]] int send_off(Flight& flight);
  void wait_for(Flight& flight);
  void on_ready(Flight& flight, uint32_t events);
  void land(Flight& flight, Hop hop);
  // A hop is known, or all have been waited for.
  void go_on();
  void finish(Finding finding);

  EpollLoop& loop_;
  const Address to_;
  const uint16_t port_;
  Done done_;
  SteadyTime deadline_;
  Loop::TimerId timer_ = Loop::TimerId::None;
  std::vector<Hop> hops_;  // of ttl 1, 2, …
  std::vector<std::unique_ptr<Flight>> flights_;
};

}  // namespace gatewatch::probe
