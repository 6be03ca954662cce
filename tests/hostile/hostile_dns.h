// SPDX-License-Identifier: MIT
//
// A name server on 127.0.0.1 that answers each query with whatever packets a test makes for it.
//
// Thread: any; it has its own, in which the test's function is called.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace gatewatch::testing {

struct DnsQuery {
  enum class Type : uint16_t { A = 1, Cname = 5, Aaaa = 28 };
  std::string name;  // in lower case, without last dot
  uint16_t type = 0;
  size_t earlier = 0;  // queries for the same name and type
  bool over_tcp = false;
  std::string bytes;          // as it came
  size_t question_bytes = 0;  // of it, behind the header

  [[nodiscard]] bool is(Type wanted) const { return type == static_cast<uint16_t>(wanted); }
};

struct DnsRecord {
  std::string owner;  // empty: the name asked for
  DnsQuery::Type type = DnsQuery::Type::A;
  std::string data;  // as on the wire
};

[[nodiscard]] DnsRecord a_record(const std::string& address);
[[nodiscard]] DnsRecord aaaa_record(const std::string& address);
[[nodiscard]] DnsRecord cname_record(const std::string& owner, const std::string& to);

enum class DnsRcode : uint8_t { NoError = 0, ServFail = 2, NxDomain = 3 };

// A well-formed answer; its records may be used once only (TTL 0).
[[nodiscard]] std::string dns_reply(const DnsQuery& query, const std::vector<DnsRecord>& records,
                                    DnsRcode rcode = DnsRcode::NoError, bool truncated = false);

class HostileDns {
 public:
  using Answer = std::function<std::vector<std::string>(const DnsQuery&)>;

  // Whether connections over TCP, which a truncated answer asks for, are refused.
  enum class Tcp { Refused, Served };

  // "well.test" is answered with 127.0.0.1 in any case, and the root with nothing wrong.
  explicit HostileDns(Answer answer, Tcp tcp = Tcp::Refused);
  ~HostileDns();
  HostileDns(const HostileDns&) = delete;
  HostileDns& operator=(const HostileDns&) = delete;

  // "127.0.0.1:PORT".
  [[nodiscard]] std::string servers() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  void serve();
  void answer_datagram();
  void answer_connection();
  [[nodiscard]] std::vector<std::string> replies_to(std::string bytes, bool over_tcp);

  int datagrams_ = -1;
  int connections_ = -1;
  int stop_ = -1;
  uint16_t port_ = 0;
  const Answer answer_;
  std::map<std::pair<std::string, uint16_t>, size_t> asked_;
  std::thread thread_;
};

}  // namespace gatewatch::testing
