// SPDX-License-Identifier: MIT
//
// Pings of loopback. Where this process may not ping, a test runs in a network namespace of its own
// in which it may; where it may not make one either, it is skipped.
#include "probe/kinds/icmp_prober.h"

#include <gtest/gtest.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <string>
#include <thread>

#include "probe/kinds/icmp_reason.h"
#include "tests/unit/probe/probe_world.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;

bool may_ping() {
  const int made = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_ICMP);
  if (made >= 0) {
    close(made);
  }
  return made >= 0;
}

bool bring_loopback_up() {
  const int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request{};
  std::string("lo").copy(request.ifr_name, IFNAMSIZ - 1);
  bool done = ioctl(any, SIOCGIFFLAGS, &request) == 0;
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
  done = done && ioctl(any, SIOCSIFFLAGS, &request) == 0;
  close(any);
  return done;
}

// Runs `test` on a thread that sees nothing but a loopback interface, with the given
// net.ipv4.ping_group_range. False, without running it, where that is not possible.
bool run_in_own_network(const std::string& group_range, const std::function<void()>& test) {
  bool possible = false;
  std::thread([&] {
    if (unshare(CLONE_NEWNET) != 0 || !bring_loopback_up()) {
      return;
    }
    std::ofstream sysctl("/proc/sys/net/ipv4/ping_group_range");
    sysctl << group_range << '\n' << std::flush;
    possible = sysctl.good();
    if (possible) {
      test();
    }
  }).join();
  return possible;
}

// Runs `test` where pings are allowed. False where nothing is.
bool run_allowed(const std::function<void()>& test) {
  if (may_ping()) {
    test();
    return true;
  }
  return run_in_own_network("0 2147483647", test);
}

constexpr const char* kWhySkipped =
    "net.ipv4.ping_group_range forbids pings here, and no network namespace can be made";

ProbeResult probe_icmp(ProbeWorld& world, const std::string& host, Duration timeout = 10s) {
  IcmpProber prober(world.services, parse_endpoint_url("icmp://" + host).value());
  return world.probe(prober, timeout);
}

TEST(IcmpProber, TakesTheReplyOfALivingHost) {
  const bool ran = run_allowed([] {
    ProbeWorld world;
    const ProbeResult result = probe_icmp(world, "127.0.0.1");
    EXPECT_EQ(result.outcome, Outcome::Ok) << result.error;
    EXPECT_EQ(result.address, "127.0.0.1");
    EXPECT_EQ(result.error, "");
    EXPECT_FALSE(result.phases.dns);
    EXPECT_FALSE(result.phases.connect);
    ASSERT_TRUE(result.phases.first_byte);
    EXPECT_GT(*result.phases.first_byte, 0s);
    EXPECT_LE(*result.phases.first_byte, result.latency);
  });
  if (!ran) {
    GTEST_SKIP() << kWhySkipped;
  }
}

TEST(IcmpProber, PingsANameAgainAndAgain) {
  const bool ran = run_allowed([] {
    ProbeWorld world({{"router.test", {.v4 = {"127.0.0.1", "127.0.0.2"}}}});
    const size_t before = open_descriptors();
    IcmpProber prober(world.services, parse_endpoint_url("icmp://router.test").value());
    for (int i = 0; i < 5; ++i) {
      const ProbeResult result = world.probe(prober);
      EXPECT_EQ(result.outcome, Outcome::Ok) << result.error;
      EXPECT_TRUE(result.phases.dns);
    }
    EXPECT_LE(open_descriptors(), before + 1);  // c-ares may keep its socket
  });
  if (!ran) {
    GTEST_SKIP() << kWhySkipped;
  }
}

TEST(IcmpProber, PingsOverIpv6) {
  bool has_ipv6 = true;
  const bool ran = run_allowed([&] {
    ProbeWorld world;
    const ProbeResult result = probe_icmp(world, "[::1]");
    has_ipv6 = result.outcome != Outcome::Inconclusive;
    if (has_ipv6) {
      EXPECT_EQ(result.outcome, Outcome::Ok) << result.error;
      EXPECT_EQ(result.address, "::1");
    }
  });
  if (!ran || !has_ipv6) {
    GTEST_SKIP() << (ran ? "there is no IPv6 here" : kWhySkipped);
  }
}

TEST(IcmpProber, CountsAMissingRouteAsOurOwnTrouble) {
  const bool ran = run_in_own_network("0 2147483647", [] {
    ProbeWorld world;
    const ProbeResult result = probe_icmp(world, "192.0.2.1");
    EXPECT_EQ(result.outcome, Outcome::Inconclusive);
    EXPECT_EQ(result.error, "Network is unreachable");
  });
  if (!ran) {
    GTEST_SKIP() << "no network namespace can be made";
  }
}

TEST(IcmpProber, NamesTheSysctlWhereItMayNotPing) {
  const auto forbidden = [] {
    ProbeWorld world;
    for (const char* host : {"127.0.0.1", "[::1]"}) {
      const ProbeResult result = probe_icmp(world, host);
      EXPECT_EQ(result.outcome, Outcome::Inconclusive);
      EXPECT_NE(result.error.find("net.ipv4.ping_group_range ("), std::string::npos)
          << result.error;
    }
  };
  if (!may_ping()) {
    forbidden();
  } else if (!run_in_own_network("1 0", forbidden)) {
    GTEST_SKIP() << "pings are allowed here, and no network namespace can be made";
  }
}

TEST(IcmpReason, HasWordsForWhatRoutersSay) {
  using enum Address::Family;
  EXPECT_EQ(icmp_reason(V4, 3, 0), "network unreachable");
  EXPECT_EQ(icmp_reason(V4, 3, 1), "host unreachable");
  EXPECT_EQ(icmp_reason(V4, 3, 13), "administratively prohibited");
  EXPECT_EQ(icmp_reason(V4, 3, 8), "destination unreachable, code 8");
  EXPECT_EQ(icmp_reason(V4, 3, 200), "destination unreachable, code 200");
  EXPECT_EQ(icmp_reason(V4, 11, 0), "time exceeded");
  EXPECT_EQ(icmp_reason(V4, 5, 1), "ICMP type 5, code 1");
  EXPECT_EQ(icmp_reason(V6, 1, 0), "no route to the destination");
  EXPECT_EQ(icmp_reason(V6, 1, 3), "address unreachable");
  EXPECT_EQ(icmp_reason(V6, 1, 7), "destination unreachable, code 7");
  EXPECT_EQ(icmp_reason(V6, 3, 0), "time exceeded");
}

TEST(IcmpReason, KnowsWhatDoesNotMeanUnreachable) {
  using enum Address::Family;
  EXPECT_TRUE(icmp_says_unreachable(V4, 3, 1));
  EXPECT_TRUE(icmp_says_unreachable(V4, 11, 0));
  EXPECT_FALSE(icmp_says_unreachable(V4, 3, 4));  // fragmentation needed
  EXPECT_FALSE(icmp_says_unreachable(V4, 4, 0));  // source quench
  EXPECT_FALSE(icmp_says_unreachable(V4, 5, 0));  // redirect
  EXPECT_TRUE(icmp_says_unreachable(V6, 1, 3));
  EXPECT_FALSE(icmp_says_unreachable(V6, 2, 0));  // packet too big
}

}  // namespace
}  // namespace gatewatch::probe
