// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/unit/config/fixture.h"

namespace gatewatch::config {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Without the remark that there is no channel.
constexpr std::string_view kChannel =
    "[[channel]]\nname = \"ops\"\nkind = \"webhook\"\nurl = \"http://127.0.0.1/\"\n";

Config good(std::string_view text) {
  testing::Loaded loaded = testing::load_text(std::string(text).append(kChannel));
  EXPECT_THAT(loaded.told, IsEmpty());
  return *std::move(loaded.config);
}

TEST(Target, OfThreeLinesHasDefaults) {
  const Config config = good("[[target]]\nname = \"shop\"\nurl = \"https://shop.example/\"\n");
  ASSERT_EQ(config.targets.size(), 1U);
  const Target expected{.name = "shop",
                        .url = "https://shop.example/",
                        .tags = {},
                        .interval = 30s,
                        .timeout = 10s,
                        .jitter = 0,
                        .enabled = true,
                        .peer = "shop.example:443"};
  EXPECT_EQ(config.targets[0].target, expected);
}

TEST(Target, TakesDefaultsAndOverridesThem) {
  const Config config = good(
      "[defaults]\ninterval = \"1m\"\ntimeout = \"2s\"\ntags = [\"x\"]\nenabled = false\n"
      "jitter = \"1%\"\nmethod = \"HEAD\"\n"
      "[[target]]\nname = \"a\"\nurl = \"http://a/\"\n"
      "[[target]]\nname = \"b\"\nurl = \"http://b/\"\ninterval = \"5s\"\ntimeout = \"1m\"\n"
      "tags = [\"y\", \"z\"]\nenabled = true\njitter = \"0%\"\nmethod = \"GET\"\n");
  const Target& a = config.targets.at(0).target;
  const Target& b = config.targets.at(1).target;
  EXPECT_EQ(a.interval, 1min);
  EXPECT_EQ(a.timeout, 2s);
  EXPECT_THAT(a.tags, ElementsAre("x"));
  EXPECT_FALSE(a.enabled);
  EXPECT_DOUBLE_EQ(a.jitter, 0.01);
  EXPECT_EQ(b.interval, 5s);
  EXPECT_EQ(b.timeout, 1min);
  EXPECT_THAT(b.tags, ElementsAre("y", "z"));
  EXPECT_TRUE(b.enabled);
  EXPECT_EQ(b.jitter, 0);
  Table settings = config.targets.at(0).settings;
  EXPECT_EQ(settings.string("method"), "HEAD");
}

TEST(Target, KeepsTheUrlAsWrittenForItsKind) {
  const Config config =
      good("[[target]]\nname = \"a\"\nurl = \"https://user:pw@a.example/x?token=t&y\"\n");
  Table settings = config.targets.at(0).settings;
  EXPECT_EQ(settings.string("url"), "https://user:pw@a.example/x?token=t&y");
  EXPECT_EQ(config.targets.at(0).target.url, "https://***@a.example/x?token=***&y");
}

TEST(UrlToShow, HidesCredentialsAndValues) {
  const std::map<std::string, std::string> cases{
      {"http://a/", "http://a/"},
      {"http://a", "http://a"},
      {"https://u:p@a:8443/x", "https://***@a:8443/x"},
      {"https://u:p@x@a/", "https://***@a/"},
      {"https://u@a?x=y", "https://***@a?x=***"},
      {"http://a/b@c?d=e@f", "http://a/b@c?d=***"},
      {"http://a/?x=1=2&y&z=3", "http://a/?x=***&y&z=***"},
      {"http://a/#fragment", "http://a/"},
      {"http://[::1]:80/?", "http://[::1]:80/?"},
      {"u:p@a", "***@a"},
      {"", ""},
  };
  for (const auto& [url, shown] : cases) {
    EXPECT_EQ(url_to_show(url), shown) << url;
  }
}

TEST(Jitter, IsFivePercentForTargetsThatShareAnAddress) {
  const auto target = [](std::string name, std::string url, std::string interval) {
    return "[[target]]\nname = \"" + name + "\"\nurl = \"" + url + "\"\ninterval = \"" + interval +
           "\"\n";
  };
  const Config config = good(target("a", "http://x/1", "5s") +                 //
                             target("b", "HTTP://u:p@X:80?2", "30s") +         //
                             target("often", "http://x:80/3", "4s") +          //
                             target("other port", "http://x:8080/", "30s") +   //
                             target("tls", "https://x/", "30s") +              //
                             target("tls2", "https://x:443", "30s") +          //
                             target("v6", "http://[::1]/", "30s") +            //
                             target("v6 too", "http://[::1]:80/", "30s") +     //
                             target("mail", "tcp://x:25", "30s") +             //
                             target("ping", "icmp://x", "30s") +               //
                             target("a record", "dns://x/a.test", "30s") +     //
                             target("b record", "dns://x:53/b.test", "30s") +  //
                             target("own", "http://x/", "30s") + "jitter = \"2%\"\n");
  std::map<std::string, double> jitter;
  for (const TargetConfig& item : config.targets) {
    jitter[item.target.name] = item.target.jitter;
  }
  const std::map<std::string, double> expected{
      {"a", 0.05},    {"b", 0.05},        {"often", 0},      {"other port", 0}, {"tls", 0.05},
      {"tls2", 0.05}, {"v6", 0.05},       {"v6 too", 0.05},  {"own", 0.02},     {"mail", 0},
      {"ping", 0},    {"a record", 0.05}, {"b record", 0.05}};
  EXPECT_EQ(jitter, expected);
}

TEST(Name, MayHave128CharactersOfAnyScript) {
  std::string name;
  for (int i = 0; i < 128; ++i) {
    name += "é";
  }
  EXPECT_EQ(
      good("[[target]]\nname = \"" + name + "\"\nurl = \"http://a/\"\n").targets.at(0).target.name,
      name);
}

TEST(Channel, KeepsItsKindAndSettings) {
  const Config config = good("[[target]]\nname = \"a\"\nurl = \"http://a/\"\n");
  ASSERT_EQ(config.channels.size(), 1U);
  EXPECT_EQ(config.channels[0].name, "ops");
  EXPECT_EQ(config.channels[0].kind, "webhook");
  Table settings = config.channels[0].settings;
  EXPECT_EQ(settings.secret("url")->reveal(), "http://127.0.0.1/");
}

}  // namespace
}  // namespace gatewatch::config
