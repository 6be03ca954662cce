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

constexpr std::string_view kTargetAndChannels =
    "[[target]]\nname = \"shop\"\nurl = \"http://127.0.0.1/\"\n"
    "[[channel]]\nname = \"ops\"\nkind = \"webhook\"\nurl = \"http://127.0.0.1/\"\n"
    "[[channel]]\nname = \"mail\"\nkind = \"email\"\nserver = \"smtp://127.0.0.1\"\n";

Config good(std::string_view rules) {
  testing::Loaded loaded = testing::load_text(std::string(kTargetAndChannels).append(rules));
  EXPECT_THAT(loaded.told, IsEmpty());
  return *std::move(loaded.config);
}

Target target_of(std::string name, std::vector<std::string> tags = {}, Duration interval = 30s) {
  return {.name = std::move(name), .url = {}, .tags = std::move(tags), .interval = interval};
}

TEST(Rules, WithoutAnyWrittenTwoApplyToAllTargetsAndChannels) {
  const Config config = good("");
  ASSERT_EQ(config.rules.size(), 2U);
  for (const RuleConfig& item : config.rules) {
    EXPECT_TRUE(item.built_in);
    EXPECT_TRUE(item.applies_to(target_of("anything")));
    EXPECT_THAT(item.channels, ElementsAre("ops", "mail"));
    EXPECT_TRUE(item.rule.confirm);
    EXPECT_EQ(item.rule.clear, Rule::kNoClear);
    EXPECT_EQ(item.rule.clear_for, 10min);
    EXPECT_EQ(item.rule.reopen_within, 30min);
    EXPECT_EQ(item.rule.recovering_after, 2min);
    EXPECT_EQ(item.rule.severity, Severity::Critical);
    EXPECT_EQ(item.rule.count.size(), item.rule.count_words.size());
  }
  const Rule& bad_gateway = config.rules[0].rule;
  EXPECT_EQ(bad_gateway.name, "bad-gateway");
  EXPECT_THAT(bad_gateway.count_words, ElementsAre("gateway", "502"));
  EXPECT_EQ(bad_gateway.threshold, 0.05);
  EXPECT_EQ(bad_gateway.window, 1h);
  EXPECT_EQ(bad_gateway.min_probes, 20);
  EXPECT_EQ(bad_gateway.min_bad, 5);
  const Rule& down = config.rules[1].rule;
  EXPECT_EQ(down.name, "down");
  EXPECT_THAT(down.count_words,
              ElementsAre("timeout", "refused", "reset", "dns", "tls", "protocol"));
  EXPECT_EQ(down.threshold, 0.5);
  EXPECT_EQ(down.window, 5min);
  EXPECT_EQ(down.min_probes, 5);
  EXPECT_EQ(down.min_bad, 3);
}

TEST(Rules, AWrittenOneReplacesTheBuiltIn) {
  const Config config = good("[[rule]]\nname = \"r\"\ncount = [\"502\"]\n");
  ASSERT_EQ(config.rules.size(), 1U);
  EXPECT_FALSE(config.rules[0].built_in);
  EXPECT_THAT(config.rules[0].targets, ElementsAre("*"));
  EXPECT_THAT(config.rules[0].channels, ElementsAre("ops", "mail"));
  const Rule expected{.name = "r",
                      .count_words = {"502"},
                      .count = {*CountMatcher::parse("502")},
                      .threshold = 0.2,
                      .window = 5min,
                      .min_probes = 5,
                      .min_bad = 2,
                      .clear = 0.1,
                      .clear_for = 0s,
                      .reopen_within = 0s,
                      .severity = Severity::Critical,
                      .confirm = false,
                      .confirm_every = 2s,
                      .confirm_for = 30s};
  EXPECT_EQ(config.rules[0].rule, expected);
}

TEST(Rules, ReadEveryKey) {
  const Config config = good(
      "[[rule]]\nname = \"r\"\ncount = [\"5xx\", \"timeout\", \"failure\"]\nthreshold = \"50%\"\n"
      "window = \"10m\"\nmin_probes = 3\nmin_bad = 4\nclear = \"5%\"\nclear_for = \"1m\"\n"
      "reopen_within = \"2m\"\nseverity = \"info\"\nconfirm = true\nconfirm_every = \"3s\"\n"
      "confirm_for = \"20s\"\nconfirm_bad = 7\nconfirm_recent = \"8s\"\n"
      "confirm_at_most = \"1m\"\nrecovering_after = \"3m\"\ntargets = [\"shop\"]\nnotify = "
      "[\"mail\"]\n");
  const RuleConfig& item = config.rules.at(0);
  EXPECT_EQ(item.rule.count.size(), 3U);
  EXPECT_EQ(item.rule.threshold, 0.5);
  EXPECT_EQ(item.rule.window, 10min);
  EXPECT_EQ(item.rule.min_probes, 3);
  EXPECT_EQ(item.rule.min_bad, 4);
  EXPECT_EQ(item.rule.clear, 0.05);
  EXPECT_EQ(item.rule.clear_for, 1min);
  EXPECT_EQ(item.rule.reopen_within, 2min);
  EXPECT_EQ(item.rule.severity, Severity::Info);
  EXPECT_TRUE(item.rule.confirm);
  EXPECT_EQ(item.rule.confirm_every, 3s);
  EXPECT_EQ(item.rule.confirm_for, 20s);
  EXPECT_EQ(item.rule.confirm_bad, 7);
  EXPECT_EQ(item.rule.confirm_recent, 8s);
  EXPECT_EQ(item.rule.confirm_at_most, 1min);
  EXPECT_EQ(item.rule.recovering_after, 3min);
  EXPECT_THAT(item.targets, ElementsAre("shop"));
  EXPECT_THAT(item.channels, ElementsAre("mail"));
}

TEST(Rules, ClearIsHalfTheThresholdWhereNotWritten) {
  EXPECT_EQ(good("[[rule]]\nname = \"r\"\ncount = [\"502\"]\nthreshold = \"30%\"\n")
                .rules.at(0)
                .rule.clear,
            0.15);
}

TEST(Rules, AWrittenOneWithConfirmRecoversAsTheBuiltInOnes) {
  const Rule rule =
      good("[[rule]]\nname = \"r\"\ncount = [\"502\"]\nconfirm = true\n").rules.at(0).rule;
  EXPECT_EQ(rule.clear, Rule::kNoClear);
  EXPECT_EQ(rule.clear_for, 10min);
  EXPECT_EQ(rule.reopen_within, 30min);
  EXPECT_EQ(rule.threshold, 0.2);
  EXPECT_EQ(rule.confirm_bad, 5);
  EXPECT_EQ(rule.confirm_recent, 10s);
  EXPECT_EQ(rule.confirm_at_most, 10min);
}

TEST(Rules, AShortBurstHasAShorterEnd) {
  const Rule rule = good(
                        "[[rule]]\nname = \"r\"\ncount = [\"502\"]\nconfirm = true\n"
                        "confirm_for = \"12s\"\n")
                        .rules.at(0)
                        .rule;
  EXPECT_EQ(rule.confirm_recent, 4s);
}

TEST(Rules, TheTimesOfBuiltInOnesStretchForSlowTargets) {
  const Rule slow = good("").rules.at(0).for_target(target_of("slow", {}, 20min));
  EXPECT_EQ(slow.window, 10h);
  EXPECT_EQ(slow.clear_for, 40min);
  EXPECT_EQ(slow.reopen_within, 2h);
}

TEST(Rules, AnEmptyNotifyTellsNobody) {
  EXPECT_THAT(good("[[rule]]\nname = \"r\"\ncount = [\"502\"]\nnotify = []\n").rules.at(0).channels,
              IsEmpty());
}

TEST(Rules, ApplyByNameGlobOrTag) {
  const auto applies = [](const char* word, const Target& target) {
    RuleConfig item;
    item.targets = {word};
    return item.applies_to(target);
  };
  const Target target = target_of("web/shop[1]", {"prod", "eu-west"});
  EXPECT_TRUE(applies("web/shop[1]", target));
  EXPECT_TRUE(applies("*", target));
  EXPECT_TRUE(applies("web*", target));
  EXPECT_TRUE(applies("*/shop?1?", target));
  EXPECT_TRUE(applies("tag:prod", target));
  EXPECT_TRUE(applies("tag:eu-*", target));
  EXPECT_FALSE(applies("web", target));
  EXPECT_FALSE(applies("prod", target));
  EXPECT_FALSE(applies("tag:pro", target));
  EXPECT_FALSE(applies("tag:web*", target));
  EXPECT_FALSE(applies("Web*", target));
}

TEST(Rules, OnlyBuiltInWindowsStretchToHoldTheirMinimum) {
  RuleConfig item;
  item.rule.window = 5min;
  item.rule.min_probes = 5;
  const Target slow = target_of("slow", {}, 2min);
  EXPECT_EQ(item.for_target(slow).window, 5min);
  item.built_in = true;
  EXPECT_EQ(item.for_target(slow).window, 15min);
  EXPECT_EQ(item.for_target(target_of("quick", {}, 1s)).window, 5min);
  EXPECT_EQ(item.for_target(target_of("slowest", {}, std::chrono::days(7))).window, 7.5 * 168h);
}

TEST(Rules, AWindowOfExactlyTheNeededLengthIsEnough) {
  good("[[rule]]\nname = \"r\"\ncount = [\"502\"]\nwindow = \"225s\"\n");
  const testing::Loaded loaded = testing::load_text(std::string(kTargetAndChannels)
                                                        .append("[[rule]]\nname = \"r\"\n"
                                                                "count = [\"502\"]\n"
                                                                "window = \"224s\"\n"));
  EXPECT_EQ(loaded.told.size(), 1U);
}

TEST(Rules, TheWindowIsCheckedAgainstMatchedTargetsOnly) {
  constexpr std::string_view kSlow =
      "[[target]]\nname = \"slow\"\nurl = \"http://127.0.0.2/\"\ninterval = \"1h\"\n";
  good(std::string(kSlow).append(
      "[[rule]]\nname = \"r\"\ncount = [\"502\"]\ntargets = [\"shop\"]\n"));
}

}  // namespace
}  // namespace gatewatch::config
