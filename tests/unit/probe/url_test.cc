// SPDX-License-Identifier: MIT
#include "probe/http/url.h"

#include <gtest/gtest.h>

namespace gatewatch::probe {
namespace {

TEST(ParseUrl, TakesAUrlApart) {
  const auto url = parse_url("HTTPS://Shop.Example.com/a?b=c#top");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->host, "shop.example.com");
  EXPECT_EQ(url->port, 443);
  EXPECT_FALSE(url->is_address);
  EXPECT_EQ(url->text.substr(0, 8), "https://");
  EXPECT_TRUE(url->text.ends_with("/a?b=c")) << url->text;
}

TEST(ParseUrl, KeepsCredentialsOutOfTheText) {
  const auto url = parse_url("http://mon:s%40cret@shop.example.com/");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->user.reveal(), "mon");
  EXPECT_EQ(url->password.reveal(), "s@cret");
  EXPECT_EQ(url->text, "http://shop.example.com/");
}

TEST(ParseUrl, RecognisesAddresses) {
  EXPECT_TRUE(parse_url("http://127.0.0.1:8080/")->is_address);
  EXPECT_TRUE(parse_url("http://[::1]/")->is_address);
  EXPECT_EQ(parse_url("http://[::1]:81/")->host, "::1");
  EXPECT_EQ(parse_url("http://[::1]:81/")->port, 81);
  EXPECT_TRUE(parse_url("http://2130706433/")->is_address);  // as libcurl reads it: 127.0.0.1
}

TEST(ParseUrl, SaysWhatIsWrongWithoutRepeatingTheUrl) {
  const auto error = [](std::string_view text) { return parse_url(text).error(); };
  EXPECT_EQ(error("shop.example.com/health"), "does not begin with http:// or https://");
  EXPECT_EQ(error("ftp://shop.example.com/"), "does not begin with http:// or https://");
  EXPECT_EQ(error("http:///health"), "has no host");
  EXPECT_EQ(error("http://shop:99999/"), "has a port that is not a number from 0 to 65535");
  EXPECT_EQ(error("http://shop:0/"), "has port 0");
  EXPECT_EQ(error("http://m\xC3\xBCller.example/"),
            "has a host that is not ASCII; write it in its xn-- form");
  for (const char* text : {"http://u:geheim@", "http://u:geheim@a b/", "http://u:geheim@[::1/"}) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().find("geheim"), std::string::npos) << url.error();
  }
}

TEST(ParseUrl, EncodesWhatARequestLineCannotHold) {
  const auto url = parse_url("http://shop.example.com/a b");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->text, "http://shop.example.com/a%20b");
  EXPECT_FALSE(parse_url(std::string("http://shop.example.com/\0x", 26)));
  EXPECT_FALSE(parse_url("http://shop.example.com/" + std::string(kMaxUrlLength, 'a')));
}

TEST(ResolveLocation, SeesRelativeLocationsFromTheBase) {
  const Url base = *parse_url("https://u:p@shop.example.com:8443/a/b?q#f");
  const auto text = [&](const std::string& location) {
    return resolve_location(base, location)->text;
  };
  EXPECT_EQ(text("/x"), "https://shop.example.com:8443/x");
  EXPECT_EQ(text("x"), "https://shop.example.com:8443/a/x");
  EXPECT_EQ(text("?y"), "https://shop.example.com:8443/a/b?y");
  EXPECT_EQ(text("//other.example/"), "https://other.example/");
  EXPECT_EQ(text("http://other.example/#z"), "http://other.example/");
}

TEST(ResolveLocation, DropsCredentials) {
  const Url base = *parse_url("https://u:p@shop.example.com/");
  for (const char* location : {"/x", "https://eve:pw@shop.example.com/"}) {
    const auto url = resolve_location(base, location);
    ASSERT_TRUE(url);
    EXPECT_TRUE(url->user.empty());
    EXPECT_TRUE(url->password.empty());
    EXPECT_EQ(url->text.find('@'), std::string::npos);
  }
}

TEST(ResolveLocation, RefusesOtherSchemes) {
  const Url base = *parse_url("https://shop.example.com/");
  for (const char* location : {"file:///etc/passwd", "gopher://x/", "javascript:alert(1)"}) {
    const auto url = resolve_location(base, location);
    EXPECT_TRUE(!url || url->host == "shop.example.com") << location;
  }
  EXPECT_FALSE(resolve_location(base, "file:///etc/passwd"));
}

TEST(Url, HasTheOriginOfSchemeHostAndPort) {
  const Url url = *parse_url("http://shop.example.com/a");
  EXPECT_TRUE(url.same_origin(*parse_url("http://SHOP.example.com:80/b")));
  EXPECT_FALSE(url.same_origin(*parse_url("https://shop.example.com:80/a")));
  EXPECT_FALSE(url.same_origin(*parse_url("http://shop.example.com:81/a")));
  EXPECT_FALSE(url.same_origin(*parse_url("http://www.shop.example.com/a")));
}

}  // namespace
}  // namespace gatewatch::probe
