// SPDX-License-Identifier: MIT
#include "probe/net/network_error.h"

#include <arpa/inet.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "probe/net/socket_address.h"

namespace gatewatch::probe {
namespace {

constexpr size_t kQuotedBytes = 64;  // of the packet that the error is about; not looked at
constexpr size_t kControlBytes = 512;

}  // namespace

std::string numeric_text(const sockaddr* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, address, sizeof v4);
    inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
  } else if (address->sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, address, sizeof v6);
    inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
  }
  return text.data();
}

std::optional<NetworkError> take_network_error_of(int descriptor) {
  std::array<char, kQuotedBytes> quoted{};
  alignas(cmsghdr) std::array<char, kControlBytes> control{};
  iovec into{.iov_base = quoted.data(), .iov_len = quoted.size()};
  msghdr message{};
  message.msg_iov = &into;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  if (recvmsg(descriptor, &message, MSG_ERRQUEUE) < 0) {
    return std::nullopt;
  }
  NetworkError found;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    const bool is_error = (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_RECVERR) ||
                          (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_RECVERR);
    if (!is_error) {
      continue;
    }
    sock_extended_err error{};
    std::memcpy(&error, CMSG_DATA(header), sizeof error);
    found.is_local = error.ee_origin == SO_EE_ORIGIN_LOCAL;
    found.system_error = static_cast<int>(error.ee_errno);
    found.type = error.ee_type;
    found.code = error.ee_code;
    // The offender's address follows the error.
    SocketAddress offender;
    const size_t room = header->cmsg_len - CMSG_LEN(sizeof error);
    std::memcpy(&offender.storage, CMSG_DATA(header) + sizeof error,
                std::min(room, sizeof offender.storage));
    found.told_by = numeric_text(offender.get());
  }
  return found;
}

}  // namespace gatewatch::probe
