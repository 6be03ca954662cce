// SPDX-License-Identifier: MIT
//
// One set of name servers, asked on the loop.
//
// Looks into /etc/hosts, then asks the servers; each is tried twice, waiting 2 s the first time. A
// server that answers that it failed is passed over while there is another. A truncated answer is
// asked for again over TCP.
//
// Thread: the loop's. Lifetime: the loop outlives it; what it was asked and has not answered when
// it is destroyed is not answered.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/time.h"
#include "probe/dns/dns_verdict.h"
#include "probe/loop/epoll_loop.h"
#include "probe/net/address.h"

namespace gatewatch::probe {

struct DnsAnswer {
  std::vector<Address> addresses;  // sorted, each once; not empty exactly where there is no fault
  Duration ttl{};                  // the least of all records
  bool is_from_file = false;       // from /etc/hosts; has no TTL
  std::optional<DnsFault> fault;
  std::string error;  // what the fault is, as a sentence part: "the name does not exist (NXDOMAIN)"
};

class DnsClient {
 public:
  using Done = std::move_only_function<void(DnsAnswer)>;

  // `servers` as "192.0.2.1:53,[2001:db8::1]:53"; empty: those of /etc/resolv.conf.
  // Fails: throws std::runtime_error where c-ares cannot be set up.
  DnsClient(EpollLoop& loop, std::string servers);
  ~DnsClient();
  DnsClient(const DnsClient&) = delete;
  DnsClient& operator=(const DnsClient&) = delete;

  // Calls `done` once, never from within ask(). Asks for both families where `family` is empty.
  void ask(const std::string& host, std::optional<Address::Family> family, Done done);
  // Asks for the name servers of the root, without waiting longer than for another name; an answer
  // without a fault has no address here.
  void ask_root(Done done);

  // Reads /etc/resolv.conf again if it has changed, looking at it every 5 s at most; later
  // questions go to the servers it names now. True where it was read.
  bool follow_settings();

  // Nothing is under way.
  [[nodiscard]] bool is_idle() const;
  // The servers, for people: "192.0.2.1:53, 192.0.2.2:53".
  [[nodiscard]] std::string servers() const;

 private:
  struct Channel;
  struct Ticket;
  // Whether an error that a server answers is handed over, or the next server asked.
  enum class Manner { Usual, Verbatim };

  void on_status(std::unique_ptr<Ticket> ticket, Manner manner, int status, DnsAnswer answer);
  void tell_answers();

  EpollLoop& loop_;
  const std::string servers_;
  std::vector<std::pair<Done, DnsAnswer>> answers_;  // not told yet
  bool telling_ = false;
  Loop::TimerId tell_timer_ = Loop::TimerId::None;
  std::unique_ptr<Channel> usual_;
  std::unique_ptr<Channel> verbatim_;
  std::vector<std::unique_ptr<Channel>> old_channels_;  // finish what they were asked
  SteadyTime next_look_at_settings_;
};

}  // namespace gatewatch::probe
