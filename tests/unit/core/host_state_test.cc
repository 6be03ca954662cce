// SPDX-License-Identifier: MIT
#include "core/host_state.h"

#include <gtest/gtest.h>

namespace gatewatch {
namespace {

TEST(DescribeHost, SaysWhatIsKnown) {
  HostState host;
  EXPECT_EQ(describe(host), "");
  host.load_1min = 3.14;
  host.processors = 2;
  EXPECT_EQ(describe(host), "load 3.1 on 2 processors");
  host.memory_total_bytes = 8'000;
  host.memory_available_bytes = 1'000;
  host.descriptors_used = 10;
  host.descriptors_limit = 1'000;
  host.io = Pressure{.some_10s = 0.4025};
  EXPECT_EQ(describe(host),
            "12.5 % of the memory available, 1.0 % of the descriptors in use, load 3.1 on 2 "
            "processors, pressure on I/O 40.2 %");
}

}  // namespace
}  // namespace gatewatch
