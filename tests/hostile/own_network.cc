// SPDX-License-Identifier: MIT
//
// A network namespace belongs to a thread and to those that it starts; it goes with the last of
// them and of their sockets.
#include "tests/hostile/own_network.h"

#include <arpa/inet.h>
#include <linux/ipv6.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <thread>

namespace gatewatch::testing {
namespace {

ifreq interface_named(const std::string& name) {
  ifreq request{};
  std::snprintf(static_cast<char*>(request.ifr_name), IFNAMSIZ, "%s", name.c_str());
  return request;
}

bool bring_up_loopback(int control) {
  ifreq request = interface_named("lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  return ioctl(control, SIOCSIFFLAGS, &request) == 0;
}

bool add_v4(const std::string& alias, const std::string& address) {
  ifreq request = interface_named(alias);
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  inet_pton(AF_INET, address.c_str(), &v4.sin_addr);
  std::memcpy(&request.ifr_addr, &v4, sizeof v4);
  const int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const bool added = ioctl(control, SIOCSIFADDR, &request) == 0;
  close(control);
  return added;
}

bool add_v6(const std::string& address) {
  constexpr uint32_t kWholeAddress = 128;
  in6_ifreq request{};
  inet_pton(AF_INET6, address.c_str(), &request.ifr6_addr);
  request.ifr6_prefixlen = kWholeAddress;
  request.ifr6_ifindex = static_cast<int>(if_nametoindex("lo"));
  const int control = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const bool added = ioctl(control, SIOCSIFADDR, &request) == 0;
  close(control);
  return added;
}

bool make_network(const std::vector<std::string>& addresses) {
  if (unshare(CLONE_NEWNET) != 0) {
    return false;
  }
  const int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  bool made = bring_up_loopback(control);
  close(control);
  for (size_t i = 0; i < addresses.size(); ++i) {
    const std::string& address = addresses[i];
    const bool v6 = address.find(':') != std::string::npos;
    made = made && (v6 ? add_v6(address) : add_v4("lo:" + std::to_string(i), address));
  }
  return made;
}

}  // namespace

bool run_in_own_network(const std::vector<std::string>& addresses,
                        const std::function<void()>& body) {
  bool made = false;
  std::thread([&] {
    made = make_network(addresses);
    if (made) {
      body();
    }
  }).join();
  return made;
}

}  // namespace gatewatch::testing
