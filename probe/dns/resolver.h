// SPDX-License-Identifier: MIT
//
// Names to addresses, on the loop.
//
// Answers are used again for as long as their TTL says (see dns_cache.h), those of /etc/hosts for
// kHostsFileKept; that a name has no address is never remembered. Requests for the same name that
// come while it is being looked up share the lookup. What is asked is told in dns_client.h, whose
// trouble it is that there is no answer in dns_verdict.h.
//
// While no name server answers, an answer whose time is over is used and marked: when the lookup
// fails, or when it has taken as long as the request's patience.
//
// Thread: the loop's. Lifetime: the loop outlives it; it outlives its requests' callers or they
// cancel. Limits: kMaxLookups at once, kMaxAddresses of each family per answer, kMaxServerSets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/outcome.h"
#include "core/time.h"
#include "probe/dns/dns_cache.h"
#include "probe/dns/dns_client.h"
#include "probe/loop/epoll_loop.h"
#include "probe/net/address.h"

namespace gatewatch::probe {

inline constexpr size_t kMaxLookups = 16'384;
inline constexpr size_t kMaxAddresses = 16;
inline constexpr size_t kMaxServerSets = 64;  // those of this machine and of targets

inline constexpr Duration kHostsFileKept = std::chrono::seconds(5);
// How long a lookup may take before a stale answer is used.
inline constexpr Duration kStaleAfter = std::chrono::milliseconds(1800);
// How long a lookup may take before the name servers are asked whether they answer at all.
inline constexpr Duration kCheckServersAfter = std::chrono::milliseconds(500);

struct Resolution {
  // Sorted; not empty exactly where the outcome is ok. Addresses of a family that has no route from
  // here are left out, unless all are.
  std::vector<Address> addresses;
  Outcome outcome = Outcome::Ok;  // ok, dns, dns_failure, dns_timeout or inconclusive
  std::string error;              // why it is not ok, printable
  bool is_stale = false;          // its time is over; no name server answers
};

class Resolver {
 public:
  struct Options {
    std::string servers;  // "127.0.0.1:5353,…" instead of those of /etc/resolv.conf; for tests
  };
  struct Query {
    std::string host;
    std::string server;                     // as of DnsClient; empty: the system's
    std::optional<Address::Family> family;  // empty: both
    // How long its lookup may take, from the beginning, before a stale answer is used; at most
    // kStaleAfter.
    Duration patience = kStaleAfter;
  };
  enum class RequestId : uint64_t { None = 0 };
  using Done = std::move_only_function<void(Resolution)>;

  // Fails: throws std::runtime_error where c-ares cannot be set up.
  Resolver(EpollLoop& loop, Options options);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // Calls `done` once, never from within resolve(). An address is answered without a lookup.
  RequestId resolve(Query query, Done done);
  // Asks the system's servers for both families.
  RequestId resolve(const std::string& host, Done done);
  // Its `done` is not called. Nothing happens for None or for a request that was answered. The
  // lookup goes on, for whoever asks next.
  void cancel(RequestId request);
  // The same; returns what is to be said of a name that has not been resolved until now:
  // dns_timeout or inconclusive.
  [[nodiscard]] Resolution give_up(RequestId request);

 private:
  struct Servers;
  struct Lookup;
  struct Request {
    Done done;
    Lookup* lookup = nullptr;  // null once it is answered, or needs none
    Loop::TimerId stale_timer = Loop::TimerId::None;
    Resolution resolution;  // of one that needed no lookup
  };

  void join_lookup(uint64_t id, const DnsQuestion& question, Duration patience);
  Servers* servers_for(const std::string& server, std::string& error);
  void make_room_for_servers();
  void start(Lookup& lookup);
  void on_answer(Lookup& lookup, DnsAnswer answer);
  void ask_root(Servers& servers);
  void on_root(Servers& servers, const DnsAnswer& answer);
  void fail(Lookup& lookup);
  [[nodiscard]] DnsVerdict judge_now(const Lookup& lookup, DnsFault fault);
  void finish(Lookup& lookup, const Resolution& resolution);
  void use_stale(uint64_t id);
  Resolution resolution_of(const std::vector<Address>& addresses);
  void answer_later(uint64_t id, Resolution resolution);
  void answer(uint64_t id, Resolution resolution);

  EpollLoop& loop_;
  const Options options_;
  uint64_t last_request_ = 0;
  std::unordered_map<uint64_t, Request> requests_;
  std::vector<uint64_t> answered_;  // without a lookup, not yet told
  Loop::TimerId answer_timer_ = Loop::TimerId::None;
  DnsCache cache_;
  Routes routes_;
  std::unordered_map<DnsQuestion, std::unique_ptr<Lookup>, HashDnsQuestion> lookups_;
  std::unordered_map<std::string, std::unique_ptr<Servers>> servers_;
};

}  // namespace gatewatch::probe
