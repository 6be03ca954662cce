// SPDX-License-Identifier: MIT
//
// The message quotes the beginning of the segment that it answers, ports and sequence number
// included: without these the kernel does not believe it (RFC 792, RFC 5927).
#include "tests/hostile/forbidding_port.h"

#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <span>

namespace gatewatch::testing {
namespace {

constexpr size_t kQuoted = sizeof(iphdr) + 8;

int raw_socket(int protocol) {
  return socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, protocol);
}

// RFC 1071.
uint16_t checksum(std::span<const unsigned char> bytes) {
  uint32_t sum = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    sum += i % 2 == 0 ? uint32_t{bytes[i]} << 8 : uint32_t{bytes[i]};
  }
  while (sum > 0xFFFF) {
    sum = (sum & 0xFFFF) + (sum >> 16);
  }
  return htons(static_cast<uint16_t>(~sum));
}

}  // namespace

bool ForbiddingPort::is_possible() {
  const int made = raw_socket(IPPROTO_ICMP);
  close(made);
  return made >= 0;
}

ForbiddingPort::ForbiddingPort()
    : segments_(raw_socket(IPPROTO_TCP)),
      messages_(raw_socket(IPPROTO_ICMP)),
      stop_(eventfd(0, EFD_CLOEXEC)),
      thread_([this] { forbid(); }) {}

ForbiddingPort::~ForbiddingPort() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(stop_, &one, sizeof one);
  thread_.join();
  close(segments_);
  close(messages_);
  close(stop_);
}

void ForbiddingPort::forbid() {
  for (;;) {
    std::array<pollfd, 2> waiting{pollfd{segments_, POLLIN, 0}, pollfd{stop_, POLLIN, 0}};
    poll(waiting.data(), waiting.size(), -1);
    if (waiting[1].revents != 0) {
      return;
    }
    std::array<unsigned char, 256> segment{};
    const ssize_t count = recv(segments_, segment.data(), segment.size(), 0);
    tcphdr tcp{};
    if (count < static_cast<ssize_t>(sizeof(iphdr) + sizeof tcp)) {
      continue;
    }
    std::memcpy(&tcp, segment.data() + sizeof(iphdr), sizeof tcp);
    if (ntohs(tcp.dest) != port_.port() || tcp.syn == 0) {
      continue;
    }
    icmphdr header{};
    header.type = ICMP_DEST_UNREACH;
    header.code = ICMP_PKT_FILTERED;
    std::array<unsigned char, sizeof header + kQuoted> message{};
    std::memcpy(message.data(), &header, sizeof header);
    std::memcpy(message.data() + sizeof header, segment.data(), kQuoted);
    header.checksum = checksum(message);
    std::memcpy(message.data(), &header, sizeof header);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sendto(messages_, message.data(), message.size(), 0, reinterpret_cast<const sockaddr*>(&to),
           sizeof to);
  }
}

}  // namespace gatewatch::testing
