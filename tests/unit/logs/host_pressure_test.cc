// SPDX-License-Identifier: MIT
#include "logs/host_pressure.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temp_dir.h"

namespace gatewatch::logs {
namespace {

constexpr WallTime kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};

class HostPressureTest : public ::testing::Test {
 protected:
  void put(const std::string& name, const std::string& text) {
    const std::filesystem::path path = dir_.file(name);
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  [[nodiscard]] HostState read() const { return read_host_state(kNow, dir_.path()); }

  testing::TempDir dir_;
};

TEST_F(HostPressureTest, ReadsWhatAHostTells) {
  put("pressure/cpu",
      "some avg10=12.50 avg60=6.25 avg300=1.00 total=12345\n"
      "full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n");
  put("pressure/memory",
      "some avg10=0.00 avg60=50.00 avg300=1.00 total=1\n"
      "full avg10=25.00 avg60=0.00 avg300=0.00 total=1\n");
  put("meminfo", "MemTotal:        8000000 kB\nMemFree:  1 kB\nMemAvailable:    500000 kB\n");
  put("sys/fs/file-nr", "1312\t0\t9223372036854775807\n");
  put("loadavg", "3.25 1.00 0.50 2/345 6789\n");
  const HostState state = read();
  EXPECT_EQ(state.at, kNow);
  EXPECT_EQ(state.cpu, (Pressure{0.125, 0.0625, 0, 0}));
  EXPECT_EQ(state.memory, (Pressure{0, 0.5, 0.25, 0}));
  EXPECT_FALSE(state.io);
  EXPECT_EQ(state.memory_total_bytes, 8'192'000'000U);
  EXPECT_EQ(state.memory_available_bytes, 512'000'000U);
  EXPECT_EQ(state.descriptors_used, 1'312U);
  EXPECT_EQ(state.descriptors_limit, 9'223'372'036'854'775'807U);
  EXPECT_EQ(state.load_1min, 3.25);
}

TEST_F(HostPressureTest, LeavesEmptyWhatIsNotThereOrNotAsItShouldBe) {
  HostState nothing;
  nothing.at = kNow;
  nothing.processors = read().processors;
  EXPECT_EQ(read(), nothing);
  put("pressure/cpu", "some avg10= avg60=1\n");
  put("meminfo", std::string(200'000, 'x'));
  put("sys/fs/file-nr", "1312 0");
  put("loadavg", "");
  EXPECT_EQ(read(), nothing);
}

TEST(HostPressure, ReadsTheFormOfKernelsWithoutAFullLineForTheCpu) {
  EXPECT_EQ(parse_pressure("some avg10=1.00 avg60=2.00 avg300=3.00 total=4\n"),
            (Pressure{0.01, 0.02, 0, 0}));
}

}  // namespace
}  // namespace gatewatch::logs
