// SPDX-License-Identifier: MIT
//
// On loopback, where the target is the first hop. Routers are in tests/integration.
#include "probe/diagnosis/traceroute.h"

#include <gtest/gtest.h>

#include "tests/support/scripted_server.h"
#include "tests/unit/probe/diagnosis_world.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;

TEST(Traceroute, ReachesAPortThatIsOpenInOneHop) {
  ProbeWorld world;
  const testing::ScriptedServer server({{testing::hang()}});
  Traceroute trace(world.loop, parse_address("127.0.0.1").value(), server.port());
  const Finding finding = run_step(world, trace).at(0);
  EXPECT_EQ(finding.outcome, Outcome::Ok);
  EXPECT_EQ(finding.text, "reached in 1 hop");
  EXPECT_TRUE(finding.evidence.starts_with(" 1  127.0.0.1  ")) << finding.evidence;
  EXPECT_EQ(finding.evidence.find('\n'), std::string::npos) << finding.evidence;
}

TEST(Traceroute, ReachesAHostWhosePortIsClosed) {
  ProbeWorld world;
  const ClosedPort closed;
  Traceroute trace(world.loop, parse_address("127.0.0.1").value(), closed.port());
  EXPECT_EQ(run_step(world, trace).at(0).text, "reached in 1 hop");
}

TEST(Traceroute, TakesPortUnreachableForTheEndOverUdp) {
  ProbeWorld world;
  Traceroute trace(world.loop, parse_address("127.0.0.1").value(), 0);
  EXPECT_EQ(run_step(world, trace).at(0).text, "reached in 1 hop");
}

TEST(Traceroute, ReachesAnIpv6Address) {
  ProbeWorld world;
  Traceroute trace(world.loop, parse_address("::1").value(), 0);
  const Finding finding = run_step(world, trace).at(0);
  if (finding.result == FindingResult::Skipped) {
    GTEST_SKIP() << "there is no IPv6 here: " << finding.text;
  }
  EXPECT_EQ(finding.text, "reached in 1 hop");
}

TEST(Traceroute, LeavesNoSocketOpen) {
  ProbeWorld world;
  const ClosedPort closed;
  const size_t before = open_descriptors();
  Traceroute trace(world.loop, parse_address("127.0.0.1").value(), closed.port());
  (void)run_step(world, trace);
  EXPECT_EQ(open_descriptors(), before);
  {
    Traceroute abandoned(world.loop, parse_address("127.0.0.1").value(), closed.port());
    abandoned.start(world.loop.now() + 1s, [](Findings) { FAIL(); });
  }
  world.run_until([] { return true; });
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace gatewatch::probe
