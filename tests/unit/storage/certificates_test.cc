// SPDX-License-Identifier: MIT
//
// Certificates that come with samples are stored when they change.
#include <gtest/gtest.h>

#include "storage/schema.h"
#include "storage/store.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/storage/test_data.h"

namespace gatewatch::storage::testing {
namespace {

using namespace std::chrono_literals;
using gatewatch::testing::ManualClock;
using gatewatch::testing::TempDir;

std::shared_ptr<const CertificateInfo> certificate(const std::string& fingerprint) {
  return std::make_shared<const CertificateInfo>(
      CertificateInfo{.fingerprint = fingerprint,
                      .subject = "CN=shop",
                      .issuer = "CN=authority",
                      .names = {"shop.example.com", "192.0.2.1"},
                      .not_before = std::chrono::floor<std::chrono::days>(kMorning),
                      .not_after = std::chrono::floor<std::chrono::days>(kMorning) + 90 * 24h});
}

Sample sample_under(const std::string& fingerprint, WallTime at,
                    const std::string& target = "shop") {
  Sample sample = ok_sample(target, at);
  sample.result.certificate = certificate(fingerprint);
  return sample;
}

class Certificates : public ::testing::Test {
 protected:
  void write(const std::vector<Sample>& samples) {
    write_database(path_, [&](Writer& writer) {
      for (const Sample& sample : samples) {
        writer.add(sample);
      }
    });
  }
  std::vector<std::string> seen() {
    return ask(path_,
               "SELECT target, fingerprint, first_seen_at, last_seen_at FROM certificates "
               "ORDER BY first_seen_at, target, fingerprint");
  }

  TempDir folder_;
  std::string path_ = folder_.file("gatewatch.db");
};

TEST_F(Certificates, AreShownAsTheyCame) {
  write({sample_under("ab12", kMorning)});
  EXPECT_EQ(ask_one(path_, "SELECT group_concat(name, ' ') FROM pragma_table_info('certificates')"),
            "target fingerprint subject issuer names not_before not_after address first_seen_at "
            "last_seen_at");
  EXPECT_EQ(ask_one(path_, "SELECT * FROM certificates"),
            "shop|ab12|CN=shop|CN=authority|[\"shop.example.com\",\"192.0.2.1\"]|"
            "2026-11-22T00:00:00.000Z|2027-02-20T00:00:00.000Z|192.0.2.1|"
            "2026-11-22T10:15:30.123Z|2026-11-22T10:15:30.123Z");
  EXPECT_EQ(ask_one(path_, "SELECT count(*) FROM samples"), "1");
}

TEST_F(Certificates, AreNotStoredForSamplesWithoutOne) {
  write({ok_sample("shop", kMorning)});
  EXPECT_EQ(ask_one(path_, "SELECT count(*) FROM certificates"), "0");
}

TEST_F(Certificates, AreStoredOnceForEachTarget) {
  write({sample_under("aa", kMorning), sample_under("aa", kMorning + 1s),
         sample_under("aa", kMorning + 2s, "api"), sample_under("bb", kMorning + 3s),
         sample_under("aa", kMorning + 4s), sample_under("bb", kMorning + 5s)});
  EXPECT_EQ(seen(), (std::vector<std::string>{
                        "shop|aa|2026-11-22T10:15:30.123Z|2026-11-22T10:15:30.123Z",
                        "api|aa|2026-11-22T10:15:32.123Z|2026-11-22T10:15:32.123Z",
                        "shop|bb|2026-11-22T10:15:33.123Z|2026-11-22T10:15:33.123Z"}));
}

TEST_F(Certificates, AreMarkedAsSeenOnceAnHour) {
  write({sample_under("aa", kMorning), sample_under("aa", kMorning + 1h - 1us)});
  EXPECT_EQ(ask_one(path_, "SELECT last_seen_at FROM certificates"), "2026-11-22T10:15:30.123Z");
  write({sample_under("aa", kMorning + 2h), sample_under("aa", kMorning + 3h)});
  EXPECT_EQ(seen(),
            std::vector<std::string>{"shop|aa|2026-11-22T10:15:30.123Z|2026-11-22T13:15:30.123Z"});
}

TEST_F(Certificates, AreNotSeenEarlierByAClockThatWentBack) {
  write({sample_under("aa", kMorning)});
  write({sample_under("aa", kMorning - 5h)});
  EXPECT_EQ(ask_one(path_, "SELECT last_seen_at FROM certificates"), "2026-11-22T10:15:30.123Z");
}

TEST_F(Certificates, GoWhenTheyHaveNotBeenSeenForTheRetention) {
  ManualClock clock;
  Writer::Options options = options_for(path_);
  options.retention = 1h;
  Writer writer(options, clock);
  writer.start();
  writer.add(sample_under("aa", clock.wall() - 2h - 1min));
  writer.add(sample_under("bb", clock.wall() - 90min));
  const auto let_work = [&](Duration by) {
    clock.advance(by);
    for (int i = 0; i < 3; ++i) {  // the upkeep that is due is done when a second one is through
      ASSERT_TRUE(writer.flush(clock.steady() + 10s));
    }
  };
  let_work(0s);
  EXPECT_EQ(seen().size(), 2U);
  let_work(9min);
  let_work(2min);
  EXPECT_EQ(ask_one(path_, "SELECT fingerprint FROM certificates"), "bb");
}

TEST_F(Certificates, OfATargetAreKeptUpToALimit) {
  std::vector<Sample> samples{sample_under("other", kMorning, "api")};
  for (int64_t i = 0; i < Store::kMaxCertificates; ++i) {
    samples.push_back(sample_under("c" + std::to_string(i), kMorning + i * 1s));
  }
  samples.push_back(sample_under("c0", kMorning + 2h));
  write(samples);
  EXPECT_EQ(seen().size(), 65U);
  write({sample_under("new", kMorning + 3h)});
  EXPECT_EQ(seen().size(), 65U);
  EXPECT_EQ(ask(path_,
                "SELECT fingerprint FROM certificates WHERE fingerprint IN "
                "('other', 'c0', 'c1', 'c2', 'new') ORDER BY fingerprint"),
            (std::vector<std::string>{"c0", "c2", "new", "other"}));
}

TEST_F(Certificates, AreStoredAgainWhereTheLimitHadDroppedThem) {
  std::vector<Sample> samples;
  for (int64_t i = 0; i <= Store::kMaxCertificates; ++i) {
    samples.push_back(sample_under("c" + std::to_string(i), kMorning + i * 1s));
  }
  samples.push_back(sample_under("c0", kMorning + 2min));
  write(samples);
  EXPECT_EQ(seen().size(), 64U);
  EXPECT_EQ(ask_one(path_, "SELECT first_seen_at FROM certificates WHERE fingerprint = 'c0'"),
            "2026-11-22T10:17:30.123Z");
}

TEST_F(Certificates, HaveATableAfterAMigration) {
  {
    Connection connection(path_, Connection::Mode::Write);
    migrate(connection, migrations().first(1));
    EXPECT_EQ(connection.integer("PRAGMA user_version"), 1);
  }
  write({sample_under("aa", kMorning)});
  EXPECT_EQ(seen().size(), 1U);
  EXPECT_EQ(ask_one(path_ + ".before-v" + std::to_string(migrations().back().version),
                    "PRAGMA user_version"),
            "1");
}

}  // namespace
}  // namespace gatewatch::storage::testing
