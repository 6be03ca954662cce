// SPDX-License-Identifier: MIT
//
// What this machine does not let a probe do says nothing about the target.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "probe/kinds/http_prober.h"
#include "tests/support/scripted_server.h"
#include "tests/unit/probe/probe_world.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;
using testing::ScriptedServer;

TEST(HttpProber, CountsNoRouteAsOurOwnTrouble) {
  ProbeWorld world;
  // A broadcast address: the kernel has no route for a TCP connection to it, and sends nothing.
  const ProbeResult result = world.probe("http://127.255.255.255:9/");
  EXPECT_EQ(result.outcome, Outcome::Inconclusive) << result.error;
  EXPECT_FALSE(result.error.empty());
  EXPECT_LT(result.latency, 5s);
}

TEST(HttpProber, ProbesAgainOnceDescriptorsAreBack) {
  ScriptedServer server({testing::answer("200 OK")});
  ProbeWorld world;
  ASSERT_EQ(world.probe(server.url()).outcome, Outcome::Ok);
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  rlimit none = limit;
  none.rlim_cur = 3;  // all that are open stay so, no more can be made
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const Outcome without = world.probe(server.url()).outcome;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  const Outcome with = world.probe(server.url()).outcome;
  EXPECT_EQ(without, Outcome::Inconclusive);
  EXPECT_EQ(with, Outcome::Ok);
}

// The name's lookup needs a descriptor, too.
TEST(HttpProber, CountsRunningOutOfDescriptorsForALookupAsOurOwnTrouble) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "UBSan makes a pipe to look at an object's type, and takes its failure for a bug";
#endif
  ProbeWorld world({{"shop.test", {.v4 = {"127.0.0.1"}}}});
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  rlimit none = limit;
  none.rlim_cur = 3;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const ProbeResult result = world.probe("http://shop.test:9/", 3s);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(result.outcome, Outcome::Inconclusive) << result.error;
}

}  // namespace
}  // namespace gatewatch::probe
