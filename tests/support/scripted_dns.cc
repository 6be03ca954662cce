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
constexpr int kMaxPortTries = 16;
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

void add_record(std::string& reply, uint16_t type, const std::string& address, uint32_t ttl) {
  std::array<char, 16> bytes{};
  const size_t length = type == kTypeA ? 4 : 16;
  inet_pton(type == kTypeA ? AF_INET : AF_INET6, address.c_str(), bytes.data());
  // Name (at offset 12), type, class IN, TTL, length.
  reply += std::string("\xC0\x0C\x00", 3) + static_cast<char>(type);
  reply += std::string("\x00\x01", 2);
  for (const uint32_t shift : {24U, 16U, 8U, 0U}) {
    reply += static_cast<char>((ttl >> shift) & 0xFFU);
  }
  reply += std::string("\x00", 1) + static_cast<char>(length);
  reply.append(bytes.data(), length);
}

}  // namespace

ScriptedDns::ScriptedDns(std::map<std::string, DnsAnswer> answers) : answers_(std::move(answers)) {
  stop_ = eventfd(0, EFD_CLOEXEC);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  // A port that is free for both.
  for (int tries = 0; tries < kMaxPortTries && port_ == 0; ++tries) {
    address.sin_port = 0;
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    socket_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (bind(socket_, generic, length) == 0 && getsockname(socket_, generic, &length) == 0 &&
        bind(listener_, generic, length) == 0 && listen(listener_, 8) == 0) {
      port_ = ntohs(address.sin_port);
    } else {
      close(listener_);
      close(socket_);
    }
  }
  if (port_ == 0) {
    throw std::runtime_error("no port to listen on");
  }
  server_ = std::thread([this] { serve(); });
}

ScriptedDns::~ScriptedDns() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(stop_, &one, sizeof one);
  server_.join();
  close(socket_);
  close(listener_);
  close(stop_);
}

size_t ScriptedDns::queries(const std::string& name) const {
  MutexLock lock(mutex_);
  const auto found = asked_.find(name);
  return found == asked_.end() ? 0 : found->second;
}

void ScriptedDns::set(const std::string& name, DnsAnswer answer) {
  MutexLock lock(mutex_);
  answers_[name] = std::move(answer);
}

void ScriptedDns::serve() {
  for (;;) {
    std::array<pollfd, 3> waiting{pollfd{socket_, POLLIN, 0}, pollfd{listener_, POLLIN, 0},
                                  pollfd{stop_, POLLIN, 0}};
    poll(waiting.data(), waiting.size(), -1);
    if (waiting[2].revents != 0) {
      return;
    }
    if (waiting[0].revents != 0) {
      answer_datagram();
    }
    if (waiting[1].revents != 0) {
      answer_connection();
    }
  }
}

void ScriptedDns::answer_datagram() {
  std::array<char, 1500> buffer{};
  sockaddr_in peer{};
  socklen_t length = sizeof peer;
  auto* generic = reinterpret_cast<sockaddr*>(&peer);
  const ssize_t count = recvfrom(socket_, buffer.data(), buffer.size(), 0, generic, &length);
  if (count < static_cast<ssize_t>(kHeaderBytes)) {
    return;
  }
  const std::string reply = reply_to({buffer.data(), static_cast<size_t>(count)}, false);
  if (!reply.empty()) {
    sendto(socket_, reply.data(), reply.size(), 0, generic, length);
  }
}

// Answers what comes on one connection until the client closes it or waits for too long.
void ScriptedDns::answer_connection() {
  const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  const timeval patience{1, 0};
  setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  std::array<unsigned char, 2> prefix{};
  while (recv(client, prefix.data(), prefix.size(), MSG_WAITALL) == 2) {
    std::string query(static_cast<size_t>((prefix[0] << 8) | prefix[1]), '\0');
    if (recv(client, query.data(), query.size(), MSG_WAITALL) !=
        static_cast<ssize_t>(query.size())) {
      break;
    }
    std::string reply = reply_to(query, true);
    reply.insert(0, {static_cast<char>(reply.size() >> 8), static_cast<char>(reply.size())});
    send(client, reply.data(), reply.size(), MSG_NOSIGNAL);
  }
  close(client);
}

std::string ScriptedDns::reply_to(const std::string& query, bool over_tcp) {
  const Question question = read_question(query);
  DnsAnswer answer;
  {
    MutexLock lock(mutex_);
    ++queries_;
    ++asked_[question.name];
    const auto found = answers_.find(question.name);
    if (found == answers_.end()) {
      answer.rcode = 3;
    } else {
      answer = found->second;
    }
  }
  if (answer.silent || silent_) {
    return {};
  }
  if (answer.echo) {
    return query;
  }
  const bool truncated = answer.truncated && !over_tcp;
  static const std::vector<std::string> kNone;
  const auto& records = truncated                    ? kNone
                        : question.type == kTypeA    ? answer.v4
                        : question.type == kTypeAaaa ? answer.v6
                                                     : kNone;
  std::string reply = query.substr(0, 2);
  reply += truncated ? '\x83' : '\x81';  // an answer, recursion desired
  reply += static_cast<char>(0x80 | answer.rcode);
  reply += std::string("\x00\x01\x00", 3) + static_cast<char>(records.size());
  reply += std::string(4, '\0');
  reply += query.substr(kHeaderBytes, question.end - kHeaderBytes);
  for (const std::string& record : records) {
    add_record(reply, question.type, record, answer.ttl);
  }
  return reply;
}

}  // namespace gatewatch::testing
