// SPDX-License-Identifier: MIT
//
// Just enough of RFC 1035: one question, names written in full. A connection carries one query.
#include "tests/hostile/hostile_dns.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>

#include "core/text.h"

namespace gatewatch::testing {
namespace {

constexpr size_t kHeaderBytes = 12;

uint16_t number_at(const std::string& bytes, size_t at) {
  return static_cast<uint16_t>((static_cast<unsigned char>(bytes.at(at)) << 8) |
                               static_cast<unsigned char>(bytes.at(at + 1)));
}

std::string number(size_t value) {
  return {static_cast<char>(value >> 8 & 0xFF), static_cast<char>(value & 0xFF)};
}

std::string name_on_wire(const std::string& name) {
  std::string wire;
  for (size_t at = 0; at < name.size();) {
    const size_t end = std::min(name.find('.', at), name.size());
    wire += static_cast<char>(end - at);
    wire += name.substr(at, end - at);
    at = end + 1;
  }
  return wire + '\0';
}

DnsQuery read_query(std::string bytes) {
  DnsQuery query;
  size_t at = kHeaderBytes;
  while (bytes.at(at) != 0) {
    const auto length = static_cast<size_t>(static_cast<unsigned char>(bytes.at(at)));
    query.name += (query.name.empty() ? "" : ".") + bytes.substr(at + 1, length);
    at += length + 1;
  }
  query.name = ascii_lower(query.name);
  query.type = number_at(bytes, at + 1);
  query.question_bytes = at + 5 - kHeaderBytes;
  query.bytes = std::move(bytes);
  return query;
}

std::string address_on_wire(int family, const std::string& address) {
  std::array<char, sizeof(in6_addr)> bytes{};
  if (inet_pton(family, address.c_str(), bytes.data()) != 1) {
    throw std::runtime_error("not an address");
  }
  return {bytes.data(), family == AF_INET ? sizeof(in_addr) : sizeof(in6_addr)};
}

}  // namespace

DnsRecord a_record(const std::string& address) {
  return {{}, DnsQuery::Type::A, address_on_wire(AF_INET, address)};
}

DnsRecord aaaa_record(const std::string& address) {
  return {{}, DnsQuery::Type::Aaaa, address_on_wire(AF_INET6, address)};
}

DnsRecord cname_record(const std::string& owner, const std::string& to) {
  return {owner, DnsQuery::Type::Cname, name_on_wire(to)};
}

std::string dns_reply(const DnsQuery& query, const std::vector<DnsRecord>& records, DnsRcode rcode,
                      bool truncated) {
  std::string reply = query.bytes.substr(0, 2);
  reply += static_cast<char>(truncated ? 0x83 : 0x81);  // an answer, recursion desired
  reply += static_cast<char>(0x80 | static_cast<int>(rcode));
  reply += number(1) + number(records.size()) + number(0) + number(0);
  reply += query.bytes.substr(kHeaderBytes, query.question_bytes);
  for (const DnsRecord& record : records) {
    reply += name_on_wire(record.owner.empty() ? query.name : record.owner);
    reply += number(static_cast<uint16_t>(record.type)) + number(1);  // class IN
    reply += number(0) + number(0) + number(record.data.size());      // TTL, length
    reply += record.data;
  }
  return reply;
}

HostileDns::HostileDns(Answer answer, Tcp tcp)
    : datagrams_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)),
      connections_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      stop_(eventfd(0, EFD_CLOEXEC)),
      answer_(std::move(answer)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(connections_, generic, length) != 0 ||
      getsockname(connections_, generic, &length) != 0 || bind(datagrams_, generic, length) != 0 ||
      (tcp == Tcp::Served && listen(connections_, 8) != 0)) {
    throw std::runtime_error("no port to listen on");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

HostileDns::~HostileDns() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(stop_, &one, sizeof one);
  thread_.join();
  close(datagrams_);
  close(connections_);
  close(stop_);
}

void HostileDns::serve() {
  for (;;) {
    std::array<pollfd, 3> waiting{pollfd{datagrams_, POLLIN, 0}, pollfd{stop_, POLLIN, 0},
                                  pollfd{connections_, POLLIN, 0}};
    poll(waiting.data(), waiting.size(), -1);
    if (waiting[1].revents != 0) {
      return;
    }
    if ((waiting[0].revents & POLLIN) != 0) {
      answer_datagram();
    }
    if ((waiting[2].revents & POLLIN) != 0) {
      answer_connection();
    }
  }
}

void HostileDns::answer_datagram() {
  std::array<char, 1500> buffer{};
  sockaddr_in peer{};
  socklen_t length = sizeof peer;
  auto* generic = reinterpret_cast<sockaddr*>(&peer);
  const ssize_t count = recvfrom(datagrams_, buffer.data(), buffer.size(), 0, generic, &length);
  if (count < static_cast<ssize_t>(kHeaderBytes)) {
    return;
  }
  for (const std::string& reply : replies_to({buffer.data(), static_cast<size_t>(count)}, false)) {
    sendto(datagrams_, reply.data(), reply.size(), 0, generic, length);
  }
}

void HostileDns::answer_connection() {
  const int connection = accept4(connections_, nullptr, nullptr, SOCK_CLOEXEC);
  std::array<char, 1500> buffer{};
  const ssize_t count = recv(connection, buffer.data(), buffer.size(), 0);
  if (count > static_cast<ssize_t>(2 + kHeaderBytes)) {
    const std::string query(buffer.data() + 2, static_cast<size_t>(count) - 2);
    for (const std::string& reply : replies_to(query, true)) {
      const std::string framed = number(reply.size()) + reply;
      send(connection, framed.data(), framed.size(), MSG_NOSIGNAL);
    }
  }
  close(connection);
}

std::vector<std::string> HostileDns::replies_to(std::string bytes, bool over_tcp) {
  DnsQuery query = read_query(std::move(bytes));
  query.over_tcp = over_tcp;
  query.earlier = asked_[{query.name, query.type}]++;
  if (query.name == "well.test") {
    return {query.is(DnsQuery::Type::A) ? dns_reply(query, {a_record("127.0.0.1")})
                                        : dns_reply(query, {})};
  }
  if (query.name.empty()) {
    return {dns_reply(query, {})};
  }
  return answer_(query);
}

}  // namespace gatewatch::testing
