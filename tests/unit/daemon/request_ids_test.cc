// SPDX-License-Identifier: MIT
#include "daemon/request_ids.h"

#include <gtest/gtest.h>

#include <string>

namespace gatewatch::daemon {
namespace {

constexpr WallTime kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};

TEST(RequestIds, AreKnownToTheirMakerAlone) {
  Rng rng(1);
  Rng same(1);
  RequestIds ids(rng);
  RequestIds others(same);
  const std::string id = ids.make(kNow);
  EXPECT_TRUE(ids.is_own(id));
  EXPECT_FALSE(others.is_own(id));
  EXPECT_FALSE(ids.is_own(others.make(kNow)));
  EXPECT_NE(ids.make(kNow), id);
}

TEST(RequestIds, AreNotKnownByTheirForm) {
  Rng rng(1);
  RequestIds ids(rng);
  const std::string id = ids.make(kNow);
  ASSERT_EQ(id.size(), 53U);
  for (size_t i = 0; i < id.size(); ++i) {
    std::string forged = id;
    forged[i] = forged[i] == '0' ? '1' : '0';
    EXPECT_FALSE(ids.is_own(forged)) << forged;
  }
  for (const std::string& forged : {std::string(), id.substr(0, 36), id + "0", "x" + id}) {
    EXPECT_FALSE(ids.is_own(forged)) << forged;
  }
}

}  // namespace
}  // namespace gatewatch::daemon
