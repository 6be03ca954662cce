// SPDX-License-Identifier: MIT
//
// Names to addresses, on the loop, without a cache: each probe asks as a new visitor would.
//
// Asks /etc/hosts, then the name servers of /etc/resolv.conf (read again when that file changes),
// for IPv4 and IPv6 together; each server is tried twice, waiting 2 s the first time.
//
// Thread: the loop's. Lifetime: the loop outlives it; it outlives its requests' callers or they
// cancel. Limits: kMaxLookups at once, kMaxAddresses per answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/outcome.h"
#include "core/time.h"
#include "probe/epoll_loop.h"

namespace gatewatch::probe {

inline constexpr size_t kMaxLookups = 16'384;
inline constexpr size_t kMaxAddresses = 16;

struct Address {
  enum class Family : uint8_t { V4, V6 };
  Family family = Family::V4;
  std::string text;  // numeric, without brackets: "192.0.2.1", "2001:db8::1", "fe80::1%eth0"

  auto operator<=>(const Address&) const = default;
};

// The address that `host` spells ("192.0.2.1", "2001:db8::1"); empty where it is a name.
[[nodiscard]] std::optional<Address> parse_address(std::string_view host);

struct Resolution {
  // Sorted; not empty exactly where the outcome is ok. Addresses of a family that has no route from
  // here are left out, unless all are.
  std::vector<Address> addresses;
  Outcome outcome = Outcome::Ok;  // ok; dns: the name does not resolve; inconclusive: our trouble
  std::string error;              // why it is not ok, printable
};

class Resolver {
 public:
  struct Options {
    std::string servers;  // "127.0.0.1:5353,…" instead of those of /etc/resolv.conf; for tests
  };
  enum class RequestId : uint64_t { None = 0 };
  using Done = std::move_only_function<void(Resolution)>;

  // Fails: throws std::runtime_error where c-ares cannot be set up.
  Resolver(EpollLoop& loop, Options options);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // Calls `done` once, never from within resolve(). An address is answered without a lookup.
  RequestId resolve(const std::string& host, Done done);
  // Its `done` is not called. Nothing happens for None or for a request that was answered.
  void cancel(RequestId request);

 private:
  struct Channel;
  // Whether an error that a server answers is handed over, or the next server asked.
  enum class Manner { Usual, Verbatim };
  struct Request {
    std::string host;
    Done done;              // empty once cancelled
    Resolution resolution;  // once completed
  };

  void ask(Manner manner, uint64_t id);
  void complete(uint64_t id, Resolution resolution);
  void answer_completed();
  void follow_system_settings();

  EpollLoop& loop_;
  Options options_;
  uint64_t last_request_ = 0;
  std::unordered_map<uint64_t, Request> requests_;
  std::vector<uint64_t> completed_;  // answered by c-ares or at once, not yet told
  Loop::TimerId answer_timer_ = Loop::TimerId::None;
  std::unique_ptr<Channel> usual_;
  std::unique_ptr<Channel> verbatim_;
  std::vector<std::unique_ptr<Channel>> old_channels_;  // finish what they were asked
  SteadyTime next_look_at_settings_;
};

}  // namespace gatewatch::probe
