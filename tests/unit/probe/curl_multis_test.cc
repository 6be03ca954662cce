// SPDX-License-Identifier: MIT
#include "probe/http/curl_multis.h"

#include <curl/curl.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace gatewatch::probe {
namespace {

// Transfers that are added and removed, and never run.
struct Idle {
  ~Idle() {
    while (!begun.empty()) {
      end();
    }
  }

  void begin(int ca_file) {
    CURL* easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, "https://127.0.0.1:1/");
    const auto multi = multis.add("/ca/" + std::to_string(ca_file) + ".pem", easy);
    ASSERT_TRUE(multi) << multi.error();
    begun.emplace_back(*multi, easy);
  }
  void end() {  // the newest
    multis.remove(*begun.back().first, begun.back().second);
    curl_easy_cleanup(begun.back().second);
    begun.pop_back();
  }

  EpollLoop loop{system_clock()};
  CurlMultis multis{loop, [](void*, int) {}};
  std::vector<std::pair<CurlMultis::Multi*, CURL*>> begun;
};

constexpr int kMost = int{CurlMultis::kMaxKept};

TEST(CurlMultis, KeepsOneForEachOfTheLastCaFiles) {
  Idle idle;
  for (int file = 0; file < 3 * kMost; ++file) {
    idle.begin(file);
    idle.end();
  }
  EXPECT_EQ(idle.multis.count(), CurlMultis::kMaxKept);
}

TEST(CurlMultis, SharesOneAmongTheTransfersOfAFile) {
  Idle idle;
  idle.begin(1);
  idle.begin(1);
  EXPECT_EQ(idle.multis.count(), 1U);
  EXPECT_EQ(idle.begun[0].first, idle.begun[1].first);
}

TEST(CurlMultis, MakesOneForATransferAloneWhereAllOthersAreBusy) {
  Idle idle;
  for (int file = 0; file <= kMost; ++file) {
    idle.begin(file);
  }
  EXPECT_EQ(idle.multis.count(), CurlMultis::kMaxKept + 1);
  idle.end();
  EXPECT_EQ(idle.multis.count(), CurlMultis::kMaxKept);
  idle.end();
  EXPECT_EQ(idle.multis.count(), CurlMultis::kMaxKept);
}

TEST(CurlMultis, ForgetsAllAtARefreshTheBusyOnesWithTheirLastTransfer) {
  Idle idle;
  idle.begin(1);
  idle.end();
  idle.begin(2);
  idle.begin(2);
  EXPECT_EQ(idle.multis.count(), 2U);
  idle.multis.refresh();
  EXPECT_EQ(idle.multis.count(), 1U);
  idle.end();
  EXPECT_EQ(idle.multis.count(), 1U);
  idle.end();
  EXPECT_EQ(idle.multis.count(), 0U);
}

}  // namespace
}  // namespace gatewatch::probe
