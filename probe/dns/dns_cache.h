// SPDX-License-Identifier: MIT
//
// What names were last answered with, for as long as their TTLs say, and past that for the time
// when no name server answers. Pure.
//
// Limits: kMaxCachedNames; what was not asked for the longest goes first.
#pragma once

#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/time.h"
#include "probe/net/address.h"

namespace gatewatch::probe {

inline constexpr size_t kMaxCachedNames = 16'384;

// How long an answer is used: as long as its TTL says, within these bounds; where that is zero, for
// one question only. The upper one is low,
// so that a name that is gone and a name server that died show soon whatever the TTL.
inline constexpr Duration kMinTtl = std::chrono::seconds(1);
inline constexpr Duration kMaxTtl = std::chrono::minutes(5);
// How long an answer may still be used when its time is over.
inline constexpr Duration kMaxStale = std::chrono::hours(24);

// What is asked, and whom.
struct DnsQuestion {
  std::string server;  // empty: the system's
  std::string host;
  std::optional<Address::Family> family;  // empty: both

  bool operator==(const DnsQuestion&) const = default;
};

struct HashDnsQuestion {
  [[nodiscard]] size_t operator()(const DnsQuestion& question) const;
};

class DnsCache {
 public:
  // Replaces what is known.
  void put(const DnsQuestion& question, std::vector<Address> addresses, Duration ttl,
           SteadyTime now);
  // Null where there is no answer whose time is not over. What is returned lives until the next
  // call of a member that is not const.
  [[nodiscard]] const std::vector<Address>* fresh(const DnsQuestion& question, SteadyTime now);
  // The same, or one whose time was over not more than kMaxStale ago.
  [[nodiscard]] const std::vector<Address>* any(const DnsQuestion& question, SteadyTime now);
  // Nothing happens for what is not known.
  void forget(const DnsQuestion& question);
  // From `now` on none of the answers of `server` is fresh.
  void expire(const std::string& server, SteadyTime now);

  [[nodiscard]] size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    DnsQuestion question;
    std::vector<Address> addresses;
    SteadyTime expires;
  };
  using Entries = std::list<Entry>;  // the last asked for first

  const Entry* find(const DnsQuestion& question);

  Entries entries_;
  std::unordered_map<DnsQuestion, Entries::iterator, HashDnsQuestion> index_;
};

}  // namespace gatewatch::probe
