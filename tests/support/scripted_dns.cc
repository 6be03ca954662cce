// SPDX-License-Identifier: MIT
//
// Just enough of RFC 1035: one question, answers that point back at its name.
#include "tests/support/scripted_dns.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace gatewatch::testing {
namespace {

constexpr size_t kHeaderBytes = 12;
constexpr uint16_t kTypeA = 1;
constexpr uint16_t kTypeAaaa = 28;

struct Question {
  std::string name;
  uint16_t type = 0;
  size_t end = 0;  // where it ends in the query
};

Question read_question(const std::string& query) {
  Question question;
  size_t at = kHeaderBytes;
  while (at < query.size() && query[at] != 0) {
    const auto length = static_cast<size_t>(static_cast<unsigned char>(query[at]));
    question.name += (question.name.empty() ? "" : ".") + query.substr(at + 1, length);
    at += length + 1;
  }
  if (at + 5 > query.size()) {
    throw std::runtime_error("not a DNS query");
  }
  question.type = static_cast<uint16_t>((static_cast<unsigned char>(query[at + 1]) << 8) |
                                        static_cast<unsigned char>(query[at + 2]));
  question.end = at + 5;
  return question;
}

void add_record(std::string& reply, uint16_t type, const std::string& address) {
  std::array<char, 16> bytes{};
  const size_t length = type == kTypeA ? 4 : 16;
  inet_pton(type == kTypeA ? AF_INET : AF_INET6, address.c_str(), bytes.data());
  // Name (at offset 12), type, class IN, TTL 60, length.
  reply += std::string("\xC0\x0C\x00", 3) + static_cast<char>(type);
  reply += std::string("\x00\x01\x00\x00\x00\x3C\x00", 7) + static_cast<char>(length);
  reply.append(bytes.data(), length);
}

}  // namespace

ScriptedDns::ScriptedDns(std::map<std::string, DnsAnswer> answers) : answers_(std::move(answers)) {
  socket_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  stop_ = eventfd(0, EFD_CLOEXEC);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(socket_, generic, length) != 0 || getsockname(socket_, generic, &length) != 0) {
    throw std::runtime_error("no port to listen on");
  }
  port_ = ntohs(address.sin_port);
  server_ = std::thread([this] { serve(); });
}

ScriptedDns::~ScriptedDns() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(stop_, &one, sizeof one);
  server_.join();
  close(socket_);
  close(stop_);
}

void ScriptedDns::serve() {
  for (;;) {
    std::array<pollfd, 2> waiting{pollfd{socket_, POLLIN, 0}, pollfd{stop_, POLLIN, 0}};
    poll(waiting.data(), waiting.size(), -1);
    if (waiting[1].revents != 0) {
      return;
    }
    std::array<char, 1500> buffer{};
    sockaddr_in peer{};
    socklen_t length = sizeof peer;
    auto* generic = reinterpret_cast<sockaddr*>(&peer);
    const ssize_t count = recvfrom(socket_, buffer.data(), buffer.size(), 0, generic, &length);
    if (count < static_cast<ssize_t>(kHeaderBytes)) {
      continue;
    }
    ++queries_;
    const std::string reply = reply_to({buffer.data(), static_cast<size_t>(count)});
    if (!reply.empty()) {
      sendto(socket_, reply.data(), reply.size(), 0, generic, length);
    }
  }
}

std::string ScriptedDns::reply_to(const std::string& query) const {
  const Question question = read_question(query);
  const auto found = answers_.find(question.name);
  DnsAnswer answer;
  if (found == answers_.end()) {
    answer.rcode = 3;
  } else {
    answer = found->second;
  }
  if (answer.silent) {
    return {};
  }
  static const std::vector<std::string> kNone;
  const auto& records = question.type == kTypeA      ? answer.v4
                        : question.type == kTypeAaaa ? answer.v6
                                                     : kNone;
  std::string reply = query.substr(0, 2);
  reply += '\x81';  // an answer, recursion desired
  reply += static_cast<char>(0x80 | answer.rcode);
  reply += std::string("\x00\x01\x00", 3) + static_cast<char>(records.size());
  reply += std::string(4, '\0');
  reply += query.substr(kHeaderBytes, question.end - kHeaderBytes);
  for (const std::string& record : records) {
    add_record(reply, question.type, record);
  }
  return reply;
}

}  // namespace gatewatch::testing
