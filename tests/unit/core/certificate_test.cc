// SPDX-License-Identifier: MIT
#include "core/certificate.h"

#include <gtest/gtest.h>

namespace gatewatch {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kEnd{std::chrono::sys_days{std::chrono::year{2026} / 12 / 24}};

TEST(DaysLeft, CountsWholeDays) {
  const CertificateInfo certificate{.expires = kEnd};
  EXPECT_EQ(days_left(certificate, kEnd - 14 * 24h), 14);
  EXPECT_EQ(days_left(certificate, kEnd - 14 * 24h + 1us), 13);
  EXPECT_EQ(days_left(certificate, kEnd - 1us), 0);
  EXPECT_EQ(days_left(certificate, kEnd), 0);
  EXPECT_EQ(days_left(certificate, kEnd + 1us), -1);
}

TEST(DaysLeft, TakesACertificateThatNeverExpires) {
  // The last second of RFC 5280.
  const CertificateInfo certificate{
      .expires = WallTime(std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}) + 86'399s};
  EXPECT_EQ(days_left(certificate, kEnd), 2'912'085);
}

}  // namespace
}  // namespace gatewatch
