// SPDX-License-Identifier: MIT
#include "logs/tail_position.h"

#include <gtest/gtest.h>

#include <string_view>

namespace gatewatch::logs {
namespace {

TEST(TailPosition, IsWrittenAndReadBack) {
  const TailPosition files{.place = "/var/log/an at the end/access.log",
                           .files = {{.device = 1, .inode = 2, .offset = 3, .head = {40, 50}},
                                     {.device = ~0ULL, .inode = 9, .inside_line = true}},
                           .cursor = ""};
  EXPECT_EQ(parse_position(to_text(files)), files);
  const TailPosition journal{.place = "nginx.service", .files = {}, .cursor = "s=a;i=b c"};
  EXPECT_EQ(parse_position(to_text(journal)), journal);
  EXPECT_EQ(parse_position(to_text({})), TailPosition());
  for (const std::string_view text :
       {"", "files", "files  at /a", "files 1:2:3 at /a", "files 1:2:3:2:0:0 at /a",
        "files 1:2:3:0:300:0 at /a", "files 1:2:3:0:0:0x at /a", "files 1:2:3:0:0:-1 at /a",
        "files 1:2:3:0:0:0", "files 1:2:3:0:0:0 at ", "journal  at a.service", "journal x",
        "journal"}) {
    EXPECT_FALSE(parse_position(text)) << text;
  }
}

}  // namespace
}  // namespace gatewatch::logs
