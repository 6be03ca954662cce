// SPDX-License-Identifier: MIT
#include "config/diagnostic.h"

#include <gtest/gtest.h>

namespace gatewatch::config {
namespace {

TEST(Diagnostic, IsWrittenWithPlaceMessageAndHint) {
  const Diagnostic error{Gravity::Error, {"a.toml", 3, 12}, "no such key", "try b"};
  EXPECT_EQ(to_string(error), "a.toml:3:12: no such key (try b)");
}

TEST(Diagnostic, AWarningSaysSo) {
  const Diagnostic warning{Gravity::Warning, {"a.toml", 3, 12}, "odd", ""};
  EXPECT_EQ(to_string(warning), "a.toml:3:12: warning: odd");
}

TEST(Diagnostic, StaysOnOneLineWhateverItQuotes) {
  const Diagnostic error{Gravity::Error, {"a\nb", 1, 1}, "x\ny", "\x1B[2J"};
  EXPECT_EQ(to_string(error), "a\\x0Ab:1:1: x\\x0Ay (\\x1B[2J)");
}

TEST(Diagnostics, AreSortedByFileAsReadThenByPlace) {
  Diagnostics diagnostics;
  diagnostics.file_read("z.toml");
  diagnostics.file_read("a.toml");
  diagnostics.error({"a.toml", 1, 1}, "fourth");
  diagnostics.error({"z.toml", 10, 2}, "third");
  diagnostics.error({"z.toml", 10, 1}, "second");
  diagnostics.warning({"z.toml", 9, 5}, "first");
  std::vector<std::string> messages;
  for (const Diagnostic& diagnostic : diagnostics.sorted()) {
    messages.push_back(diagnostic.message);
  }
  EXPECT_EQ(messages, (std::vector<std::string>{"first", "second", "third", "fourth"}));
}

TEST(Diagnostics, TellTheSameMistakeAtTheSamePlaceOnce) {
  Diagnostics diagnostics;
  diagnostics.error({"a.toml", 1, 1}, "same");
  diagnostics.error({"a.toml", 1, 1}, "same");
  diagnostics.error({"a.toml", 1, 2}, "same");
  EXPECT_EQ(diagnostics.sorted().size(), 2U);
}

TEST(Diagnostics, WarningsAndRemarksAreNoErrors) {
  Diagnostics diagnostics;
  diagnostics.warning({"a.toml", 1, 1}, "warning");
  diagnostics.remark({"a.toml", 1, 1}, "remark");
  EXPECT_FALSE(diagnostics.has_errors());
  EXPECT_EQ(diagnostics.sorted().size(), 2U);
}

TEST(Diagnostics, RemarksAreNotToldBesideErrors) {
  Diagnostics diagnostics;
  diagnostics.remark({"a.toml", 1, 1}, "remark");
  diagnostics.warning({"a.toml", 2, 1}, "warning");
  diagnostics.error({"a.toml", 3, 1}, "error");
  ASSERT_EQ(diagnostics.sorted().size(), 2U);
  EXPECT_EQ(diagnostics.sorted().front().message, "warning");
}

}  // namespace
}  // namespace gatewatch::config
