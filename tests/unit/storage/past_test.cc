// SPDX-License-Identifier: MIT
#include "storage/past.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "tests/support/temp_dir.h"
#include "tests/unit/storage/test_data.h"

namespace gatewatch::storage::testing {
namespace {

using namespace std::chrono_literals;
using gatewatch::testing::TempDir;

class PastTest : public ::testing::Test {
 protected:
  std::vector<PastProbe> probes(const std::vector<std::string>& targets, WallTime since,
                                WallTime until) const {
    std::vector<PastProbe> all;
    for_each_past_probe(path_, targets, since, until, [&](const PastProbe& probe) {
      all.push_back(probe);
      return true;
    });
    return all;
  }

  TempDir folder_;
  std::string path_ = folder_.file("gatewatch.db");
};

TEST_F(PastTest, IsEmptyWhereThereIsNoDatabase) {
  EXPECT_TRUE(past_incidents(path_).empty());
  EXPECT_TRUE(past_certificates(path_).empty());
  EXPECT_TRUE(probes({"a"}, kMorning, kMorning + 1h).empty());
}

TEST_F(PastTest, TellsTheScheduledProbesOfTheTargetsAskedForInTheOrderOfTime) {
  write_database(path_, [](Writer& writer) {
    writer.add(ok_sample("b", kMorning + 2s));
    writer.add(bad_gateway_sample("a", kMorning + 1s));
    writer.add(ok_sample("other", kMorning + 1s));
    writer.add(ok_sample("a", kMorning));
    Sample confirming = ok_sample("a", kMorning + 3s);
    confirming.purpose = Purpose::Confirm;
    writer.add(confirming);
  });
  const std::vector<PastProbe> all = probes({"b", "none", "a"}, kMorning, kMorning + 1h);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].target, 2U);
  EXPECT_EQ(all[0].at, kMorning);
  EXPECT_EQ(all[0].outcome, Outcome::Ok);
  EXPECT_EQ(all[0].phases.first_byte, ok_sample("a", kMorning).result.phases.first_byte);
  EXPECT_EQ(all[1].target, 2U);
  EXPECT_EQ(all[1].outcome, Outcome::BadGateway);
  EXPECT_EQ(all[2].target, 0U);
}

TEST_F(PastTest, TellsProbesFromTheBeginningUpToBeforeTheEnd) {
  write_database(path_, [](Writer& writer) {
    for (int i = 0; i < 4; ++i) {
      writer.add(ok_sample("a", kMorning + i * 1s));
    }
  });
  const std::vector<PastProbe> all = probes({"a"}, kMorning + 1s, kMorning + 3s);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all.front().at, kMorning + 1s);
  EXPECT_EQ(all.back().at, kMorning + 2s);
}

TEST_F(PastTest, TellsEachProbeOnceAcrossPages) {
  write_database(path_, [](Writer& writer) { writer.add(ok_sample("a", kMorning)); });
  const std::string count = std::to_string(kPastPage + 10);
  run_sql(path_,
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + count +
              ") INSERT INTO sample(at_us, target, is_origin, purpose, outcome, latency_us, "
              "late_us) SELECT (SELECT max(at_us) FROM sample) + i / 2, i % 2 + 1, i % 2, 0, 0, 1, "
              "0 FROM n");
  run_sql(path_, "INSERT INTO target(id, name) VALUES(2, 'b')");
  const std::vector<PastProbe> all = probes({"a", "b"}, kMorning - 1h, kMorning + 1h);
  const auto even = static_cast<size_t>((kPastPage + 10) / 2);
  EXPECT_EQ(all.size(), even + 1) << "those of origins are left out";
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end(),
                             [](const PastProbe& a, const PastProbe& b) { return a.at < b.at; }));
}

TEST_F(PastTest, EndsSoonAfterItIsTold) {
  write_database(path_, [](Writer& writer) { writer.add(ok_sample("a", kMorning)); });
  run_sql(path_,
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120000) "
          "INSERT INTO sample(at_us, target, is_origin, purpose, outcome, latency_us, late_us) "
          "SELECT (SELECT max(at_us) FROM sample) + i, 1, 0, 0, 0, 1, 0 FROM n");
  int64_t told = 0;
  for_each_past_probe(path_, {"a"}, kMorning, kMorning + 1h, [&](const PastProbe&) {
    ++told;
    return false;
  });
  EXPECT_EQ(told, kPastPage);
}

TEST_F(PastTest, TellsIncidentsOldestFirst) {
  Incident later = open_incident("01B", kMorning + 1h);
  later.detected_by = "forecast";
  Incident earlier = open_incident("01A", kMorning);
  earlier.resolved_at = kMorning + 5min;
  write_database(path_, [&](Writer& writer) {
    writer.add(Transition{later, {}});
    writer.add(Transition{earlier, {}});
  });
  const std::vector<PastIncident> all = past_incidents(path_);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].target, earlier.target);
  EXPECT_EQ(all[0].rule, earlier.rule);
  EXPECT_EQ(all[0].opened_at, kMorning);
  EXPECT_EQ(all[0].resolved_at, kMorning + 5min);
  EXPECT_EQ(all[1].detected_by, "forecast");
  EXPECT_EQ(all[1].resolved_at, std::nullopt);
}

TEST_F(PastTest, TellsCertificatesInTheOrderInWhichTheyWereSeen) {
  const auto shown = [](const std::string& fingerprint, WallTime at) {
    Sample sample = ok_sample("a", at);
    CertificateInfo certificate;
    certificate.fingerprint = fingerprint;
    certificate.not_before = at - 24h;
    certificate.not_after = at + 48h;
    sample.result.certificate = std::make_shared<const CertificateInfo>(certificate);
    return sample;
  };
  write_database(path_, [&](Writer& writer) {
    writer.add(shown("bb", kMorning));
    writer.add(shown("aa", kMorning + 1h));
  });
  const std::vector<PastCertificate> all = past_certificates(path_);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].target, "a");
  EXPECT_EQ(all[0].first_seen, kMorning);
  EXPECT_EQ(all[0].not_before, kMorning - 24h);
  EXPECT_EQ(all[0].not_after, kMorning + 48h);
  EXPECT_EQ(all[1].first_seen, kMorning + 1h);
}

}  // namespace
}  // namespace gatewatch::storage::testing
