// SPDX-License-Identifier: MIT
//
// A DNS server on 127.0.0.1 (UDP) that answers what a test wrote down, and NXDOMAIN to the rest.
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

namespace gatewatch::testing {

struct DnsAnswer {
  std::vector<std::string> v4;
  std::vector<std::string> v6;
  int rcode = 0;        // 2 SERVFAIL, 3 NXDOMAIN, 5 REFUSED
  bool silent = false;  // never answers
};

class ScriptedDns {
 public:
  explicit ScriptedDns(std::map<std::string, DnsAnswer> answers);  // by name, without last dot
  ~ScriptedDns();
  ScriptedDns(const ScriptedDns&) = delete;
  ScriptedDns& operator=(const ScriptedDns&) = delete;

  // "127.0.0.1:PORT", as probe::Resolver::Options takes it.
  [[nodiscard]] std::string servers() const { return "127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] size_t queries() const { return queries_; }

 private:
  void serve();
  [[nodiscard]] std::string reply_to(const std::string& query) const;

  int socket_ = -1;
  int stop_ = -1;
  uint16_t port_ = 0;
  const std::map<std::string, DnsAnswer> answers_;
  std::atomic<size_t> queries_ = 0;
  std::thread server_;
};

}  // namespace gatewatch::testing
