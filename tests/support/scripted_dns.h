// SPDX-License-Identifier: MIT
//
// A DNS server on 127.0.0.1 (UDP and TCP) that answers what a test wrote down, and NXDOMAIN to the
// rest.
//
// Thread: any; it has its own.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "core/mutex.h"

namespace gatewatch::testing {

struct DnsAnswer {
  std::vector<std::string> v4;
  std::vector<std::string> v6;
  int rcode = 0;           // 0 to 15; 2 SERVFAIL, 3 NXDOMAIN, 5 REFUSED
  bool silent = false;     // never answers
  uint32_t ttl = 60;       // of each record
  bool echo = false;       // sends the question back as it came
  bool truncated = false;  // over UDP: without records, to be asked again over TCP
};

class ScriptedDns {
 public:
  // By name, without last dot; "" is the root.
  explicit ScriptedDns(std::map<std::string, DnsAnswer> answers);
  ~ScriptedDns();
  ScriptedDns(const ScriptedDns&) = delete;
  ScriptedDns& operator=(const ScriptedDns&) = delete;

  // "127.0.0.1:PORT", as probe::Resolver::Options takes it.
  [[nodiscard]] std::string servers() const { return "127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] size_t queries() const { return queries_; }
  [[nodiscard]] size_t queries(const std::string& name) const;

  // From now on.
  void set(const std::string& name, DnsAnswer answer);
  // Answers nothing from now on, to any name, or again.
  void set_silent(bool silent) { silent_ = silent; }

 private:
  void serve();
  void answer_datagram();
  void answer_connection();
  [[nodiscard]] std::string reply_to(const std::string& query, bool over_tcp);

  int socket_ = -1;
  int listener_ = -1;
  int stop_ = -1;
  uint16_t port_ = 0;
  std::atomic<size_t> queries_ = 0;
  std::atomic<bool> silent_ = false;
  mutable Mutex mutex_;
  std::map<std::string, DnsAnswer> answers_ GW_GUARDED_BY(mutex_);
  std::map<std::string, size_t> asked_ GW_GUARDED_BY(mutex_);
  std::thread server_;
};

}  // namespace gatewatch::testing
