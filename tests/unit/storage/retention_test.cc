// SPDX-License-Identifier: MIT
#include "storage/retention.h"

#include <gtest/gtest.h>

#include "storage/store.h"
#include "storage/writer.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/storage/test_data.h"

namespace gatewatch::storage::testing {
namespace {

using namespace std::chrono_literals;
using gatewatch::testing::ManualClock;
using gatewatch::testing::TempDir;

TEST(ClockGuard, TrustsAClockThatKeepsInStepForTenMinutes) {
  ManualClock clock;
  ClockGuard guard;
  EXPECT_FALSE(guard.trusts(clock.steady(), clock.wall()));
  clock.advance(ClockGuard::kProof - 1ns);
  EXPECT_FALSE(guard.trusts(clock.steady(), clock.wall()));
  clock.advance(1ns);
  EXPECT_TRUE(guard.trusts(clock.steady(), clock.wall()));
}

TEST(ClockGuard, StartsAnewAfterAStepOfMoreThanAMinute) {
  for (const Duration step : {Duration(61s), Duration(-61s)}) {
    ManualClock clock;
    ClockGuard guard;
    EXPECT_FALSE(guard.trusts(clock.steady(), clock.wall()));
    clock.advance(ClockGuard::kProof);
    EXPECT_TRUE(guard.trusts(clock.steady(), clock.wall()));
    clock.step_wall(step);
    EXPECT_FALSE(guard.trusts(clock.steady(), clock.wall()));
    clock.advance(ClockGuard::kProof - 1s);
    EXPECT_FALSE(guard.trusts(clock.steady(), clock.wall()));
    clock.advance(1s);
    EXPECT_TRUE(guard.trusts(clock.steady(), clock.wall()));
  }
}

TEST(ClockGuard, OverlooksSmallCorrections) {
  ManualClock clock;
  ClockGuard guard;
  EXPECT_FALSE(guard.trusts(clock.steady(), clock.wall()));
  clock.advance(ClockGuard::kProof);
  clock.step_wall(59s);
  EXPECT_TRUE(guard.trusts(clock.steady(), clock.wall()));
}

class Retention : public ::testing::Test {
 protected:
  void SetUp() override {
    Writer::Options options = options_for(path_);
    options.retention = 24h;
    writer_ = std::make_unique<Writer>(options, clock_);
    writer_->start();
    advance_and_let_work(0s);
  }
  void flush() { ASSERT_TRUE(writer_->flush(clock_.steady() + 10s)); }
  // The upkeep that is due has been done when a second flush is through.
  void advance_and_let_work(Duration by) {
    clock_.advance(by);
    flush();
    flush();
    flush();
  }
  [[nodiscard]] std::string count(const std::string& table) const {
    return ask_one(path_, "SELECT count(*) FROM " + table);
  }

  TempDir folder_;
  std::string path_ = folder_.file("gatewatch.db");
  ManualClock clock_;
  std::unique_ptr<Writer> writer_;
};

TEST_F(Retention, RemovesOldSamplesOnceTheClockIsTrusted) {
  writer_->add(bad_gateway_sample("shop", clock_.wall() - 25h));
  writer_->add(ok_sample("shop", clock_.wall() - 23h));
  advance_and_let_work(9min);
  EXPECT_EQ(count("sample"), "2");
  advance_and_let_work(2min);
  EXPECT_EQ(count("sample"), "1");
  EXPECT_EQ(count("evidence"), "0");
}

TEST_F(Retention, DoesNotBelieveAClockThatJumpedAYear) {
  writer_->add(ok_sample("shop", clock_.wall() - 1h));
  advance_and_let_work(11min);
  clock_.step_wall(365 * 24h);
  advance_and_let_work(2min);
  EXPECT_EQ(count("sample"), "1");
  clock_.step_wall(-365 * 24h);
  advance_and_let_work(11min);
  advance_and_let_work(2min);
  EXPECT_EQ(count("sample"), "1");
}

TEST_F(Retention, RemovesLongQueuesPieceByPiece) {
  for (int i = 0; i < 45'000; ++i) {
    writer_->add(ok_sample("shop", clock_.wall() - 30h + i * 1us));
  }
  advance_and_let_work(9min);
  EXPECT_EQ(count("sample"), "45000");
  advance_and_let_work(2min);
  EXPECT_EQ(count("sample"), "25000");
  advance_and_let_work(1s);
  EXPECT_EQ(count("sample"), "5000");
  advance_and_let_work(1s);
  EXPECT_EQ(count("sample"), "0");
}

TEST_F(Retention, RemovesSettledMessagesAndKeepsPendingOnesAndIncidents) {
  writer_->add(Transition{open_incident("01A", kMorning),
                          {message("msg_sent", "01A"), message("msg_pending", "01A")}});
  DeliveryProgress delivered;
  delivered.state = DeliveryState::Delivered;
  writer_->add(Settlement{"msg_sent", delivered});
  flush();
  advance_and_let_work(23h);
  EXPECT_EQ(count("notification"), "2");
  advance_and_let_work(2h);
  EXPECT_EQ(ask_one(path_, "SELECT id FROM notifications"), "msg_pending");
  EXPECT_EQ(count("incident"), "1");
}

TEST_F(Retention, LooksForTooManyAnswersOnlyWhereOneCame) {
  advance_and_let_work(11min);
  run_sql(path_,
          "WITH RECURSIVE n(at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM n WHERE at < 50003) "
          "INSERT INTO answer SELECT " +
              std::to_string(clock_.wall().time_since_epoch().count()) +
              " - at, 1, 0, x'', x'' FROM n");
  advance_and_let_work(2min);
  EXPECT_EQ(count("answer"), "50003");
  Sample failing = bad_gateway_sample("shop", clock_.wall());
  failing.result.body = "<h1>502</h1>";
  writer_->add(failing);
  advance_and_let_work(2min);
  EXPECT_EQ(count("answer"), std::to_string(Store::kMaxAnswers));
}

TEST_F(Retention, RemovesAddressesThatNothingNames) {
  const auto sample_from = [](const std::string& address, WallTime at) {
    Sample sample = ok_sample("shop", at);
    sample.result.address = address;
    return sample;
  };
  const auto addresses = [this] { return ask(path_, "SELECT text FROM address ORDER BY text"); };
  Sample shown = sample_from("192.0.2.3", clock_.wall() - 22h);
  shown.result.certificate =
      std::make_shared<const CertificateInfo>(CertificateInfo{.fingerprint = "ab12"});
  writer_->add(shown);
  writer_->add(sample_from("192.0.2.1", clock_.wall() - 22h));
  writer_->add(sample_from("192.0.2.2", clock_.wall() - 22h));
  writer_->add(sample_from("192.0.2.2", clock_.wall() - 22h + 59min));
  advance_and_let_work(2h + 1min);  // the samples but one are older than the retention
  EXPECT_EQ(count("sample"), "1");
  EXPECT_EQ(addresses(), (std::vector<std::string>{"192.0.2.1", "192.0.2.2", "192.0.2.3"}));
  shown.at = clock_.wall();
  shown.result.address = "192.0.2.4";
  writer_->add(shown);  // the certificate names the address where it was first seen
  advance_and_let_work(3h);
  EXPECT_EQ(addresses(), (std::vector<std::string>{"192.0.2.3", "192.0.2.4"}));
  writer_->add(sample_from("192.0.2.1", clock_.wall()));  // whose number was forgotten
  flush();
  EXPECT_EQ(ask_one(path_, "SELECT address FROM samples ORDER BY at DESC LIMIT 1"), "192.0.2.1");
}

TEST_F(Retention, TakesANewLength) {
  writer_->add(ok_sample("shop", clock_.wall() - 2h));
  advance_and_let_work(11min);
  EXPECT_EQ(count("sample"), "1");
  writer_->set_retention(1h);
  advance_and_let_work(1min);
  EXPECT_EQ(count("sample"), "0");
}

}  // namespace
}  // namespace gatewatch::storage::testing
