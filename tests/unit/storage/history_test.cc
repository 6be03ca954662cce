// SPDX-License-Identifier: MIT
#include "storage/history.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <functional>
#include <initializer_list>

#include "storage/error.h"
#include "storage/past.h"
#include "storage/schema.h"
#include "storage/sqlite.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/storage/test_data.h"

namespace gatewatch::storage::testing {
namespace {

using namespace std::chrono_literals;
using gatewatch::testing::TempDir;

constexpr WallTime kEvening = kMorning + 12h;

class History : public ::testing::Test {
 protected:
  std::vector<Sample> samples_since(WallTime since) const {
    std::vector<Sample> samples;
    for_each_sample(path_, since, kEvening,
                    [&](const Sample& sample) { samples.push_back(sample); });
    return samples;
  }

  TempDir folder_;
  std::string path_ = folder_.file("gatewatch.db");
};

TEST_F(History, IsEmptyWhereThereIsNoDatabase) {
  const Remembered remembered = remember(path_, kMorning);
  EXPECT_TRUE(remembered.incidents.empty());
  EXPECT_TRUE(remembered.outbox.empty());
  EXPECT_TRUE(samples_since(kMorning).empty());
  try {
    static_cast<void>(find_incidents(path_, {}));
    FAIL() << "a missing database was read";
  } catch (const StorageError& error) {
    EXPECT_EQ(error.kind(), StorageError::Kind::Missing);
    EXPECT_NE(std::string(error.what()).find(path_), std::string::npos);
  }
}

TEST_F(History, IsNotAwaitedFromWhatIsNoFile) {
  const std::string pipe = folder_.file("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  for (const std::string& path : {pipe, folder_.path(), std::string("/dev/null")}) {
    for (const auto& read : std::initializer_list<std::function<void(const std::string&)>>{
             [](const std::string& at) { static_cast<void>(find_incidents(at, {})); },
             [](const std::string& at) { static_cast<void>(past_incidents(at)); },
             [](const std::string& at) { static_cast<void>(remember(at, kMorning)); },
             [](const std::string& at) { Connection(at, Connection::Mode::Write); }}) {
      try {
        read(path);
        ADD_FAILURE() << path << " was read";
      } catch (const StorageError& error) {
        EXPECT_EQ(error.kind(), StorageError::Kind::Foreign);
        EXPECT_EQ(std::string(error.what()),
                  "cannot use database " + path + ": it is not a regular file");
      }
    }
  }
}

TEST_F(History, TellsOfNoSampleFromAfterTheGivenEnd) {
  write_database(path_, [&](Writer& writer) {
    writer.add(ok_sample("a", kMorning));
    writer.add(ok_sample("b", kEvening));
    writer.add(ok_sample("c", kEvening + 1s));  // recorded before the clock was set back
  });
  const std::vector<Sample> samples = samples_since(kMorning);
  ASSERT_EQ(samples.size(), 2U);
  EXPECT_EQ(samples.back().target, "b");
}

TEST_F(History, TellsWhoMadeAnAnswer) {
  Sample sample = ok_sample("a", kMorning);
  sample.result.answered_by = {
      Role::Gateway, "nginx", "nginx-page", {Cause::TimeoutRead, Cause::TimeoutConnect}};
  write_database(path_, [&](Writer& writer) {
    writer.add(sample);
    writer.add(ok_sample("b", kMorning));
  });
  const std::vector<Sample> samples = samples_since(kMorning);
  ASSERT_EQ(samples.size(), 2U);
  EXPECT_EQ(samples[0].result.answered_by, sample.result.answered_by);
  EXPECT_EQ(samples[1].result.answered_by, AnsweredBy());
}

TEST_F(History, GivesBackAnIncidentAsItWas) {
  const Incident given = open_incident("01A", kMorning);
  write_database(path_, [&](Writer& writer) { writer.add(Transition{given, {}}); });
  const Remembered remembered = remember(path_, kMorning);
  ASSERT_EQ(remembered.incidents.size(), 1U);
  const Incident& incident = remembered.incidents[0];
  EXPECT_EQ(incident.id, given.id);
  EXPECT_EQ(incident.target, given.target);
  EXPECT_EQ(incident.url, given.url);
  EXPECT_EQ(incident.tags, given.tags);
  EXPECT_EQ(incident.rule, given.rule);
  EXPECT_EQ(incident.severity, given.severity);
  EXPECT_EQ(incident.incident_class, given.incident_class);
  EXPECT_EQ(incident.class_reason, given.class_reason);
  EXPECT_EQ(incident.failing, given.failing);
  EXPECT_EQ(incident.detected_by, given.detected_by);
  EXPECT_EQ(incident.verdict, given.verdict);
  EXPECT_EQ(incident.opened_at, given.opened_at);
  EXPECT_EQ(incident.resolved_at, given.resolved_at);
  EXPECT_EQ(incident.reason, given.reason);
  EXPECT_EQ(incident.total, given.total);
  EXPECT_EQ(incident.counted_until, given.counted_until);
  EXPECT_EQ(incident.transitions, given.transitions);
}

TEST_F(History, RemembersOpenIncidentsAndThoseResolvedLately) {
  write_database(path_, [](Writer& writer) {
    const auto resolved = [](const std::string& id, WallTime at) {
      Transition transition = opening(id, kMorning - 1h);
      transition.incident.resolved_at = at;
      return transition;
    };
    writer.add(opening("open", kMorning - 2h));
    writer.add(resolved("long ago", kMorning - 1us));
    writer.add(resolved("lately", kMorning));
  });
  const Remembered remembered = remember(path_, kMorning);
  ASSERT_EQ(remembered.incidents.size(), 2U);
  EXPECT_EQ(remembered.incidents[0].id, "open");
  EXPECT_EQ(remembered.incidents[1].id, "lately");
}

TEST_F(History, RemembersTheOutboxInTheOrderOfCreation) {
  write_database(path_, [](Writer& writer) {
    // Ids and times do not give the order away.
    writer.add(Transition{open_incident("01A", kMorning),
                          {message("msg_z", "01A"), message("msg_b", "01A")}});
    writer.add(Transition{open_incident("01B", kMorning),
                          {message("msg_a", "01B"), message("msg_dead", "01B")}});
    DeliveryProgress tried;
    tried.attempts = 2;
    tried.next_attempt_at = kMorning + 30s;
    tried.last_error = "503 Service Unavailable";
    writer.add(Settlement{"msg_b", tried});
    DeliveryProgress dead;
    dead.state = DeliveryState::Dead;
    dead.attempts = 400;
    dead.last_error = "gave up";
    writer.add(Settlement{"msg_dead", dead});
  });
  const Remembered remembered = remember(path_, kMorning);
  ASSERT_EQ(remembered.outbox.size(), 3U);
  EXPECT_EQ(remembered.outbox[0].notification.id, "msg_z");
  EXPECT_EQ(remembered.outbox[1].notification.id, "msg_b");
  EXPECT_EQ(remembered.outbox[2].notification.id, "msg_a");
  const OutboxEntry& entry = remembered.outbox[1];
  const Notification given = message("msg_b", "01A");
  EXPECT_EQ(entry.notification.body, given.body);
  EXPECT_EQ(entry.notification.incident_id, "01A");
  EXPECT_EQ(entry.notification.created_at, given.created_at);
  EXPECT_EQ(entry.progress.attempts, 2);
  EXPECT_EQ(entry.progress.next_attempt_at, kMorning + 30s);
  EXPECT_EQ(entry.progress.last_error, "503 Service Unavailable");
  EXPECT_EQ(remembered.dead_letters, 1U);

  const std::vector<DeadLetter> letters = find_dead_letters(path_, 10);
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].notification.id, "msg_dead");
  EXPECT_EQ(letters[0].progress.last_error, "gave up");
}

TEST_F(History, GivesBackScheduledAndConfirmingSamplesInOrder) {
  write_database(path_, [](Writer& writer) {
    writer.add(bad_gateway_sample("shop", kMorning + 2s));
    writer.add(ok_sample("api", kMorning + 1s));
    writer.add(ok_sample("shop", kMorning - 1us));
    Sample confirm = bad_gateway_sample("shop", kMorning + 3s);
    confirm.purpose = Purpose::Confirm;
    writer.add(confirm);
    Sample manual = bad_gateway_sample("shop", kMorning + 3500ms);
    manual.purpose = Purpose::Manual;
    writer.add(manual);
    Sample refused;
    refused.target = "shop";
    refused.at = kMorning + 4s;
    refused.result.outcome = Outcome::Refused;
    refused.result.error = "Connection refused";
    writer.add(refused);
  });
  const std::vector<Sample> samples = samples_since(kMorning);
  ASSERT_EQ(samples.size(), 4U);
  EXPECT_EQ(samples[0].target, "api");
  EXPECT_EQ(samples[0].result.phases.connect, 2ms);
  EXPECT_EQ(samples[0].result.phases.tls, std::nullopt);
  EXPECT_EQ(samples[0].result.address, "192.0.2.1");
  EXPECT_EQ(samples[0].lateness, 250us);
  EXPECT_EQ(samples[1].at, kMorning + 2s);
  EXPECT_EQ(samples[1].result.outcome, Outcome::BadGateway);
  EXPECT_EQ(samples[1].result.status, 502);
  EXPECT_EQ(samples[1].result.reason, "Bad Gateway");
  EXPECT_EQ(samples[1].result.latency, 12'500us);
  EXPECT_EQ(samples[1].purpose, Purpose::Scheduled);
  EXPECT_EQ(samples[2].purpose, Purpose::Confirm);
  EXPECT_EQ(samples[3].purpose, Purpose::Scheduled);
  EXPECT_EQ(samples[3].result.outcome, Outcome::Refused);
  EXPECT_EQ(samples[3].result.status, 0);
  EXPECT_EQ(samples[3].result.error, "Connection refused");
}

// A daemon reads before it migrates.
TEST_F(History, ReadsADatabaseOfTheSchemaBefore) {
  {
    Connection connection(path_, Connection::Mode::Write);
    migrate(connection, migrations().first(3));
    connection.execute(
        "INSERT INTO incident VALUES('old', 'shop', 'http://shop/', '[]', 'bad-gateway', "
        "'critical', 'undetermined', 'rate', 'unknown', '', '[]', 1, NULL, '', 5, 2, 2, 2, 1, 1);"
        "INSERT INTO target VALUES(1, 'shop');"
        "INSERT INTO sample(at_us, target, is_origin, purpose, outcome, latency_us, late_us) "
        "VALUES(" +
        std::to_string(kMorning.time_since_epoch().count()) + ", 1, 0, 0, 1, 5, 0);");
  }
  const Remembered remembered = remember(path_, kMorning);
  ASSERT_EQ(remembered.incidents.size(), 1U);
  EXPECT_EQ(remembered.incidents[0].id, "old");
  EXPECT_EQ(remembered.incidents[0].class_reason, "");
  EXPECT_EQ(samples_since(kMorning).size(), 1U);
}

TEST_F(History, ReadsPagesWithoutLosingARow) {
  constexpr int kRows = 2 * kSamplesPerPage + 17;
  write_database(path_, [](Writer& writer) {
    for (int i = 0; i < kRows; ++i) {
      // Several targets per instant, so that a page ends within one.
      writer.add(bad_gateway_sample("target " + std::to_string(i % 7), kMorning + (i / 7) * 1ms));
    }
  });
  int seen = 0;
  for_each_sample(path_, kMorning, kEvening, [&](const Sample& sample) {
    EXPECT_EQ(sample.at, kMorning + (seen / 7) * 1ms);
    EXPECT_EQ(sample.result.reason, "Bad Gateway");
    ++seen;
  });
  EXPECT_EQ(seen, kRows);
}

TEST_F(History, FindsIncidentsNewestFirst) {
  write_database(path_, [](Writer& writer) {
    for (int i = 0; i < 5; ++i) {
      Transition transition = opening(std::to_string(i), kMorning + i * 1h);
      transition.incident.target = i % 2 == 0 ? "even" : "odd";
      transition.incident.resolved_at = kMorning + i * 1h + 1min;
      writer.add(std::move(transition));
    }
    writer.add(opening("still open", kMorning - 24h));
  });
  const auto ids = [&](const IncidentQuery& query) {
    std::string joined;
    for (const Incident& incident : find_incidents(path_, query)) {
      joined += incident.id + ";";
    }
    return joined;
  };
  EXPECT_EQ(ids({}), "4;3;2;1;0;still open;");
  EXPECT_EQ(ids({.target = "odd", .since = std::nullopt, .limit = 100}), "3;1;");
  EXPECT_EQ(ids({.target = std::nullopt, .since = kMorning + 3h, .limit = 100}), "4;3;still open;");
  EXPECT_EQ(ids({.target = std::nullopt, .since = std::nullopt, .limit = 2}), "4;3;");
}

}  // namespace
}  // namespace gatewatch::storage::testing
