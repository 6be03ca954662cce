// SPDX-License-Identifier: MIT
//
// One question to one name server, by c-ares: over UDP, and again over TCP where the answer says
// that it was cut short. Nothing is asked twice otherwise, and no other server is asked.
//
// Thread: the loop's. Lifetime: the loop outlives it; destroying it ends the query without an
// answer.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "probe/dns/dns_records.h"
#include "probe/dns/resolver.h"
#include "probe/loop/epoll_loop.h"

namespace gatewatch::probe {

class DnsQuery {
 public:
  using Done = std::move_only_function<void(DnsReply)>;

  // Asks. `done` is called once, never from within the constructor, and may destroy the query.
  // There is no timeout: an answer that does not come is waited for.
  DnsQuery(EpollLoop& loop, const Address& server, uint16_t port, const std::string& name,
           RecordType type, Done done);
  ~DnsQuery();
  DnsQuery(const DnsQuery&) = delete;
  DnsQuery& operator=(const DnsQuery&) = delete;

 private:
  struct Channel;
  std::unique_ptr<Channel> channel_;
};

}  // namespace gatewatch::probe
