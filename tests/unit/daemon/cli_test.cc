// SPDX-License-Identifier: MIT
#include "daemon/cli.h"

#include <gtest/gtest.h>

#include <vector>

namespace gatewatch::daemon {
namespace {

using namespace std::chrono_literals;

ParsedCommand parse(std::vector<const char*> words) {
  words.insert(words.begin(), "gatewatch");
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  ParsedCommand parsed = parse_command_line(static_cast<int>(words.size()), words.data());
  testing::internal::GetCapturedStdout();
  testing::internal::GetCapturedStderr();
  return parsed;
}

TEST(CommandLine, ReadsEveryVerb) {
  const std::vector<std::pair<Verb, std::vector<const char*>>> cases{
      {Verb::Run, {"run"}},           {Verb::Check, {"check"}},
      {Verb::Reload, {"reload"}},     {Verb::Probe, {"probe", "shop"}},
      {Verb::Status, {"status"}},     {Verb::Incidents, {"incidents"}},
      {Verb::Forecast, {"forecast"}}, {Verb::TestChannel, {"test-channel", "ops"}},
  };
  for (const auto& [verb, words] : cases) {
    const ParsedCommand parsed = parse(words);
    ASSERT_TRUE(parsed.command.has_value()) << words.front();
    EXPECT_EQ(parsed.command->verb, verb) << words.front();
    EXPECT_EQ(parsed.command->config_path, kDefaultConfigPath);
    EXPECT_FALSE(parsed.command->config_given);
  }
}

TEST(CommandLine, ReadsOptions) {
  const auto probe = parse({"probe", "-c", "x.toml", "--json", "shop"}).command;
  ASSERT_TRUE(probe.has_value());
  EXPECT_EQ(probe->config_path, "x.toml");
  EXPECT_TRUE(probe->config_given);
  EXPECT_TRUE(probe->json);
  EXPECT_FALSE(probe->diagnose);
  EXPECT_TRUE(parse({"probe", "--diagnose", "shop"}).command.value_or(Command()).diagnose);
  EXPECT_EQ(probe->subject, "shop");
  const auto incidents =
      parse({"incidents", "--since", "7d", "--target", "shop", "--limit", "5"}).command;
  ASSERT_TRUE(incidents.has_value());
  EXPECT_EQ(incidents->since, 7 * 24h);
  EXPECT_EQ(incidents->limit, 5);
}

TEST(CommandLine, MistakesAreUsageErrors) {
  for (const auto& words : std::vector<std::vector<const char*>>{{},
                                                                 {"nonsense"},
                                                                 {"run", "--nonsense"},
                                                                 {"probe"},
                                                                 {"test-channel"},
                                                                 {"run", "extra"},
                                                                 {"incidents", "--since", "7"},
                                                                 {"incidents", "--limit", "0"}}) {
    const ParsedCommand parsed = parse(words);
    EXPECT_FALSE(parsed.command.has_value());
    EXPECT_EQ(parsed.exit, ExitCode::Usage);
  }
}

TEST(CommandLine, HelpAndVersionAreFine) {
  for (const auto& words :
       std::vector<std::vector<const char*>>{{"--help"}, {"--version"}, {"run", "--help"}}) {
    const ParsedCommand parsed = parse(words);
    EXPECT_FALSE(parsed.command.has_value());
    EXPECT_EQ(parsed.exit, ExitCode::Fine);
  }
}

}  // namespace
}  // namespace gatewatch::daemon
