// SPDX-License-Identifier: MIT
//
// A fuzz target over its seed corpus, as a test. GATEWATCH_FUZZ_TARGET names it, and
// GATEWATCH_FUZZ_CORPUS its folder.
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

TEST(GATEWATCH_FUZZ_TARGET, FindsNothingInItsCorpus) {
  size_t replayed = 0;
  for (const auto& entry : std::filesystem::directory_iterator(GATEWATCH_FUZZ_CORPUS)) {
    std::cout << entry.path().filename() << std::endl;  // a finding ends the process
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
    ++replayed;
  }
  EXPECT_GT(replayed, 0U);
}
