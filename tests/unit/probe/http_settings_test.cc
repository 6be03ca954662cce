// SPDX-License-Identifier: MIT
#include "probe/kinds/http_settings.h"

#include <gtest/gtest.h>

namespace gatewatch::probe {
namespace {

TEST(StatusSet, ReadsCodesRangesAndClasses) {
  const auto set = StatusSet::parse("200, 301-303 ,4xx");
  ASSERT_TRUE(set);
  for (const int in : {200, 301, 302, 303, 400, 499}) {
    EXPECT_TRUE(set->contains(in)) << in;
  }
  for (const int out : {0, -1, 100, 199, 201, 300, 304, 399, 500, 599, 600, 1000}) {
    EXPECT_FALSE(set->contains(out)) << out;
  }
}

TEST(StatusSet, RefusesWhatIsNoListOfCodes) {
  for (const char* text : {"", ",", "200,", "200-", "-200", "399-200", "20", "2000", "600", "099",
                           "0xx", "6xx", "2x", "ok", "200 299", "200-299-399", "+20", "200;201"}) {
    EXPECT_FALSE(StatusSet::parse(text)) << text;
  }
}

TEST(StatusSet, KnowsWhenOnlyRedirectsAreExpected) {
  EXPECT_TRUE(StatusSet::parse("301, 3xx")->lies_within(300, 399));
  EXPECT_FALSE(StatusSet::parse("200, 301")->lies_within(300, 399));
}

TEST(IsFieldValue, RefusesWhatWouldEndTheLine) {
  using namespace std::string_literals;
  EXPECT_TRUE(is_field_value("Bearer a=b; \t ü"));
  for (const std::string& text : {"a\rb"s, "a\nb"s, "a\0b"s}) {
    EXPECT_FALSE(is_field_value(text));
  }
}

}  // namespace
}  // namespace gatewatch::probe
