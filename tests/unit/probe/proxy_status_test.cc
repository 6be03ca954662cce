// SPDX-License-Identifier: MIT
#include "probe/signature/proxy_status.h"

#include <gtest/gtest.h>

namespace gatewatch::probe {
namespace {

TEST(ProxyStatus, TellsWhoMetWhichError) {
  const auto told = read_proxy_status("edge.example.net; error=connection_refused");
  ASSERT_TRUE(told);
  EXPECT_EQ(told->proxy, "edge.example.net");
  EXPECT_EQ(told->causes, CauseSet{Cause::Refused});
}

TEST(ProxyStatus, TakesTheErrorNearestToTheOrigin) {
  const auto told = read_proxy_status(
      R"("inner, one"; error=http_response_timeout; details="a; b, \"c\"", edge; error=proxy_internal_error)");
  ASSERT_TRUE(told);
  EXPECT_EQ(told->proxy, "inner, one");
  EXPECT_EQ(told->causes, CauseSet{Cause::TimeoutRead});
}

TEST(ProxyStatus, SkipsMembersWithoutAnError) {
  const auto told =
      read_proxy_status("inner;received-status=502 , edge;next-hop=\"10.0.0.5\";error=dns_error");
  ASSERT_TRUE(told);
  EXPECT_EQ(told->proxy, "edge");
  EXPECT_EQ(told->causes, CauseSet{Cause::Dns});
}

TEST(ProxyStatus, NamesTheProxyOfAnErrorThatItDoesNotKnow) {
  const auto told = read_proxy_status("edge; error=made_up");
  ASSERT_TRUE(told);
  EXPECT_TRUE(told->causes.empty());
}

TEST(ProxyStatus, SaysNothingWithoutAnErrorOrOfWhatIsNoList) {
  for (const char* value : {"", "edge", "edge; received-status=502", "; error=dns_error", "edge;",
                            "edge; error=", "edge error=dns_error", "\"edge; error=dns_error",
                            "edge; error=dns_error,", "\"edge\\"}) {
    EXPECT_FALSE(read_proxy_status(value)) << value;
  }
}

}  // namespace
}  // namespace gatewatch::probe
