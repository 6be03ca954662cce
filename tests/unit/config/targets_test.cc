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
      "jitter = \"1%\"\ndiagnosis = false\nmethod = \"HEAD\"\n"
      "[[target]]\nname = \"a\"\nurl = \"http://a/\"\n"
      "[[target]]\nname = \"b\"\nurl = \"http://b/\"\ninterval = \"5s\"\ntimeout = \"1m\"\n"
      "tags = [\"y\", \"z\"]\nenabled = true\ndiagnosis = true\njitter = \"0%\"\nmethod = "
      "\"GET\"\n");
  const Target& a = config.targets.at(0).target;
  const Target& b = config.targets.at(1).target;
  EXPECT_EQ(a.interval, 1min);
  EXPECT_EQ(a.timeout, 2s);
  EXPECT_THAT(a.tags, ElementsAre("x"));
  EXPECT_FALSE(a.enabled);
  EXPECT_FALSE(a.is_diagnosed);
  EXPECT_DOUBLE_EQ(a.jitter, 0.01);
  EXPECT_EQ(b.interval, 5s);
  EXPECT_EQ(b.timeout, 1min);
  EXPECT_THAT(b.tags, ElementsAre("y", "z"));
  EXPECT_TRUE(b.enabled);
  EXPECT_TRUE(b.is_diagnosed);
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

TEST(Control, IsATargetWithDefaultsOfItsOwn) {
  const Config config = good(
      "[defaults]\ninterval = \"1m\"\ntags = [\"x\"]\nmethod = \"HEAD\"\n"
      "headers = { Authorization = \"secret\" }\n"
      "[[control]]\nname = \"near\"\nurl = \"http://192.0.2.1/\"\n"
      "[[target]]\nname = \"shop\"\nurl = \"http://shop.example/\"\n"
      "[[control]]\nname = \"far\"\nurl = \"http://far.example/\"\ninterval = \"10s\"\n"
      "timeout = \"1s\"\nexpect_status = \"204\"\n");
  ASSERT_EQ(config.targets.size(), 3U);
  EXPECT_FALSE(config.targets[0].target.is_control);
  const Target near{.name = "near",
                    .url = "http://192.0.2.1/",
                    .tags = {},
                    .interval = 5s,
                    .timeout = 3s,
                    .jitter = 0,
                    .enabled = true,
                    .is_control = true,
                    .peer = "192.0.2.1:80"};
  EXPECT_EQ(config.targets[1].target, near);
  Table settings = config.targets[1].settings;
  EXPECT_FALSE(settings.has("headers"));
  EXPECT_FALSE(settings.has("method"));
  EXPECT_EQ(config.targets[2].target.name, "far");
  EXPECT_EQ(config.targets[2].target.interval, 10s);
  EXPECT_EQ(config.targets[2].target.timeout, 1s);
}

TEST(Control, NoRuleAppliesToIt) {
  const Config config = good(
      "[[control]]\nname = \"near\"\nurl = \"http://192.0.2.1/\"\ntags = [\"prod\"]\n"
      "[[control]]\nname = \"far\"\nurl = \"http://far.example/\"\ninterval = \"1d\"\n"
      "[[target]]\nname = \"shop\"\nurl = \"http://shop.example/\"\ntags = [\"prod\"]\n"
      "[[rule]]\nname = \"r\"\ncount = [\"502\"]\ntargets = [\"*\", \"tag:prod\"]\n");
  const RuleConfig& rule = config.rules.at(0);
  EXPECT_TRUE(rule.applies_to(config.targets[0].target));
  EXPECT_FALSE(rule.applies_to(config.targets[1].target));
  EXPECT_FALSE(rule.applies_to(config.targets[2].target));
}

TEST(Control, AllMayBeSwitchedOff) {
  const std::string off = "enabled = false\n";
  const Config config = good(
      "[[target]]\nname = \"shop\"\nurl = \"http://shop.example/\"\n"
      "[[control]]\nname = \"near\"\nurl = \"http://192.0.2.1/\"\n" +
      off + "[[control]]\nname = \"far\"\nurl = \"http://far.example/\"\n" + off);
  EXPECT_EQ(config.targets.size(), 3U);
}

TEST(Control, SeventeenAreTooMany) {
  std::string text = "[[target]]\nname = \"shop\"\nurl = \"http://shop.example/\"\n";
  for (int i = 1; i <= 17; ++i) {
    text += "[[control]]\nname = \"c" + std::to_string(i) + "\"\nurl = \"http://c/\"\n";
  }
  EXPECT_THAT(testing::load_text(text.append(kChannel)).told,
              ElementsAre("gatewatch.toml:53:8: more than 16 of [[control]]"));
}

}  // namespace
}  // namespace gatewatch::config
