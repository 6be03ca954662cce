// SPDX-License-Identifier: MIT
#include "probe/kinds/mask.h"

#include <gtest/gtest.h>

#include "core/time.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;

const std::string kSecret = "k/3&y <\"'> +\\100%é";

std::string masked(std::string_view text) {
  return without_secrets(text, {kSecret});
}

TEST(WithoutSecrets, FindsThemAsTheyAre) {
  EXPECT_EQ(masked("you sent " + kSecret + ", " + kSecret + "!"), "you sent ***, ***!");
  EXPECT_EQ(masked("you sent k/3&y <"), "you sent ***");
  EXPECT_EQ(masked("you sent k/3&y and more"), "you sent k/3&y and more");
  EXPECT_EQ(without_secrets("short short", {"short"}), "short short");
  EXPECT_EQ(without_secrets("abababababab", {"abababa"}), "***");
}

TEST(WithoutSecrets, FindsThemPercentEncodedInEitherCaseInPartOrWhole) {
  EXPECT_EQ(masked("?q=k%2F3%26y%20%3C%22%27%3E%20%2B%5C100%25%C3%A9&b"), "?q=***&b");
  EXPECT_EQ(masked("?q=k%2f3%26y%20%3c%22'%3e%20%2b%5c100%25%c3%a9&b"), "?q=***&b");
  EXPECT_EQ(masked("?q=k%2F3%26y+%3C%22%27%3E+%2B%5C100%25%C3%A9&b"), "?q=***&b");
  EXPECT_EQ(without_secrets("%73%65%63%72%65%74", {"secret"}), "***");
}

TEST(WithoutSecrets, FindsThemEscapedForHtml) {
  EXPECT_EQ(masked("<p>k/3&amp;y &lt;&quot;&#39;&gt; +\\100%é</p>"), "<p>***</p>");
  EXPECT_EQ(masked("<p>k&#x2F;3&amp;y &lt;&#34;&#x27;&gt; &#43;\\100%&#233;</p>"), "<p>***</p>");
  EXPECT_EQ(masked("<p>k/3&amp;y &lt;&quot;&apos;> +\\100%&#xE9;</p>"), "<p>***</p>");
  EXPECT_EQ(masked("<p>k/3&#038;y <&quot;&#0039;> +\\100%é</p>"), "<p>***</p>");
}

TEST(WithoutSecrets, FindsThemEscapedForJson) {
  EXPECT_EQ(masked(R"({"you":"k\/3&y <\"'> +\\100%\u00e9"})"), R"({"you":"***"})");
  EXPECT_EQ(masked(R"({"you":"k/3\u0026y \u003c\"\u0027\u003E +\\100%é"})"), R"({"you":"***"})");
  EXPECT_EQ(masked(R"(you k/3&y <\x22'> +\x5C100%\xC3\xA9)"), "you ***");
  EXPECT_EQ(without_secrets(R"("pass\ud83d\ude00\tword")", {"pass😀\tword"}), R"("***")");
}

TEST(WithoutSecrets, FindsTheirBeginningAtTheEndWhereThatIsCutWithinAnEscape) {
  for (const std::string_view end : {"", "%", "%3", "%3C", "%3C%22"}) {
    EXPECT_EQ(masked("?q=k%2F3%26y%20" + std::string(end)), "?q=***") << end;
  }
  for (const std::string_view end : {"&", "&l", "&lt", "&lt;", "&#x3"}) {
    EXPECT_EQ(masked("k/3&amp;y " + std::string(end)), "***") << end;
  }
  for (const std::string_view end : {"\\", "\\u", "\\u003", "\\u003c"}) {
    EXPECT_EQ(masked("k\\/3&y " + std::string(end)), "***") << end;
  }
}

TEST(WithoutSecrets, LeaveWhatOnlyLooksEncoded) {
  for (const std::string_view text :
       {"100% of it", "%", "%zz%4", "a & b; &nope; &; &#; &#x; &#99999999; &#x110000;", "&",
        R"(C:\new \q \u12 \uZZZZ \ud83d \ud83dxxxxxx \)", "\\", ""}) {
    EXPECT_EQ(masked(text), text);
  }
}

TEST(WithoutSecrets, FindsOneThatHoldsAnEscapeItself) {
  EXPECT_EQ(without_secrets("?q=a%2Fb%2Fc", {"a%2Fb%2Fc"}), "?q=***");
  EXPECT_EQ(without_secrets("?q=a%252Fb%252Fc", {"a%2Fb%2Fc"}), "?q=***");
}

TEST(WithoutSecrets, TakesNoLongerForTextsThatAlmostMatch) {
  const std::string text(size_t{1} << 20U, 'a');
  const std::vector<std::string> secrets(20, std::string(size_t{64} * 1024, 'a') + "b");
  const std::vector<std::string> others(20, std::string(5'000, 'a') + "b");
  const SteadyTime began = system_clock().steady();
  EXPECT_EQ(without_secrets(text, secrets), "***");
  EXPECT_EQ(without_secrets(text, others), std::string(kMaxMasked - 5'000, 'a') + "***");
  EXPECT_LT(system_clock().steady() - began, 2s);
}

TEST(WithoutSecrets, LooksThroughAndGivesNoMoreThanItsLimit) {
  EXPECT_EQ(without_secrets(std::string(kMaxMasked + 1, 'x'), {}).size(), kMaxMasked);
  const std::string text = std::string(kMaxMasked - 8, 'x') + "secret-word";
  EXPECT_EQ(without_secrets(text, {"secret-word"}), std::string(kMaxMasked - 8, 'x') + "***");
}

}  // namespace
}  // namespace gatewatch::probe
