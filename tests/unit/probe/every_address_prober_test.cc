// SPDX-License-Identifier: MIT
#include "probe/kinds/every_address_prober.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/scripted_server.h"
#include "tests/support/test_certificate.h"
#include "tests/unit/probe/probe_world.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;
using testing::answer;
using testing::hang;
using testing::read_request;
using testing::ScriptedServer;

// A prober of "shop.test" in a world of its own, and what it tells.
struct Shop {
  explicit Shop(testing::DnsAnswer records, uint16_t port = 1, const std::string& scheme = "http")
      : world({{"shop.test", std::move(records)}}, clock),
        settings(std::make_shared<HttpSettings>(
            settings_for(scheme + "://shop.test:" + std::to_string(port) + "/"))),
        prober(world.services, settings) {
    prober.set_on_part([this](ProbeResult part) {
      EXPECT_FALSE(within_start);
      results.push_back(std::move(part));
      if (on_part) {
        on_part();
      }
    });
  }

  void start(Duration timeout = 10s) {
    results.clear();
    done = false;
    within_start = true;
    prober.start(world.loop.precise_now() + timeout, [this](ProbeResult last) {
      EXPECT_FALSE(within_start);
      EXPECT_FALSE(done);
      done = true;
      results.push_back(std::move(last));
    });
    within_start = false;
  }

  // One whole probe; its results in the order of their addresses.
  const std::vector<ProbeResult>& probe(Duration timeout = 10s) {
    start(timeout);
    world.run_until([this] { return done; });
    std::sort(results.begin(), results.end(),
              [](const ProbeResult& a, const ProbeResult& b) { return a.address < b.address; });
    return results;
  }

  std::vector<std::string> addresses() {
    std::vector<std::string> all;
    for (const ProbeResult& result : probe()) {
      all.push_back(result.address);
    }
    return all;
  }

  JumpingClock clock;
  ProbeWorld world;
  std::shared_ptr<HttpSettings> settings;
  std::vector<ProbeResult> results;
  std::function<void()> on_part;
  bool done = false;
  bool within_start = false;
  EveryAddressProber prober;
};

TEST(EveryAddressProber, NamesTheOneBadNodeOfThree) {
  ScriptedServer first({answer("200 OK")});
  ScriptedServer second({answer("502 Bad Gateway")}, {"127.0.0.2", first.port()});
  ScriptedServer third({answer("200 OK")}, {"127.0.0.3", first.port()});
  Shop shop({.v4 = {"127.0.0.1", "127.0.0.2", "127.0.0.3"}}, first.port());
  for (int i = 0; i < 3; ++i) {
    const std::vector<ProbeResult>& results = shop.probe();
    ASSERT_EQ(results.size(), 3U);
    EXPECT_EQ(results[0].address, "127.0.0.1");
    EXPECT_EQ(results[0].outcome, Outcome::Ok);
    EXPECT_EQ(results[1].address, "127.0.0.2");
    EXPECT_EQ(results[1].outcome, Outcome::BadGateway);
    EXPECT_EQ(results[1].status, 502);
    EXPECT_EQ(results[2].address, "127.0.0.3");
    EXPECT_EQ(results[2].outcome, Outcome::Ok);
    for (const ProbeResult& result : results) {
      ASSERT_TRUE(result.phases.dns && result.phases.connect);
      EXPECT_LE(*result.phases.dns + *result.phases.connect, result.latency);
    }
  }
  EXPECT_NE(second.requests().at(0).find("Host: shop.test:"), std::string::npos);
  EXPECT_EQ(shop.world.dns.queries("shop.test"), 2U);  // one lookup for A and AAAA
}

TEST(EveryAddressProber, SendsTheNameWithTls) {
  const testing::TestCertificate certificate("shop.test");
  ScriptedServer server({answer("200 OK")}, certificate.files());
  Shop shop({.v4 = {"127.0.0.1"}}, server.port(), "https");
  shop.settings->tls.ca_file = certificate.files().certificate_file;
  ASSERT_EQ(shop.probe().size(), 1U);
  EXPECT_EQ(shop.results[0].outcome, Outcome::Ok) << shop.results[0].error;
}

TEST(EveryAddressProber, FollowsChangesOfTheRecords) {
  Shop shop({.v4 = {"127.0.0.1", "127.0.0.2"}, .ttl = 30});
  EXPECT_EQ(shop.addresses(), (std::vector<std::string>{"127.0.0.1", "127.0.0.2"}));
  shop.world.dns.set("shop.test", {.v4 = {"127.0.0.2", "127.0.0.3", "127.0.0.4"}});
  shop.world.jump(shop.clock, 31s);
  EXPECT_EQ(shop.addresses(), (std::vector<std::string>{"127.0.0.2", "127.0.0.3", "127.0.0.4"}));
}

TEST(EveryAddressProber, TellsOneResultWhereTheNameDoesNotResolve) {
  Shop shop({.rcode = 3});
  ASSERT_EQ(shop.probe().size(), 1U);
  EXPECT_EQ(shop.results[0].outcome, Outcome::Dns);
  EXPECT_EQ(shop.results[0].error, "shop.test: the name does not exist (NXDOMAIN)");
  EXPECT_EQ(shop.results[0].address, "");
  EXPECT_TRUE(shop.results[0].phases.dns);
}

TEST(EveryAddressProber, EndsAtTheDeadlineWhileResolving) {
  Shop shop({.silent = true});
  ASSERT_EQ(shop.probe(900ms).size(), 1U);
  EXPECT_EQ(shop.results[0].outcome, Outcome::DnsTimeout);
  EXPECT_TRUE(shop.results[0].error.starts_with("timed out after 9")) << shop.results[0].error;
}

TEST(EveryAddressProber, MarksEachResultOfAStaleAnswer) {
  Shop shop({.v4 = {"127.0.0.1", "127.0.0.2"}});
  shop.probe();
  EXPECT_FALSE(shop.results[0].dns_stale);
  shop.world.jump(shop.clock, 61s);
  shop.world.dns.set_silent(true);
  ASSERT_EQ(shop.probe(1s).size(), 2U);
  EXPECT_TRUE(shop.results[0].dns_stale);
  EXPECT_TRUE(shop.results[1].dns_stale);
}

// A shop whose name takes half of the timeout to resolve: its name server has gone silent.
struct SlowlyNamedShop : Shop {
  explicit SlowlyNamedShop(uint16_t port) : Shop({.v4 = {"127.0.0.1"}}, port) {
    probe(100ms);  // so that there is a stale answer
    world.jump(clock, 61s);
    world.dns.set_silent(true);
  }
};

TEST(EveryAddressProber, CountsResolvingInTheLatency) {
  ScriptedServer server({answer("200 OK")});
  SlowlyNamedShop shop(server.port());
  shop.settings->expectations.max_latency = 300ms;
  ASSERT_EQ(shop.probe(1s).size(), 1U);
  const ProbeResult& result = shop.results[0];
  ASSERT_TRUE(result.phases.dns);
  EXPECT_GE(*result.phases.dns, 400ms);
  EXPECT_GE(result.latency, *result.phases.dns);
  EXPECT_LT(result.latency, *result.phases.dns + 300ms);
  EXPECT_EQ(result.outcome, Outcome::Slow) << result.error;
}

TEST(EveryAddressProber, CountsResolvingInTheTimeout) {
  ScriptedServer server({{read_request(), hang()}});
  SlowlyNamedShop shop(server.port());
  ASSERT_EQ(shop.probe(1s).size(), 1U);
  const ProbeResult& result = shop.results[0];
  EXPECT_EQ(result.outcome, Outcome::Timeout);
  EXPECT_TRUE(result.error.starts_with("timed out after 10")) << result.error;
  EXPECT_LT(result.latency, 1100ms);
}

TEST(EveryAddressProber, TellsAFastAddressBeforeASlowOneHasTimedOut) {
  ScriptedServer fast({answer("200 OK")});
  ScriptedServer slow({{read_request(), hang()}}, {"127.0.0.2", fast.port()});
  Shop shop({.v4 = {"127.0.0.1", "127.0.0.2"}}, fast.port());
  shop.start(10s);
  shop.world.run_until([&] { return shop.results.size() == 1; });
  EXPECT_FALSE(shop.done);
  EXPECT_EQ(shop.results[0].address, "127.0.0.1");
  shop.prober.abort("enough");
  EXPECT_TRUE(shop.done);
  ASSERT_EQ(shop.results.size(), 2U);
  EXPECT_EQ(shop.results[1].outcome, Outcome::Inconclusive);
  EXPECT_EQ(shop.results[1].error, "enough");
  EXPECT_EQ(shop.results[1].address, "127.0.0.2");
}

TEST(EveryAddressProber, IsAbortedWhileResolving) {
  Shop shop({.silent = true});
  shop.prober.abort("nothing is in flight");
  shop.start();
  shop.prober.abort("gatewatch stops");
  ASSERT_TRUE(shop.done);
  EXPECT_EQ(shop.results.at(0).error, "gatewatch stops");
}

TEST(EveryAddressProber, MayBeAbortedFromAResult) {
  ScriptedServer fast({answer("200 OK")});
  ScriptedServer second({{read_request(), hang()}}, {"127.0.0.2", fast.port()});
  ScriptedServer third({{read_request(), hang()}}, {"127.0.0.3", fast.port()});
  Shop shop({.v4 = {"127.0.0.1", "127.0.0.2", "127.0.0.3"}}, fast.port());
  bool aborted = false;
  shop.on_part = [&] {
    if (!std::exchange(aborted, true)) {
      shop.prober.abort("enough");
    }
  };
  ASSERT_EQ(shop.probe().size(), 3U);
  EXPECT_EQ(std::count_if(shop.results.begin(), shop.results.end(),
                          [](const ProbeResult& result) { return result.error == "enough"; }),
            2);
}

TEST(EveryAddressProber, MayBeDestroyedInFlight) {
  ScriptedServer server({{read_request(), hang()}});
  const size_t before = open_descriptors();
  {
    Shop shop({.v4 = {"127.0.0.1"}}, server.port());
    shop.start();
    shop.world.run_until([&] { return server.requests().size() == 1; });
    EXPECT_FALSE(shop.done);
  }
  EXPECT_LE(open_descriptors(), before + 1);  // the server's end may still be open
  Shop resolving({.silent = true});
  resolving.start();
}

}  // namespace
}  // namespace gatewatch::probe
