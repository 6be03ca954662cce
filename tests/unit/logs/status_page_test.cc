// SPDX-License-Identifier: MIT
#include "logs/status_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/scripted_server.h"

namespace gatewatch::logs {
namespace {

using testing::answer;
using testing::hang;
using ::testing::HasSubstr;
using testing::read_request;
using testing::ScriptedServer;

constexpr Duration kLong = std::chrono::seconds(10);

TEST(StatusPage, GivesTheBodyOfAnAnswer200) {
  ScriptedServer server({answer("200 OK", "Active connections: 1\n")});
  const auto page = get_status_page(server.url("/nginx_status"), kLong);
  ASSERT_TRUE(page.has_value()) << page.error();
  EXPECT_EQ(*page, "Active connections: 1\n");
  EXPECT_THAT(server.requests().at(0), HasSubstr("GET /nginx_status HTTP/1.0\r\n"));
}

TEST(StatusPage, TellsWhyThereIsNone) {
  ScriptedServer missing({answer("404 Not Found", "no")});
  EXPECT_EQ(get_status_page(missing.url(), kLong).error(), "it answers 404");
  ScriptedServer moved({answer("302 Found", "", "Location: /elsewhere\r\n")});
  EXPECT_EQ(get_status_page(moved.url(), kLong).error(), "it answers 302");
  EXPECT_EQ(moved.connections(), 1U);
  uint16_t gone = 0;
  {
    const ScriptedServer server({answer("200 OK")});
    gone = server.port();
  }
  const auto refused = get_status_page("http://127.0.0.1:" + std::to_string(gone) + "/", kLong);
  EXPECT_THAT(refused.error(), HasSubstr("connect"));
}

TEST(StatusPage, GivesUpOnOneThatDoesNotAnswer) {
  ScriptedServer server({{read_request(), hang()}});
  const SteadyTime before = system_clock().steady();
  const auto page = get_status_page(server.url(), std::chrono::milliseconds(100));
  EXPECT_THAT(page.error(), HasSubstr("timed out"));
  EXPECT_LT(system_clock().steady() - before, std::chrono::seconds(5));
}

TEST(StatusPage, RefusesOneThatIsTooLong) {
  ScriptedServer server({answer("200 OK", std::string(kMaxStatusPage + 1, 'x'))});
  EXPECT_EQ(get_status_page(server.url(), kLong).error(), "the page is over 16384 bytes");
  ScriptedServer longest({answer("200 OK", std::string(kMaxStatusPage, 'x'))});
  EXPECT_TRUE(get_status_page(longest.url(), kLong).has_value());
}

TEST(StatusPage, UnpacksNothing) {
  ScriptedServer server({{read_request(), testing::send("HTTP/1.1 200 OK\r\nTransfer-Encoding: "
                                                        "gzip\r\n\r\nzipped")}});
  EXPECT_EQ(get_status_page(server.url(), kLong).error(), "it answers with a transfer coding");
}

TEST(StatusPage, HasAUrlOfHttpWithoutAPassword) {
  EXPECT_TRUE(is_page_url("http://127.0.0.1:8080/nginx_status"));
  EXPECT_TRUE(is_page_url("https://[::1]/status?a=b"));
  for (const char* text :
       {"", "127.0.0.1/nginx_status", "ftp://127.0.0.1/", "http://", "http://user:pw@127.0.0.1/",
        "http://127.0.0.1/\n", "/nginx_status", "file:///etc/passwd"}) {
    EXPECT_FALSE(is_page_url(text)) << text;
  }
}

}  // namespace
}  // namespace gatewatch::logs
