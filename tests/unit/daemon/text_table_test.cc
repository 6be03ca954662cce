// SPDX-License-Identifier: MIT
#include "daemon/text_table.h"

#include <gtest/gtest.h>

namespace gatewatch::daemon {
namespace {

TEST(TextTable, AlignsColumnsByCharacters) {
  EXPECT_EQ(text_table({{"NAME", "N"}, {"zürich", "1"}, {"a", "22"}}),
            "NAME    N\n"
            "zürich  1\n"
            "a       22\n");
}

TEST(TextTable, RowsMayBeShort) {
  EXPECT_EQ(text_table({{"A", "B"}, {"x"}}), "A  B\nx\n");
}

}  // namespace
}  // namespace gatewatch::daemon
