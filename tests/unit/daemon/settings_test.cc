// SPDX-License-Identifier: MIT
#include "daemon/settings.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace gatewatch::daemon {
namespace {

using namespace std::chrono_literals;

constexpr const char* kTwoTargets = R"(
[[target]]
name = "fast"
url = "http://127.0.0.1:1/"
interval = "10s"

[[target]]
name = "slow"
url = "http://127.0.0.1:2/"
interval = "10m"

[[channel]]
name = "ops"
kind = "webhook"
url = "http://127.0.0.1:3/"
)";

TEST(Settings, BuiltInRulesStretchTheirWindowPerTarget) {
  const LoadedSettings loaded = load_settings_text("test", kTwoTargets);
  ASSERT_TRUE(loaded.settings.has_value()) << config::to_string(loaded.diagnostics.front());
  const std::vector<alerts::Watched> watched = loaded.settings->watched();
  ASSERT_EQ(watched.size(), 2U);
  ASSERT_EQ(watched[0].rules.size(), 2U);
  EXPECT_EQ(watched[0].rules[0]->name, "bad-gateway");
  EXPECT_EQ(watched[0].rules[0]->window, 1h);
  EXPECT_GE(watched[1].rules[0]->window, 5h);  // 1.5 x 20 probes x 10 min
}

TEST(Settings, ChannelsAndProbersAreMade) {
  const LoadedSettings loaded = load_settings_text("test", kTwoTargets);
  ASSERT_TRUE(loaded.settings.has_value());
  EXPECT_TRUE(loaded.settings->channels.at("ops") != nullptr);
  EXPECT_TRUE(loaded.settings->find_target("fast")->make_prober != nullptr);
  EXPECT_EQ(loaded.settings->find_target("stranger"), nullptr);
}

TEST(Settings, TheFingerprintTellsWhatChanged) {
  const auto fingerprint = [](const std::string& text) {
    return load_settings_text("test", text).settings->find_target("fast")->fingerprint;
  };
  const std::string same = kTwoTargets;
  std::string changed = same;
  changed.replace(changed.find("127.0.0.1:1"), 11, "127.0.0.1:9");
  EXPECT_EQ(fingerprint(same), fingerprint(same));
  EXPECT_NE(fingerprint(same), fingerprint(changed));
}

TEST(Settings, ARuleOverLogsWatchesOnlyWhatALogIsAbout) {
  const std::string rule = R"(
[[rule]]
name = "visitors"
source = "log"
count = ["502"]
)";
  const auto rules_of = [&](const std::string& logs) {
    std::vector<size_t> rules;
    const LoadedSettings loaded = load_settings_text("test", kTwoTargets + rule + logs);
    for (const alerts::Watched& watched : loaded.settings.value().watched()) {
      rules.push_back(watched.rules.size());
    }
    return rules;
  };
  const std::string log = "[[log]]\nname = \"edge\"\nkind = \"nginx-access\"\npath = \"/a\"\n";
  EXPECT_EQ(rules_of(""), (std::vector<size_t>{0, 0}));
  EXPECT_EQ(rules_of(log), (std::vector<size_t>{1, 1}));
  EXPECT_EQ(rules_of(log + "targets = [\"slow\"]\n"), (std::vector<size_t>{0, 1}));
}

TEST(Settings, MistakesOfAllKindsAreToldTogether) {
  const LoadedSettings loaded = load_settings_text("test", R"(
[defaults]
methud = "GET"

[[target]]
name = "shop"
url = "ftp://shop/"
intervall = "30s"

[[channel]]
name = "ops"
kind = "pigeon"
)");
  EXPECT_FALSE(loaded.settings.has_value());
  const auto mentions = [&](const std::string& text) {
    return std::any_of(loaded.diagnostics.begin(), loaded.diagnostics.end(), [&](const auto& d) {
      return config::to_string(d).find(text) != std::string::npos;
    });
  };
  EXPECT_TRUE(mentions("methud"));
  EXPECT_TRUE(mentions("url does not begin with"));
  EXPECT_TRUE(mentions("intervall"));
  EXPECT_TRUE(mentions("pigeon"));
}

TEST(Settings, JobsCannotReportWhereNobodyListens) {
  const std::string job = R"(
[[target]]
name = "backup"
kind = "push"
token = "0123456789abcdef0123456789abcdef"
every = "24h"
)";
  EXPECT_TRUE(load_settings_text("test", kTwoTargets + job).settings);
  const std::string off = "[daemon]\nlisten = \"\"\n";
  const LoadedSettings loaded = load_settings_text("test", off + kTwoTargets + job);
  EXPECT_FALSE(loaded.settings);
  ASSERT_EQ(loaded.diagnostics.size(), 1U);
  EXPECT_EQ(config::to_string(loaded.diagnostics[0]),
            "test:21:8: jobs cannot report in while [daemon] listen is \"\" (let it listen, or set "
            "enabled = false)");
  EXPECT_TRUE(load_settings_text("test", off + kTwoTargets + job + "enabled = false\n").settings);
}

TEST(LoadSettings, TakesOnlyWordsThatCanBeShownForASignature) {
  const auto messages = [](const std::string& lines) {
    std::string all;
    const LoadedSettings loaded =
        load_settings_text("t",
                           "[[target]]\nname = \"shop\"\nurl = \"http://shop/\"\n[[signature]]\n"
                           "body_regex = \"oops\"\n" +
                               lines);
    for (const config::Diagnostic& diagnostic : loaded.diagnostics) {
      all += diagnostic.gravity == config::Gravity::Error ? diagnostic.message + '\n' : "";
    }
    return all;
  };
  EXPECT_EQ(messages("name = \"edge\"\n"), "");
  EXPECT_EQ(messages("name = \"a\\nb\"\n"), "name must have 1 to 128 printable characters\n");
  EXPECT_EQ(messages("name = \"edge\"\nproduct = \"p\\r\\nBcc: evil\"\n"),
            "product must have 1 to 128 printable characters\n");
}

}  // namespace
}  // namespace gatewatch::daemon
