// SPDX-License-Identifier: MIT
#include "probe/http/http_request.h"

#include <gtest/gtest.h>

namespace gatewatch::probe {
namespace {

std::string request_for(const std::string& text, TransferRequest request = {}) {
  const Url url = *parse_url(text);
  request.url = &url;
  return write_request(request);
}

TEST(HttpRequest, AsksForPathAndQueryOfTheUrl) {
  EXPECT_EQ(request_for("http://shop.test/a/b?c=d&e#f"),
            "GET /a/b?c=d&e HTTP/1.1\r\nHost: shop.test\r\n"
            "User-Agent: gatewatch/" GATEWATCH_VERSION
            "\r\nAccept: */*\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(request_for("http://shop.test").starts_with("GET / HTTP/1.1\r\n"));
}

TEST(HttpRequest, AsksToKeepTheConnectionWhereThatIsWanted) {
  const std::string text = request_for("http://shop.test/", {.keeps_connection = true});
  EXPECT_TRUE(text.ends_with("\r\nConnection: keep-alive\r\n\r\n")) << text;
  EXPECT_EQ(text.find("close"), std::string::npos) << text;
}

TEST(HttpRequest, NamesThePortWhereItIsNotTheSchemesOwn) {
  const auto host = [](const std::string& url) {
    const std::string text = request_for(url);
    const size_t begin = text.find("Host: ") + 6;
    return text.substr(begin, text.find("\r\n", begin) - begin);
  };
  EXPECT_EQ(host("http://shop.test:80/"), "shop.test");
  EXPECT_EQ(host("https://shop.test:443/"), "shop.test");
  EXPECT_EQ(host("https://shop.test:80/"), "shop.test:80");
  EXPECT_EQ(host("http://[2001:db8::1]:8080/"), "[2001:db8::1]:8080");
  EXPECT_EQ(host("http://[2001:db8::1]/"), "[2001:db8::1]");
}

TEST(HttpRequest, SendsAFieldOfTheTargetInsteadOfItsOwn) {
  const HeaderFields fields{{"HOST", Secret("other.test")}, {"accept", Secret("text/html")}};
  const std::string text = request_for("http://shop.test/", {.fields = &fields});
  EXPECT_NE(text.find("\r\nHOST: other.test\r\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("Host: "), std::string::npos) << text;
  EXPECT_EQ(text.find("*/*"), std::string::npos) << text;
}

TEST(HttpRequest, OffersGzipOnlyWhereTheWholeBodyIsWanted) {
  const std::string wanted = request_for("http://shop.test/", {.wants_body = true});
  EXPECT_NE(wanted.find("\r\nAccept-Encoding: gzip\r\n"), std::string::npos) << wanted;
  EXPECT_EQ(request_for("http://shop.test/").find("Accept-Encoding"), std::string::npos);
}

TEST(HttpRequest, EncodesTheCredentialsOfTheUrl) {
  const std::string text = request_for("http://mon:s%40cret@shop.test/");
  EXPECT_NE(text.find("\r\nAuthorization: Basic bW9uOnNAY3JldA==\r\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace gatewatch::probe
