// SPDX-License-Identifier: MIT
//
// The states of jobs outlive the daemon.
#include <gtest/gtest.h>

#include "storage/history.h"
#include "storage/schema.h"
#include "storage/store.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/storage/test_data.h"

namespace gatewatch::storage::testing {
namespace {

using namespace std::chrono_literals;
using gatewatch::testing::TempDir;

const std::string kDigest("\0digest\xFF of 32 bytes, not printable", 32);

PushState state_of(const std::string& target) {
  return {.target = target,
          .token_digest = kDigest,
          .watched_since = kMorning - 24h,
          .silent_since = kMorning - 2h,
          .noted_at = kMorning,
          .reported_at = {},
          .failure = {},
          .untold = {}};
}

class Pushes : public ::testing::Test {
 protected:
  void write(const std::vector<PushState>& states) {
    write_database(path_, [&](Writer& writer) {
      for (const PushState& state : states) {
        writer.add(state);
      }
    });
  }
  [[nodiscard]] std::vector<PushState> remembered(WallTime now = kMorning + 1h) const {
    return remember_pushes(path_, now);
  }

  TempDir folder_;
  std::string path_ = folder_.file("gatewatch.db");
};

TEST_F(Pushes, AreNoneWhereThereIsNoDatabaseOrAnOlderOne) {
  EXPECT_TRUE(remembered().empty());
  {
    Connection connection(path_, Connection::Mode::Write);
    migrate(connection, migrations().first(2));
  }
  EXPECT_TRUE(remembered().empty());
}

TEST_F(Pushes, ComeBackAsTheyWere) {
  PushState failed = state_of("failed");
  failed.reported_at = kMorning - 2h;
  failed.failure = "disk full";
  failed.untold = "";
  write({failed, state_of("silent")});
  const std::vector<PushState> states = remembered();
  ASSERT_EQ(states.size(), 2U);
  EXPECT_EQ(states[0].target, "failed");
  EXPECT_EQ(states[0].token_digest, kDigest);
  EXPECT_EQ(states[0].watched_since, kMorning - 24h);
  EXPECT_EQ(states[0].silent_since, kMorning - 2h);
  EXPECT_EQ(states[0].noted_at, kMorning);
  EXPECT_EQ(states[0].reported_at, kMorning - 2h);
  EXPECT_EQ(states[0].failure, "disk full");
  EXPECT_EQ(states[0].untold, "");
  EXPECT_EQ(states[1].target, "silent");
  EXPECT_FALSE(states[1].reported_at || states[1].failure || states[1].untold);
}

TEST_F(Pushes, HaveOneRowForEachTargetUntilItIsGone) {
  PushState later = state_of("job");
  later.silent_since = kMorning;
  write({state_of("job"), later, state_of("other")});
  ASSERT_EQ(remembered().size(), 2U);
  EXPECT_EQ(remembered()[0].silent_since, kMorning);
  later.is_gone = true;
  write({later});
  ASSERT_EQ(remembered().size(), 1U);
  EXPECT_EQ(remembered()[0].target, "other");
}

TEST_F(Pushes, AreNotedAtTheNewestSampleButNotInTheFuture) {
  write_database(path_, [](Writer& writer) {
    writer.add(state_of("job"));
    writer.add(ok_sample("shop", kMorning - 1h));
  });
  EXPECT_EQ(remembered()[0].noted_at, kMorning);
  write_database(path_, [](Writer& writer) { writer.add(ok_sample("shop", kMorning + 20min)); });
  EXPECT_EQ(remembered()[0].noted_at, kMorning + 20min);
  EXPECT_EQ(remembered(kMorning + 5min)[0].noted_at, kMorning + 5min);
}

TEST_F(Pushes, AreLeftOutWhereADamagedRowIsBeyondAllTime) {
  write({state_of("good"), state_of("late"), state_of("long"), state_of("upside down")});
  run_sql(path_, "UPDATE push SET noted_us = 9223372036854775807 WHERE target = 'late'");
  run_sql(path_, "UPDATE push SET silent_us = -9223372036854775807 WHERE target = 'long'");
  run_sql(path_, "UPDATE push SET silent_us = noted_us + 1 WHERE target = 'upside down'");
  ASSERT_EQ(remembered().size(), 1U);
  EXPECT_EQ(remembered()[0].target, "good");
}

TEST_F(Pushes, AreShownWithoutTheirDigest) {
  PushState failed = state_of("job");
  failed.reported_at = kMorning - 2h;
  failed.failure = "disk full";
  write({failed, state_of("never")});
  EXPECT_EQ(ask(path_, "SELECT * FROM jobs ORDER BY target"),
            (std::vector<std::string>{"job|2026-11-21T10:15:30.123Z|2026-11-22T08:15:30.123Z|"
                                      "2026-11-22T08:15:30.123Z|1|disk full",
                                      "never|2026-11-21T10:15:30.123Z|2026-11-22T08:15:30.123Z|"
                                      "NULL|0|NULL"}));
}

TEST_F(Pushes, AreCarriedOverFromADatabaseThatIsSetAside) {
  write({state_of("job")});
  std::string fresh = folder_.file("fresh.db");
  {
    Store store(fresh, [] { return false; });
    Connection damaged(path_, Connection::Mode::Read);
    EXPECT_EQ(store.salvage(damaged), 0);
  }
  ASSERT_EQ(remember_pushes(fresh, kMorning).size(), 1U);
  EXPECT_EQ(remember_pushes(fresh, kMorning)[0].silent_since, kMorning - 2h);
}

// The database of version 2 has no table of jobs.
TEST_F(Pushes, HaveATableAfterAMigrationFromTheVersionBefore) {
  {
    Connection connection(path_, Connection::Mode::Write);
    migrate(connection, migrations().first(2));
    connection.execute("INSERT INTO target(id, name) VALUES(1, 'shop')");
    connection.execute("INSERT INTO address(id, text) VALUES(1, '192.0.2.1')");
    connection.execute("INSERT INTO sample VALUES(77, 1, 0, 0, 0, 200, 1, 1, 1, 1, 1, 0, 1, 0, 0)");
  }
  write({state_of("job")});
  EXPECT_EQ(remembered().size(), 1U);
  EXPECT_EQ(ask_one(path_, "SELECT target || ' ' || address FROM samples"), "shop 192.0.2.1");
  EXPECT_EQ(ask_one(path_, "SELECT used_us FROM address"), "77");
  const std::string copy = path_ + ".before-v" + std::to_string(migrations().back().version);
  EXPECT_EQ(ask_one(copy, "PRAGMA user_version"), "2");
}

}  // namespace
}  // namespace gatewatch::storage::testing
