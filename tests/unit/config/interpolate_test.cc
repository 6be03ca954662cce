// SPDX-License-Identifier: MIT
#include "config/interpolate.h"

#include <gtest/gtest.h>

namespace gatewatch::config {
namespace {

const std::map<std::string, std::string> kEnvironment{
    {"HOST", "example.com"}, {"EMPTY", ""}, {"NESTED", "${HOST}"}, {"_x9", "y"}};

TEST(Interpolate, PutsVariablesAndDefaultsIn) {
  const std::map<std::string, std::string> cases{
      {"", ""},
      {"plain", "plain"},
      {"${HOST}", "example.com"},
      {"https://${HOST}:${PORT:-443}/", "https://example.com:443/"},
      {"${HOST}${HOST}", "example.comexample.com"},
      {"${_x9}", "y"},
      {"${EMPTY}", ""},
      {"${EMPTY:-full}", "full"},
      {"${UNSET:-}", ""},
      {"${UNSET:-a:-b}", "a:-b"},
      {"${NESTED}", "${HOST}"},
      {"$${HOST}", "${HOST}"},
      {"$$${HOST}", "$${HOST}"},
      {"$${", "${"},
      {"5$ and $HOST and $$", "5$ and $HOST and $$"},
  };
  for (const auto& [text, expected] : cases) {
    const auto result = interpolate(text, kEnvironment);
    ASSERT_TRUE(result.has_value()) << text;
    EXPECT_EQ(*result, expected) << text;
  }
}

TEST(Interpolate, NamesTheVariableThatIsNotSet) {
  const auto result = interpolate("a ${HOST} ${UNSET} b", kEnvironment);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().message, "the environment variable UNSET is not set");
}

TEST(Interpolate, RejectsWhatIsNoVariable) {
  for (const char* text :
       {"${", "${}", "${HOST", "${a b}", "${9A}", "${:-x}", "${HOST:x}", "${HO\nST}"}) {
    EXPECT_FALSE(interpolate(text, kEnvironment).has_value()) << text;
  }
}

}  // namespace
}  // namespace gatewatch::config
