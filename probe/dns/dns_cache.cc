// SPDX-License-Identifier: MIT
#include "probe/dns/dns_cache.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace gatewatch::probe {
namespace {

Duration used_for(Duration ttl) {
  return ttl == Duration::zero() ? ttl : std::clamp(ttl, kMinTtl, kMaxTtl);
}

}  // namespace

size_t HashDnsQuestion::operator()(const DnsQuestion& question) const {
  constexpr size_t kFactor = 1'000'003;
  const std::hash<std::string> hash;
  const size_t family = question.family ? static_cast<size_t>(*question.family) + 1 : 0;
  return (hash(question.host) * kFactor + hash(question.server)) * kFactor + family;
}

void DnsCache::put(const DnsQuestion& question, std::vector<Address> addresses, Duration ttl,
                   SteadyTime now) {
  forget(question);
  if (entries_.size() >= kMaxCachedNames) {
    index_.erase(entries_.back().question);
    entries_.pop_back();
  }
  entries_.push_front({question, std::move(addresses), now + used_for(ttl)});
  index_.emplace(question, entries_.begin());
}

const DnsCache::Entry* DnsCache::find(const DnsQuestion& question) {
  const auto known = index_.find(question);
  if (known == index_.end()) {
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, known->second);
  return &*known->second;
}

const std::vector<Address>* DnsCache::fresh(const DnsQuestion& question, SteadyTime now) {
  const Entry* entry = find(question);
  return entry != nullptr && now < entry->expires ? &entry->addresses : nullptr;
}

const std::vector<Address>* DnsCache::any(const DnsQuestion& question, SteadyTime now) {
  const Entry* entry = find(question);
  return entry != nullptr && now <= entry->expires + kMaxStale ? &entry->addresses : nullptr;
}

void DnsCache::forget(const DnsQuestion& question) {
  if (const auto known = index_.find(question); known != index_.end()) {
    entries_.erase(known->second);
    index_.erase(known);
  }
}

void DnsCache::expire(const std::string& server, SteadyTime now) {
  for (Entry& entry : entries_) {
    if (entry.question.server == server) {
      entry.expires = std::min(entry.expires, now);
    }
  }
}

}  // namespace gatewatch::probe
