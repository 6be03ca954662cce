// SPDX-License-Identifier: MIT
//
// The kernel fills in the checksum and the identifier (the "port" of such a socket), and hands over
// only what carries that identifier. Errors of the network come through the socket's error queue
// (IP_RECVERR), with the address of who sent them.
#include "probe/kinds/icmp_prober.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include "core/id.h"
#include "core/text.h"
#include "probe/kinds/diagnosis_subject.h"
#include "probe/kinds/icmp_reason.h"
#include "probe/net/connect_failure.h"
#include "probe/net/network_error.h"

namespace gatewatch::probe {
namespace {

constexpr const char* kGroupRangeFile = "/proc/sys/net/ipv4/ping_group_range";
constexpr int kMaxErrorsPerTurn = 8;

// RFC 792 and RFC 4443.
constexpr uint8_t kEchoRequest4 = 8;
constexpr uint8_t kEchoReply4 = 0;
constexpr uint8_t kEchoRequest6 = 128;
constexpr uint8_t kEchoReply6 = 129;

struct Echo {
  uint8_t type = 0;
  uint8_t code = 0;
  uint16_t checksum = 0;
  uint16_t identifier = 0;  // in network order, as all that follows
  uint16_t sequence = 0;
  std::array<uint64_t, 2> token{};
  std::array<char, kIcmpDataBytes - 2 * sizeof(uint64_t)> padding{};
};
static_assert(sizeof(Echo) == 8 + kIcmpDataBytes);

std::array<uint64_t, 2> make_token() {
  Rng rng = Rng::from_entropy();
  return {rng.next(), rng.next()};
}

std::string message_of(int system_error) {
  return printable(std::generic_category().message(system_error));
}

std::string not_allowed() {
  std::string range;
  std::ifstream file(kGroupRangeFile);
  std::getline(file, range);
  std::replace(range.begin(), range.end(), '\t', ' ');
  return "this process may not ping: none of its groups is in the sysctl "
         "net.ipv4.ping_group_range" +
         (range.empty() ? "" : " (" + printable(range) + ")");  // a sandbox may hide the file
}

// The address from which this connected socket sends.
SocketAddress own_address(int descriptor) {
  SocketAddress own;
  own.length = sizeof own.storage;
  getsockname(descriptor, reinterpret_cast<sockaddr*>(&own.storage), &own.length);
  return own;
}

}  // namespace

IcmpProber::IcmpProber(const ProbeServices& services, const EndpointUrl& endpoint,
                       AddressSettings found_by)
    : loop_(services.loop),
      host_(endpoint.host),
      found_by_(found_by),
      token_(make_token()),
      socket_(services.loop),
      run_(services, endpoint.host, endpoint.host,
           {.proceed = [this](const Address& address) { ping(address); },
            .expire =
                [this](const std::string& late) {
                  run_.finish(Outcome::Timeout, late + "waiting for the reply");
                },
            .stop = [this] { socket_.close(); }},
           std::move(found_by)) {}

void IcmpProber::ping(const Address& address) {
  family_ = address.family;
  const bool v4 = family_ == Address::Family::V4;
  const auto peer = to_socket_address(address.text, 0);
  if (!peer) {
    run_.finish(Outcome::Inconclusive, address.text + ": no such interface");
    return;
  }
  const int failed = socket_.open(peer->storage.ss_family, SOCK_DGRAM,
                                  v4 ? int{IPPROTO_ICMP} : int{IPPROTO_ICMPV6});
  if (failed != 0) {
    run_.finish(Outcome::Inconclusive,
                failed == EACCES || failed == EPERM ? not_allowed() : message_of(failed));
    return;
  }
  if (const int error = send_request(*peer); error != 0) {
    run_.finish(outcome_of_connect(error, Told::ByCall), message_of(error));
    return;
  }
  if (!socket_.watch(EPOLLIN, [this](uint32_t events) { on_ready(events); })) {
    run_.finish(Outcome::Inconclusive, kNotWatched);
  }
}

// Returns 0, or an errno.
int IcmpProber::send_request(const SocketAddress& peer) {
  const int descriptor = socket_.descriptor();
  const bool v4 = family_ == Address::Family::V4;
  const int on = 1;
  if (setsockopt(descriptor, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_RECVERR : IPV6_RECVERR, &on,
                 sizeof on) != 0 ||
      connect(descriptor, peer.get(), peer.length) != 0) {
    return errno;
  }
  const SocketAddress own = own_address(descriptor);
  sockaddr_in port_first{};  // the port stands at the same place in both families
  std::memcpy(&port_first, &own.storage, sizeof port_first);
  identifier_ = port_first.sin_port;
  ++sequence_;
  Echo echo;
  echo.type = v4 ? kEchoRequest4 : kEchoRequest6;
  echo.identifier = identifier_;
  echo.sequence = htons(sequence_);
  echo.token = token_;
  sent_at_ = loop_.precise_now();
  return send(descriptor, &echo, sizeof echo, MSG_NOSIGNAL) < 0 ? errno : 0;
}

void IcmpProber::on_ready(uint32_t events) {
  if ((events & EPOLLERR) != 0 && take_network_error()) {
    return;
  }
  std::array<char, sizeof(Echo)> buffer{};
  const ssize_t count = recv(socket_.descriptor(), buffer.data(), buffer.size(), MSG_TRUNC);
  if (count == ssize_t{sizeof(Echo)} && is_our_reply({buffer.data(), buffer.size()})) {
    run_.phases().first_byte = loop_.precise_now() - sent_at_;
    run_.finish(Outcome::Ok, {});
  }
}

bool IcmpProber::is_our_reply(std::string_view message) const {
  Echo echo;
  std::memcpy(&echo, message.data(), std::min(sizeof echo, message.size()));
  const bool v4 = family_ == Address::Family::V4;
  return echo.type == (v4 ? kEchoReply4 : kEchoReply6) && echo.code == 0 &&
         echo.identifier == identifier_ && echo.sequence == htons(sequence_) &&
         echo.token == token_;
}

bool IcmpProber::take_network_error() {
  const int descriptor = socket_.descriptor();
  for (int i = 0; i < kMaxErrorsPerTurn; ++i) {
    const std::optional<NetworkError> found = take_network_error_of(descriptor);
    if (!found) {
      break;
    }
    if (found->is_local) {
      const int number = found->system_error;
      run_.finish(outcome_of_connect(number, Told::ByCall), message_of(number));
      return true;
    }
    if (icmp_says_unreachable(family_, found->type, found->code)) {
      const bool own = found->told_by == numeric_text(own_address(descriptor).get());
      run_.finish(Outcome::Refused,
                  icmp_reason(family_, found->type, found->code) + ", told by " + found->told_by +
                      (own ? " (this machine: the next hop does not answer)" : ""));
      return true;
    }
  }
  (void)take_error(descriptor);  // what was passed over does not wake the loop again
  return false;
}

DiagnosisSubject IcmpProber::subject() const {
  return {.host = host_, .found_by = found_by_};
}

MakeProber read_icmp(const Target& /*target*/, config::Table& settings) {
  std::expected<EndpointUrl, std::string> endpoint =
      parse_endpoint_url(settings.string_or("url", ""));
  if (!endpoint) {
    settings.error("url", "url " + endpoint.error(), "write icmp://HOST");
    return {};
  }
  if (endpoint->port != 0) {
    settings.error("url", "url has a port, but a ping goes to a host", "write icmp://HOST");
    return {};
  }
  if (!endpoint->rest.empty() && endpoint->rest != "/") {
    settings.error("url", "url has something after the host", "write icmp://HOST");
    return {};
  }
  return [shared = *std::move(endpoint), found_by = read_address_keys(settings)](
             const ProbeServices& services) -> std::unique_ptr<Prober> {
    return std::make_unique<IcmpProber>(services, shared, found_by);
  };
}

}  // namespace gatewatch::probe
