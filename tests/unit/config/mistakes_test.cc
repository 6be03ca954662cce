// SPDX-License-Identifier: MIT
//
// One file for each mistake below bad/. It begins with the diagnostics that it must give, all of
// them and no others: "# expect: LINE:COL: message (hint)"; one that ends in "…" gives only the
// beginning. Files below good/ give none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/unit/config/fixture.h"

namespace gatewatch::config {
namespace {

constexpr std::string_view kExpect = "# expect: ";

std::vector<std::string> files_below(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(CONFIG_TEST_DATA "/") + folder)) {
    if (entry.path().extension() == ".toml") {
      files.push_back(entry.path().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string test_name(const ::testing::TestParamInfo<std::string>& file) {
  return std::filesystem::path(file.param).stem().string();
}

class BadFile : public ::testing::TestWithParam<std::string> {};

TEST_P(BadFile, GivesItsDiagnosticsAndNoOthers) {
  std::vector<::testing::Matcher<std::string>> expected;
  std::ifstream file(GetParam());
  for (std::string line; std::getline(file, line) && line.starts_with(kExpect);) {
    const std::string text = GetParam() + ":" + line.substr(kExpect.size());
    if (text.ends_with("…")) {
      expected.push_back(::testing::StartsWith(text.substr(0, text.size() - 3)));
    } else {
      expected.push_back(text);
    }
  }
  const LoadOptions options{.environment = {{"HOME", "/root"}}};
  EXPECT_THAT(testing::load_file(GetParam(), options).told, ::testing::ElementsAreArray(expected));
  EXPECT_FALSE(expected.empty());
}

INSTANTIATE_TEST_SUITE_P(Config, BadFile, ::testing::ValuesIn(files_below("bad")), test_name);

class GoodFile : public ::testing::TestWithParam<std::string> {};

TEST_P(GoodFile, GivesNoDiagnostics) {
  const LoadOptions options{.environment = {{"HOME", "/root"}}};
  EXPECT_THAT(testing::load_file(GetParam(), options).told, ::testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Config, GoodFile, ::testing::ValuesIn(files_below("good")), test_name);

TEST(Mistakes, TenDifferentOnesAreToldInTenDiagnostics) {
  EXPECT_EQ(testing::load_file(CONFIG_TEST_DATA "/bad/ten_mistakes.toml").told.size(), 10U);
}

}  // namespace
}  // namespace gatewatch::config
